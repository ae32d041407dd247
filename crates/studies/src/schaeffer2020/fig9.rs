//! Fig. 9: the circuit of two units, and the two pools of the network that it stands for.

use super::dynamics::thinned;
use super::measured::{each, everywhere, published};
use super::networks::{Recorded, Sizes, UNITS, networks};
use super::reduced::{CODED, reduce};
use crate::common::*;
use crate::schaeffer2020::elman::Elman;
use nullcline_core::diagnostics::geometry::clusters::{Blocks, Clusters, Options, blocks, clusters};
use nullcline_core::job::Observer;
use nullcline_core::linalg::eigen::{Order, eigenvalues};
use nullcline_core::training::radd::Student;
use nullcline_report::figures::{HeatMap, Palette, heat_map};

/// Fig. 9.
pub const STUDY: Study =
    Study::new("schaeffer2020/fig9", "The circuit of two units, and the two pools that it stands for", run);

const SOURCE: &str = "schaeffer2020 section 3.3.3, Fig. 9";
/// A', B' and c' of the paper, stimulus then block: the states' weights, those of left, right and feedback, the constants.
pub const PUBLISHED: [(&str, f64, f64); 12] = [
    ("A stimulus stimulus", 0.54, 0.15),
    ("A stimulus block", 0.31, 0.15),
    ("A block stimulus", 0.19, 0.15),
    ("A block block", 0.84, 0.15),
    ("B stimulus left", -0.20, 0.05),
    ("B stimulus right", 0.20, 0.05),
    ("B stimulus feedback", 0.005, 0.02),
    ("B block left", -0.04, 0.02),
    ("B block right", 0.04, 0.02),
    ("B block feedback", 0.02, 0.02),
    ("c stimulus", 0.0, 0.02),
    ("c block", 0.0, 0.02),
];
/// Eigenvalues of the paper's A', 0.69 ± sqrt(0.69^2 - (0.54 0.84 - 0.31 0.19)).
const EIGENVALUES: [f64; 2] = [0.975, 0.405];
/// Steps from which correlations are taken at most.
const CORRELATED: usize = 20_000;
/// Permutations of the pools.
const PERMUTATIONS: usize = 2000;

/// Numbers of one network.
struct One {
    /// In the order of [`PUBLISHED`].
    coefficients: [f64; 12],
    /// Eigenvalues of A', the larger modulus first.
    moduli: [f64; 2],
    /// Clusters of largest silhouette.
    clusters: usize,
    /// Mean correlation of units of one pool, of different pools.
    correlation: [f64; 2],
    /// Units of the smaller pool.
    smaller: usize,
    weights: Blocks,
}

fn coefficients(s: &Student) -> [f64; 12] {
    let (a, b) = (&s.a, &s.b);
    let states = [a[(0, 0)], a[(0, 1)], a[(1, 0)], a[(1, 1)]];
    let inputs = [b[(0, 0)], b[(0, 1)], b[(0, 2)], b[(1, 0)], b[(1, 1)], b[(1, 2)]];
    let all = states.into_iter().chain(inputs).chain([s.c[0], s.c[1]]);
    let mut out = [0.0; 12];
    out.iter_mut().zip(all).for_each(|(o, v)| *o = v);
    out
}

/// Moduli of the eigenvalues of A', NaN where there are none.
fn moduli(s: &Student) -> [f64; 2] {
    let values = eigenvalues(s.a.as_ref(), Order::Modulus).unwrap_or_default();
    [0, 1].map(|k| values.get(k).map_or(f64::NAN, |z| z.re.hypot(z.im)))
}

/// Two pools of units by the correlation of their activity, and the number of clusters of largest silhouette.
fn pools(r: &Recorded) -> Result<(Clusters, usize), Error> {
    let states = thinned(r.states.as_ref(), CORRELATED);
    let of = |clusters_of: Option<usize>| {
        let options = Options { clusters: clusters_of, ..Options::default() };
        clusters(states.as_ref(), &options).map_err(|e| Error::Numbers(e.to_string()))
    };
    Ok((of(Some(2))?, of(None)?.count))
}

fn one(net: &Elman, student: &Student, pools: &Clusters, count: usize, seed: u64) -> One {
    let (mut sums, mut numbers) = ([0.0; 2], [0.0; 2]);
    let kept = &pools.kept;
    for i in 0..kept.len() {
        for j in 0..i {
            let k = usize::from(pools.label[kept[i]] != pools.label[kept[j]]);
            sums[k] += pools.correlation[(i, j)];
            numbers[k] += 1.0;
        }
    }
    One {
        coefficients: coefficients(student),
        moduli: moduli(student),
        clusters: count,
        correlation: [sums[0] / numbers[0], sums[1] / numbers[1]],
        smaller: pools.sizes().into_iter().min().unwrap_or(0),
        weights: blocks(net.recurrent(), &pools.label, PERMUTATIONS, seed),
    }
}

