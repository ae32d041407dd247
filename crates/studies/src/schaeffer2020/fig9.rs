//! Fig. 9: the circuit of two units, and the two pools of the network that it stands for.

use super::dynamics::thinned;
use super::measured::{Every, each, table};
use super::networks::{Recorded, Sizes, UNITS, networks};
use super::reduced::{CODED, reduce};
use crate::claims::answer;
use crate::{Claim, Error, Findings, Settings, Study};
use nullcline_core::diagnostics::geometry::clusters::{Blocks, Clusters, Options, blocks, clusters};
use nullcline_core::job::Observer;
use nullcline_core::linalg::eigen::{Order, eigenvalues};
use nullcline_core::training::radd::Student;
use nullcline_core::training::sessions::Elman;
use nullcline_report::Figure;
use nullcline_report::figures::{
    Axes, HeatMap, Ink, Palette, Reference, Series, THIRD, heat_map, panels, scatter,
};
use nullcline_report::page::Section;
use nullcline_report::sections::words::with_error;
use nullcline_report::tables::TableOut;
use serde_json::{Map, json};

/// Fig. 9.
pub const STUDY: Study = Study {
    name: "schaeffer2020/fig9",
    title: "The circuit of two units, and the two pools that it stands for",
    run,
};

const SOURCE: &str = "schaeffer2020 section 3.3.3, Fig. 9";
/// A', B' and c' of the paper, stimulus then block: the states' weights, those of left, right and feedback, the constants.
const PUBLISHED: [(&str, f64, f64); 12] = [
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
    [
        a[(0, 0)],
        a[(0, 1)],
        a[(1, 0)],
        a[(1, 1)],
        b[(0, 0)],
        b[(0, 1)],
        b[(0, 2)],
        b[(1, 0)],
        b[(1, 1)],
        b[(1, 2)],
        s.c[0],
        s.c[1],
    ]
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

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let trained = networks(settings, sizes, UNITS, progress)?;
    let mut first = None;
    let all = each(&trained, settings, sizes, |k, net, recorded, geometry| {
        let reduced = reduce(recorded, geometry, CODED)?;
        let (pools, count) = pools(recorded)?;
        let found = one(net, &reduced.student, &pools, count, settings.seed + k as u64);
        if k == 0 {
            first = Some(pools);
        }
        Ok(found)
    })?;
    let every = Every::new(&all, SOURCE);
    let figure = first.map(|pools| draw(&every, &trained[0], &pools)).transpose()?;
    let claims = sizes.asked(settings, claims(&every));
    let mean = |f: &dyn Fn(&One) -> f64| every.mean(f);
    let a = [0, 1, 2, 3].map(|k| mean(&|o| o.coefficients[k]).value);
    let (within, between) = (mean(&|o| o.weights.within.value), mean(&|o| o.weights.between.value));
    let answer = format!(
        "RADD's recurrent weights are [[{:.2}, {:.2}], [{:.2}, {:.2}]], mean over {} networks (paper [[0.54, 0.31], [0.19, 0.84]]); \
         weights within pools of correlated units are {}, between them {}. {}",
        a[0],
        a[1],
        a[2],
        a[3],
        all.len(),
        with_error(within),
        with_error(between),
        answer(&claims)
    );
    let mut json = Map::new();
    json.insert(
        "circuit".into(),
        json!({
            "coefficients": all.iter().map(|o| o.coefficients.to_vec()).collect::<Vec<_>>(),
            "names": PUBLISHED.map(|p| p.0),
            "clusters": all.iter().map(|o| o.clusters).collect::<Vec<_>>(),
            "weights_within": every.list(|o| o.weights.within.value),
            "weights_between": every.list(|o| o.weights.between.value),
        }),
    );
    let section = Section {
        id: "circuit".into(),
        title: "Two units and two pools".into(),
        figures: figure.into_iter().collect(),
        tables: vec![networks_table(&every)],
        ..Section::default()
    };
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn claims(every: &Every<One>) -> Vec<Claim> {
    let coefficient = |(k, (name, value, tolerance)): (usize, &(&str, f64, f64))| {
        let text = format!("RADD: {name} is {value}");
        every.published(&text, "coefficient", every.mean(|o| o.coefficients[k]), *value, *tolerance)
    };
    let mut claims: Vec<Claim> = PUBLISHED.iter().enumerate().map(coefficient).collect();
    claims.extend(modes(every));
    claims.extend(circuit(every));
    claims.extend(two_pools(every));
    claims
}

fn modes(every: &Every<One>) -> Vec<Claim> {
    let claim = |text: &str, quantity: &str, f: fn(&One) -> f64| every.claim(text, quantity, every.mean(f));
    let slow = "the slow mode is the teacher's, whose modulus grows past 1 in training: see fig7";
    // Forgetting is a decay: neither none at all, nor twice as fast as the paper's.
    let rate = -EIGENVALUES[0].ln();
    vec![
        claim("RADD's slow mode forgets in 40 steps, as A' of the paper", "decay a step, -log of the larger modulus", |o| {
            -o.moduli[0].ln()
        })
        .published(rate, rate)
        .if_differs(slow)
        .headline(),
        claim("The modulus of its slow mode is that of the paper's A'", "larger modulus", |o| o.moduli[0])
            .published(EIGENVALUES[0], 0.05)
            .if_differs(slow),
        claim("that of its fast mode, too", "smaller modulus", |o| o.moduli[1])
            .published(EIGENVALUES[1], 0.15)
            .if_differs(
                "the coordinates are not orthogonal: where the read-outs stand closer, the same plane has other coefficients",
            ),
    ]
}

fn circuit(every: &Every<One>) -> Vec<Claim> {
    let c = |o: &One, k: usize| o.coefficients[k];
    vec![
        every.all("Both units excite themselves", |o| c(o, 0) > 0.0 && c(o, 3) > 0.0),
        every.all("and each other", |o| c(o, 1) > 0.0 && c(o, 2) > 0.0),
        every.all("The block's unit decays more slowly than the stimulus'", |o| c(o, 3) > c(o, 0)).if_differs(
            "the block's belief is carried by both units together: its weight from the stimulus' unit is the larger one",
        ),
        every
            .all("The block's unit takes in less evidence", |o| {
                (c(o, 8) - c(o, 7)).abs() < (c(o, 5) - c(o, 4)).abs()
            }),
        every.all(
            "Feedback is negligible: less than a quarter of the evidence into the stimulus' unit",
            |o| c(o, 6).abs().max(c(o, 9).abs()) < 0.25 * 0.5 * (c(o, 5) - c(o, 4)).abs(),
        ),
    ]
}

fn two_pools(every: &Every<One>) -> Vec<Claim> {
    let claim = |text: &str, quantity: &str, f: fn(&One) -> f64| every.claim(text, quantity, every.mean(f));
    vec![
        every.all("Activity has two clusters by its silhouette", |o| o.clusters == 2),
        claim("Units of one pool are correlated", "mean correlation within pools", |o| o.correlation[0])
            .above(0.5),
        claim("Units of different pools are anticorrelated", "mean correlation between pools", |o| {
            o.correlation[1]
        })
        .below(-0.5),
        claim("Pools excite themselves", "mean weight within pools", |o| o.weights.within.value)
            .above(0.0)
            .headline(),
        claim("Pools inhibit each other", "mean weight between pools", |o| o.weights.between.value)
            .below(0.0)
            .headline(),
        every.all("Pools dealt at random do not differ so: p < 0.01 by permutation", |o| {
            o.weights.test.is_some_and(|t| t.p < 0.01)
        }),
    ]
}

fn networks_table(every: &Every<One>) -> TableOut {
    let coefficient = |(k, (name, ..)): (usize, &(&str, f64, f64))| {
        every.column(&name.to_lowercase().replace(' ', "_"), |o| o.coefficients[k])
    };
    let mut columns: Vec<_> = PUBLISHED.iter().enumerate().map(coefficient).collect();
    columns
        .extend(every.columns(&[("larger_modulus", |o| o.moduli[0]), ("smaller_modulus", |o| o.moduli[1])]));
    columns.push(every.whole("clusters", |o| o.clusters));
    columns.push(every.whole("smaller_pool_units", |o| o.smaller));
    columns.extend(every.columns(&[
        ("correlation_within", |o| o.correlation[0]),
        ("correlation_between", |o| o.correlation[1]),
        ("weight_within", |o| o.weights.within.value),
        ("weight_within_error", |o| o.weights.within.error()),
        ("weight_between", |o| o.weights.between.value),
        ("weight_between_error", |o| o.weights.between.error()),
        ("permutation_p", |o| o.weights.test.map_or(f64::NAN, |t| t.p)),
    ]));
    table("RADD's coefficients, pools and the weights between them, one row a network.", columns)
}

fn draw(every: &Every<One>, net: &Elman, pools: &Clusters) -> Result<Figure, Error> {
    let part = |label: &str, range: std::ops::Range<usize>, ink: usize| {
        let of = |k: usize| every.mean(|o| o.coefficients[k]);
        Series {
            label: label.into(),
            points: range.clone().map(|k| [PUBLISHED[k].1, of(k).value]).collect(),
            error: range.map(|k| of(k).error()).collect(),
            ink: Ink::Series(ink),
            ..Series::default()
        }
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
    let walls = [
        Series { points: vec![[edge, 0.5], [edge, end]], ..Series::default() },
        Series { points: vec![[0.5, edge], [end, edge]], ..Series::default() },
    ];
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
            Ok::<Figure, Error>(heat_map(&map, &walls, &axes)?.named(name, title, "")?)
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
    let caption = "A: RADD's coefficients against the paper's, means over seeds with standard errors. B: correlations of the units of \
                   one network, in the order of the tree of average linkage; lines part the two pools. C: its recurrent weights in the \
                   same order.";
    Ok(panels("fig9", "Two units and two pools", caption, &[first, second, third], 3)?)
}
