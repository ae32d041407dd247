//! Fig. A.6: the signs of the weights of ReLU integrators at small and large scales.

use super::integrators::picture::weights;
use super::integrators::relu::{Relu, rate};
use crate::common::*;

/// Fig. A.6.
pub const STUDY: Study = Study::new(
    "fanthomme2021/figA.6",
    "Signs of the weights follow the populations at small scales only",
    run,
);

const DECAY: f64 = 0.995;
const SCALES: [f64; 2] = [0.1, 10.0];
/// Loss, over that before training, below which a network counts as trained.
const LEAST: f64 = 1e-3;

struct Size {
    n: usize,
    seeds: usize,
    most: f64,
}

/// W of a network with its units in order, those of the positive population first.
struct Signs {
    scale: f64,
    /// Share of weights, by their squares' order the larger half, positive within populations and negative between.
    as_clusters: f64,
    /// Share of all weights that are so.
    all: f64,
    norm: f64,
    left: f64,
    /// Units by population, then as they come.
    order: Vec<usize>,
}

fn signs(net: &Relu) -> Signs {
    let n = net.recurrent.nrows();
    // The population of a unit is the sign of its current, W e, at positive integrals.
    let image = &net.recurrent * &net.encoder;
    let plus: Vec<bool> = (0..n).map(|i| image[(i, 0)] > 0.0).collect();
    let order =
        [true, false].iter().flat_map(|p| (0..n).filter(|i| plus[*i] == *p).collect::<Vec<_>>()).collect();
    let mut sizes: Vec<f64> =
        (0..n).flat_map(|j| (0..n).map(move |i| (i, j))).map(|(i, j)| net.recurrent[(i, j)].abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let median = sizes[sizes.len() / 2];
    let share = |least: f64| {
        let pairs = (0..n).flat_map(|j| (0..n).map(move |i| (i, j)));
        let large: Vec<(usize, usize)> = pairs.filter(|p| net.recurrent[*p].abs() > least).collect();
        let right =
            large.iter().filter(|(i, j)| (net.recurrent[(*i, *j)] > 0.0) == (plus[*i] == plus[*j])).count();
        right as f64 / large.len().max(1) as f64
    };
    Signs {
        scale: net.scale,
        as_clusters: share(median),
        all: share(0.0),
        norm: net.recurrent.norm_l2(),
        left: net.loss() / net.losses[0],
        order,
    }
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = match settings.preset {
        Preset::Quick => Size { n: 200, seeds: 4, most: 25_000.0 },
        Preset::Paper => Size { n: 1000, seeds: 6, most: 300_000.0 },
    };
    findings(&size, settings.seed, observer)
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let rows = parallel("training", SCALES.len() * size.seeds, observer, |k| {
        let s = SCALES[k / size.seeds];
        let seed = seed + (k % size.seeds) as u64;
        let net = Relu::trained(size.n, s, DECAY, rate(s), [size.most, 1e-10], seed);
        let signs = signs(&net);
        let map = match k % size.seeds {
            0 => Some(weights(net.recurrent.as_ref(), &signs.order, &format!("s = {s}"))?),
            _ => None,
        };
        Ok((signs, map))
    })?;
    let (all, maps): (Vec<Signs>, Vec<Option<Figure>>) = rows.into_iter().unzip();
    let claims = super::at_size(claims(&all), size.n, 1000);
    let maps: Vec<Figure> = maps.into_iter().flatten().collect();
    let caption = format!(
        "W of ReLU networks of {} units trained on the proxy loss, s = 0.1 (A) and 10 (B), units of the positive population first. Cells are \
         root mean squares over neighbouring units with the sign of their mean where there are more than 100.",
        size.n
    );
    let table = Table::of(&all)
        .columns(["scale", "as_clusters", "as_clusters_all", "norm", "loss_left"], |s| {
            [s.scale, s.as_clusters, s.all, s.norm, s.left]
        })
        .named(
            "networks",
            "Each network: share of the larger half of its weights, and of all, that are positive within populations and negative between \
             them; Frobenius norm of W; loss over that before training.",
        );
    let section = Section::new("weights", "Signs of the weights")
        .figures([panels("weights", "Weights by population", &caption, &maps, 2)?])
        .tables([table]);
    let json = entries([
        ("scale", numbers(&list(&all, |s| s.scale))),
        ("as_clusters", numbers(&list(&all, |s| s.as_clusters))),
        ("norm", numbers(&list(&all, |s| s.norm))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn claims(all: &[Signs]) -> Vec<Claim> {
    let of = |s: f64| -> Vec<&Signs> { all.iter().filter(|r| (r.scale - s).abs() < 1e-12).collect() };
    let (small, large) = (of(SCALES[0]), of(SCALES[1]));
    let trained = |of: &[&Signs]| match largest(of.iter().map(|s| s.left)) {
        l if l < LEAST => Ok(()),
        l => Err(format!("a network had {l:.1e} of its loss left")),
    };
    let both = trained(&small).and(trained(&large));
    let share = |of: &[&Signs]| Estimate::mean(of.iter().map(|s| s.as_clusters));
    let norm = |of: &[&Signs]| Estimate::mean(of.iter().map(|s| s.norm));
    at(
        "fanthomme2021 Fig. A.6",
        [
            claim("At s = 0.1 the sign of a weight is set by the populations of its units")
                .is("share of the larger half of the weights, mean over networks", share(&small))
                .above(0.95)
                .denied_given(trained(&small))
                .headline(),
            claim("At s = 10 it is essentially random")
                .is("the same share", share(&large))
                .between(0.4, 0.65)
                .denied_given(trained(&large))
                .headline(),
            claim("The norm of W scales as max(1, s)")
                .is("norm at s = 10 over that at 0.1", norm(&large).over(norm(&small)))
                .predicted(10.0, 0.5)
                .denied_given(both),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn signs_follow_the_populations_of_a_trained_network_at_a_small_scale_only() {
        let size = Size { n: 60, seeds: 2, most: 15_000.0 };
        let found = findings(&size, 1, &Silent).unwrap();
        for words in ["set by the populations", "essentially random"] {
            assert_ne!(crate::common::found(&found, words).verdict, Verdict::Differs, "{words}");
        }
        assert!(
            found.json["as_clusters"][0].as_f64().unwrap() > found.json["as_clusters"][2].as_f64().unwrap()
        );
    }
}
