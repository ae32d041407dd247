//! Fig. A.5: the singular value of ReLU integrators and the directions of its vectors against the scale.

use super::integrators::relu::{Leading, Relu, least_sigma, rate};
use crate::common::*;

/// Fig. A.5.
pub const STUDY: Study = Study::new(
    "fanthomme2021/figA.5",
    "Singular value and directions of ReLU integrators against the scale",
    run,
);

const FIGURE: &str = "fanthomme2021 Fig. A.5";
const DECAY: f64 = 0.995;
/// Loss at which a training has ended.
const GOAL: f64 = 1e-10;

/// Sizes of a run.
#[derive(Clone)]
struct Size {
    n: usize,
    seeds: usize,
    scales: Vec<f64>,
    most: f64,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = match settings.preset {
        Preset::Quick => {
            Size { n: 200, seeds: 4, scales: vec![0.1, 0.3, 0.6, 1.0, 2.0, 4.0, 10.0], most: 25_000.0 }
        }
        Preset::Paper => Size {
            n: 1000,
            seeds: 6,
            scales: vec![0.05, 0.1, 0.3, 0.6, 1.0, 2.0, 4.0, 10.0, 20.0],
            most: 300_000.0,
        },
    };
    findings(&size, settings.seed, observer)
}

struct Row {
    scale: f64,
    loss: f64,
    leading: Leading,
}

impl Row {
    /// sigma over 2 gamma max(s, 1).
    fn over_bound(&self) -> f64 {
        self.leading.values[0] / (2.0 * DECAY * self.scale.max(1.0))
    }
    /// sigma over the least that rank one allows.
    fn over_least(&self) -> f64 {
        self.leading.values[0] / least_sigma(self.scale, DECAY)
    }
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let (count_of, seeds) = (size.scales.len() * size.seeds, size.seeds);
    // The slowest are first.
    let far = |k: usize| (size.scales[k / seeds].ln().abs() * -1e6) as i64;
    let order = |k: usize| (0..count_of).filter(|o| (far(*o), *o) < (far(k), k)).count();
    let rows = parallel_by(order, "training", count_of, observer, |k| {
        let (s, seed) = (size.scales[k / seeds], seed + (k % seeds) as u64);
        let net = Relu::trained(size.n, s, DECAY, rate(s), [size.most, GOAL], seed);
        let failed = || Error::Numbers(format!("the singular values at s = {s} did not converge"));
        Ok(Row { scale: s, loss: net.loss(), leading: net.leading().ok_or_else(failed)? })
    })?;
    let claims = claims(&rows, size.n);
    let json = entries([
        ("scales", numbers(&list(&rows, |r| r.scale))),
        ("sigma_over_bound", numbers(&list(&rows, Row::over_bound))),
        ("loss", numbers(&list(&rows, |r| r.loss))),
    ]);
    let sections = vec![section(&rows, size)?];
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}