/// The two units and the two pools of every network.
#[derive(Serialize)]
struct Circuit {
    coefficients: Vec<[f64; 12]>,
    names: [&'static str; 12],
    clusters: Vec<usize>,
    weights_within: Vec<f64>,
    weights_between: Vec<f64>,
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let trained = networks(settings, sizes, UNITS, progress)?;
    let mut first = None;
    let (all, _) = each(&trained, settings, sizes, |k, net, recorded, geometry| {
        let reduced = reduce(recorded, geometry, CODED)?;
        let (pools, count) = pools(recorded)?;
        let found = one(net, &reduced.student, &pools, count, settings.seed + k as u64);
        first.get_or_insert(pools);
        Ok(found)
    })?;
    let claims = sizes.asked(settings, claims(&all));
    let [ss, sb, bs, bb] = [0, 1, 2, 3].map(|k| mean(&all, |o| o.coefficients[k]).value);
    let answer = format!(
        "RADD's recurrent weights are [[{ss:.2}, {sb:.2}], [{bs:.2}, {bb:.2}]], mean over {} networks \
         (paper [[0.54, 0.31], [0.19, 0.84]]); weights within pools of correlated units are {}, between \
         them {}. {}",
        all.len(),
        words(mean(&all, |o| o.weights.within.value)),
        words(mean(&all, |o| o.weights.between.value)),
        answer(&claims)
    );
    let found = Circuit {
        coefficients: all.iter().map(|o| o.coefficients).collect(),
        names: PUBLISHED.map(|p| p.0),
        clusters: all.iter().map(|o| o.clusters).collect(),
        weights_within: list(&all, |o| o.weights.within.value),
        weights_between: list(&all, |o| o.weights.between.value),
    };
    let figure = first.map(|pools| draw(&all, &trained[0], &pools)).transpose()?;
    let section = Section::new("circuit", "Two units and two pools").figures(figure).tables([table(&all)]);
    Ok(Findings {
        claims,
        answer,
        sections: vec![section],
        json: entries([("circuit", written(found))]),
        warnings: vec![],
    })
}

fn claims(all: &[One]) -> Vec<Claim> {
    let coefficient = |(k, (name, value, tolerance)): (usize, &(&str, f64, f64))| {
        let found = mean(all, |o| o.coefficients[k]);
        published(format!("RADD: {name} is {value}"), "coefficient", found, *value, *tolerance)
    };
    let coefficients = PUBLISHED.iter().enumerate().map(coefficient);
    at(SOURCE, coefficients.chain(modes(all)).chain(circuit(all)).chain(two_pools(all)))
}

fn modes(all: &[One]) -> [Claim; 3] {
    let slow = "the slow mode is the teacher's, whose modulus grows past 1 in training: see fig7";
    // Forgetting is a decay: neither none at all, nor twice as fast as the paper's.
    let rate = -EIGENVALUES[0].ln();
    [
        claim("RADD's slow mode forgets in 40 steps, as A' of the paper")
            .is("decay a step, -log of the larger modulus", mean(all, |o| -o.moduli[0].ln()))
            .published(rate, rate)
            .if_differs(slow)
            .headline(),
        claim("The modulus of its slow mode is that of the paper's A'")
            .is("larger modulus", mean(all, |o| o.moduli[0]))
            .published(EIGENVALUES[0], 0.05)
            .if_differs(slow),
        claim("that of its fast mode, too")
            .is("smaller modulus", mean(all, |o| o.moduli[1]))
            .published(EIGENVALUES[1], 0.15)
            .if_differs(
                "the coordinates are not orthogonal: where the read-outs stand closer, the same plane has \
                 other coefficients",
            ),
    ]
}

fn circuit(all: &[One]) -> [Claim; 5] {
    let c = |o: &One, k: usize| o.coefficients[k];
    let into = |o: &One, k: usize| (c(o, k + 1) - c(o, k)).abs();
    let negligible = "Feedback is negligible: less than a quarter of the evidence into the stimulus' unit";
    [
        everywhere(all, "Both units excite themselves", |o| c(o, 0) > 0.0 && c(o, 3) > 0.0),
        everywhere(all, "and each other", |o| c(o, 1) > 0.0 && c(o, 2) > 0.0),
        everywhere(all, "The block's unit decays more slowly than the stimulus'", |o| c(o, 3) > c(o, 0))
            .if_differs(
                "the block's belief is carried by both units together: its weight from the stimulus' unit \
                 is the larger one",
            ),
        everywhere(all, "The block's unit takes in less evidence", |o| into(o, 7) < into(o, 4)),
        everywhere(all, negligible, |o| c(o, 6).abs().max(c(o, 9).abs()) < 0.25 * 0.5 * into(o, 4)),
    ]
}

fn two_pools(all: &[One]) -> [Claim; 6] {
    let apart = "Pools dealt at random do not differ so: p < 0.01 by permutation";
    [
        everywhere(all, "Activity has two clusters by its silhouette", |o| o.clusters == 2),
        claim("Units of one pool are correlated")
            .is("mean correlation within pools", mean(all, |o| o.correlation[0]))
            .above(0.5),
        claim("Units of different pools are anticorrelated")
            .is("mean correlation between pools", mean(all, |o| o.correlation[1]))
            .below(-0.5),
        claim("Pools excite themselves")
            .is("mean weight within pools", mean(all, |o| o.weights.within.value))
            .above(0.0)
            .headline(),
        claim("Pools inhibit each other")
            .is("mean weight between pools", mean(all, |o| o.weights.between.value))
            .below(0.0)
            .headline(),
        everywhere(all, apart, |o| o.weights.test.is_some_and(|t| t.p < 0.01)),
    ]
}

fn table(all: &[One]) -> TableOut {
    let names = PUBLISHED.map(|(name, ..)| name.to_lowercase().replace(' ', "_"));
    Table::of(all)
        .columns(names, |o| o.coefficients)
        .columns(["larger_modulus", "smaller_modulus"], |o| o.moduli)
        .column("clusters", "", |o| o.clusters)
        .column("smaller_pool", "units", |o| o.smaller)
        .columns(["correlation_within", "correlation_between"], |o| o.correlation)
        .columns(["weight_within", "weight_within_error"], |o| pair(o.weights.within))
        .columns(["weight_between", "weight_between_error"], |o| pair(o.weights.between))
        .column("permutation_p", "", |o| o.weights.test.map(|t| t.p))
        .named("networks", "RADD's coefficients, pools and the weights between them, one row a network.")
}

fn draw(all: &[One], net: &Elman, pools: &Clusters) -> Drawn {
    let part = |label: &str, range: std::ops::Range<usize>, ink: usize| {
        let x: Vec<f64> = range.clone().map(|k| PUBLISHED[k].1).collect();
        curve(label, &x, range.map(|k| mean(all, |o| o.coefficients[k]))).ink(Ink::Series(ink))
    };
    let axes = Axes { square: true, width: THIRD, ..Axes::new("paper", "here, mean over seeds") }
        .reference("equal", Reference::Curve(vec![[-0.3, -0.3], [1.0, 1.0]]));
    let series = [part("A", 0..4, 0), part("B", 4..10, 1), part("c", 10..12, 2)];
    let first = scatter(&series, &axes)?.named("coefficients", "Coefficients of RADD", "")?;
    let order = &pools.order;
    let row: std::collections::HashMap<usize, usize> =
        pools.kept.iter().enumerate().map(|(k, u)| (*u, k)).collect();
    let centres: Vec<f64> = (1..=order.len()).map(|k| k as f64).collect();
    let edge = order.iter().filter(|u| pools.label[**u] == Some(0)).count() as f64 + 0.5;
    let end = order.len() as f64 + 0.5;
    let walls = [points("", [[edge, 0.5], [edge, end]]), points("", [[0.5, edge], [end, edge]])];
    let heat =
        |label: &str, value: &dyn Fn(usize, usize) -> f64, name: &str, title: &str, axes: [&str; 2]| {
            let values = order.iter().flat_map(|i| order.iter().map(move |j| value(*i, *j))).collect();
            let map = HeatMap {
                x: centres.clone(),
                y: centres.clone(),
                values,
                label: label.into(),
                palette: Palette::Diverging(0.0),
                ..HeatMap::default()
            };
            let axes = Axes { width: THIRD, height: THIRD - 75.0, ..Axes::new(axes[0], axes[1]) };
            heat_map(&map, &walls, &axes)?.named(name, title, "")
        };
    let w = net.recurrent();
    let second = heat(
        "correlation",
        &|i, j| pools.correlation[(row[&i], row[&j])],
        "correlation",
        "Correlations, ordered",
        ["unit", "unit"],
    )?;
    let third =
        heat("weight", &|i, j| w[(i, j)], "weights", "Recurrent weights", ["from unit", "onto unit"])?;
    let caption = "A: RADD's coefficients against the paper's, means over seeds with standard errors. B: \
                   correlations of the units of one network, in the order of the tree of average linkage; \
                   lines part the two pools. C: its recurrent weights in the same order.";
    panels("fig9", "Two units and two pools", caption, &[first, second, third], 3)
}