fn claims(rows: &[Row], n: usize) -> Vec<Claim> {
    let of = |s: f64| -> Vec<&Row> { rows.iter().filter(|r| (r.scale - s).abs() < 1e-12).collect() };
    let mut scales: Vec<f64> = rows.iter().map(|r| r.scale).collect();
    scales.dedup();
    let away = |f: &dyn Fn(f64) -> bool, g: &dyn Fn(&Row) -> f64| -> Vec<Estimate> {
        scales.iter().filter(|s| f(**s)).map(|s| Estimate::mean(of(*s).into_iter().map(g))).collect()
    };
    let far = |s: f64| !(0.35..3.9).contains(&s);
    let unfinished = rows.iter().filter(|r| (0.25..3.9).contains(&r.scale)).map(|r| r.loss);
    let second = largest(rows.iter().map(|r| r.leading.values[1] / r.leading.values[0]));
    let words = format!("n = {n}");
    let all = at(
        FIGURE,
        [
            claim("σ = 2 γ max(s, 1) away from s = 1 (s up to 0.3 or from 4 on)")
                .decided_by("largest |σ/(2 γ max(s, 1)) - 1|, mean over networks of a scale", &away(&far, &|r| (r.over_bound() - 1.0).abs()))
                .below(0.02)
                .headline()
                .if_differs(
                    "The bound is not reached at finite s: the least σ of independent vectors is 2 γ (s + 1/(4 s)), 1.6 % above it at \
                     s = 4, and vectors of n units overlap by 1/√n.",
                ),
            theory("σ is the least that conditions (A.51) allow, 2 γ (s + 1/(4 s)) from s = 2 on")
                .at("new: least singular value at rank one")
                .decided_by("largest |σ/(2 γ (s + 1/(4 s))) - 1|", &away(&|s| s >= 1.9, &|r| (r.over_least() - 1.0).abs()))
                .below(0.02)
                .headline(),
            claim("σ is never below 2 γ max(s, 1)")
                .at("fanthomme2021 A.53")
                .decided_by("smallest σ/(2 γ max(s, 1))", &away(&|_| true, &Row::over_bound))
                .at_least(0.98),
            claim("One singular value dominates")
                .at("fanthomme2021 7.4.2")
                .is("largest second over first", Estimate::exact(second, rows.len()))
                .below(0.01)
                .headline(),
            claim("The left vector is along the decoder at every scale")
                .decided_by("smallest |l·d|", &away(&|_| true, &|r| r.leading.dots[0].abs()))
                .above(0.9),
            claim("The right vector is along the decoder at small scales")
                .decided_by("smallest |r·d|", &away(&|s| s <= 0.11, &|r| r.leading.dots[2].abs()))
                .above(0.95),
            claim("And along the encoder at large ones")
                .decided_by("smallest r·e", &away(&|s| s >= 3.9, &|r| r.leading.dots[3]))
                .above(0.95),
            claim("r·e = min(s, 1) away from s = 1")
                .at("fanthomme2021 A.10")
                .decided_by(
                    "largest |r·e - min(s, 1)|",
                    &away(&far, &|r| (r.leading.dots[3] - r.scale.min(1.0)).abs()),
                )
                .below(0.03),
            claim("Training on the proxy loss is extremely effective: it vanishes")
                .at("fanthomme2021 7.4.2")
                .is("largest loss, s from 0.3 to 3", Estimate::exact(largest(unfinished), rows.len()))
                .below(1e-9)
                .headline(),
        ],
    );
    let at_size = |c: Claim| if n == 1000 { c } else { c.at_other_size(&format!("{words}, not 1000")) };
    all.into_iter().map(at_size).collect()
}

fn section(rows: &[Row], size: &Size) -> Result<Section, Error> {
    let s = &size.scales;
    let of = |s: f64| rows.iter().filter(move |r| (r.scale - s).abs() < 1e-12);
    let mean_of = |f: &dyn Fn(&Row) -> f64| -> Vec<Estimate> {
        s.iter().map(|s| Estimate::mean(of(*s).map(f))).collect()
    };
    let bound: Vec<[f64; 2]> = s.iter().map(|s| [*s, 2.0 * DECAY * s.max(1.0)]).collect();
    let sigma = lines(
        &[curve("σ", s, mean_of(&|r| r.leading.values[0])).joined()],
        &Axes::new("scale s", "σ").log_log().reference("2 γ max(s, 1)", Reference::Curve(bound)).wide(THIRD),
    )?;
    let logs: Vec<f64> = s.iter().map(|s| s.log10()).collect();
    let dots: Vec<Series> = ["l·d", "l·e", "r·d", "r·e"]
        .iter()
        .enumerate()
        .map(|(k, name)| {
            curve(name, &logs, mean_of(&|r| r.leading.dots[k].abs())).ink(Ink::Series(k)).joined()
        })
        .collect();
    let dots = lines(&dots, &Axes::new("log₁₀ s", "dot product").wide(THIRD))?;
    let caption = format!(
        "ReLU networks of {} units trained on the proxy loss, {} each scale, independent vectors of unit norm. A: the first singular value and \
         its bound. B: moduli of the dot products of its vectors with encoder and decoder. Bars are one standard error.",
        size.n, size.seeds
    );
    let table = Table::of(rows)
        .columns(["scale", "sigma", "second"], |r| [r.scale, r.leading.values[0], r.leading.values[1]])
        .columns(["l_d", "l_e", "r_d", "r_e"], |r| r.leading.dots)
        .column("loss", "", |r| r.loss)
        .named("networks", "Each network: its first two singular values, the dot products of the first pair of vectors, its loss.");
    Ok(Section::new("singular_value", "Singular value and directions")
        .intro("W ≈ σ l rᵀ: conditions (7.30) bound σ from below by 2 γ max(s, 1); descent from zero ends close to it.")
        .figures([panels("singular_value", "Singular value and directions", &caption, &[sigma, dots], 2)?])
        .tables([table]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn a_small_run_is_of_rank_one_near_the_bound() {
        let size = Size { n: 100, seeds: 2, scales: vec![0.3, 1.0, 4.0], most: 6000.0 };
        let found = findings(&size, 1, &Silent).unwrap();
        for words in ["One singular value", "never below", "extremely effective"] {
            let c = crate::common::found(&found, words);
            assert_ne!(c.verdict, Verdict::Differs, "{c:?}");
        }
    }
}
