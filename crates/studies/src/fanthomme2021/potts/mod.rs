//! Figs. 2.6 to 2.9: likelihoods of Potts models and the strength at which they are nearest to the truth.

mod cells;
mod crossing;
mod drawing;

use crate::common::*;
use cells::{Case, Cell, Size, measure};

/// Fig. 2.6.
pub const LIKELIHOODS: Study = Study::new(
    "fanthomme2021/fig2.6",
    "Likelihoods of training, unseen and generated data of Potts models",
    fig2_6,
);
/// Fig. 2.7.
pub const SITES: Study =
    Study::new("fanthomme2021/fig2.7", "The best penalty of Potts models against their size", fig2_7);
/// Fig. 2.8.
pub const STATES: Study = Study::new(
    "fanthomme2021/fig2.8",
    "The best penalty of Potts models against their number of states",
    fig2_8,
);
/// Fig. 2.9.
pub const DEGREES: Study = Study::new(
    "fanthomme2021/fig2.9",
    "The best penalty of Potts models against the degree of their graph",
    fig2_9,
);

/// Factor within which strengths count as equal: that of neighbours on the thesis's grid, about.
const FACTOR: f64 = 2.0;

fn cases(n: &[usize], q: &[usize], degree: &[f64], p: &[usize]) -> Vec<Case> {
    let mut all = vec![];
    for n in n {
        for q in q {
            for degree in degree {
                all.extend(p.iter().map(|p| Case { n: *n, q: *q, degree: *degree, p: *p }));
            }
        }
    }
    all
}

fn fig2_6(s: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let all = match s.preset {
        Preset::Quick => cases(&[20], &[6], &[2.5], &[100, 300, 1000]),
        Preset::Paper => cases(&[50], &[10], &[2.5], &[100, 300, 1000, 3000, 10_000, 30_000, 100_000]),
    };
    let cells = measure(&all, &Size::of(s.preset), s.seed, observer)?;
    let source = "fanthomme2021 Fig. 2.6";
    let size = all[0].n as f64;
    let weak: Vec<Estimate> =
        cells.iter().map(|c| c.curve(|l| (l.generated.value - l.unseen().value) / size)[0]).collect();
    let last = cells[0].models[0].len() - 1;
    let strong: Vec<Estimate> =
        cells.iter().map(|c| c.curve(|l| (l.unseen().value - l.generated.value) / size)[last]).collect();
    let claims = at(
        source,
        [
            claim("At the weakest penalty generated data are more likely than unseen ones, whatever p")
                .decided_by(
                    "largest (L_test - L_gen) / n over p",
                    &weak.iter().map(|e| e.times(-1.0)).collect::<Vec<_>>(),
                )
                .below(0.0)
                .headline(),
            claim("At the strongest penalty generated data are less likely than unseen ones")
                .decided_by(
                    "largest (L_gen - L_test) / n over p",
                    &strong.iter().map(|e| e.times(-1.0)).collect::<Vec<_>>(),
                )
                .below(0.0)
                .headline(),
        ]
        .into_iter()
        .chain(crossing::claims(&cells)),
    );
    let sections = vec![drawing::likelihoods(&cells)?];
    finish(claims, sections, &cells)
}

fn fig2_7(s: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let all = match s.preset {
        Preset::Quick => cases(&[12, 25], &[6], &[2.5], &[300, 1000]),
        Preset::Paper => cases(&[25, 50, 100, 150], &[10], &[2.5], &[100, 1000, 10_000]),
    };
    same(&all, s, observer, "fanthomme2021 Fig. 2.7", "n and p")
}

fn fig2_8(s: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let all = match s.preset {
        Preset::Quick => cases(&[20], &[4, 8], &[2.5], &[300, 1000]),
        Preset::Paper => cases(&[50], &[10, 20], &[2.5], &[100, 1000, 10_000]),
    };
    same(&all, s, observer, "fanthomme2021 Fig. 2.8", "q and p")
}

/// The best strength is one for all cells, about 1 / d.
fn same(
    all: &[Case],
    s: &Settings,
    observer: &dyn Observer,
    source: &str,
    over: &str,
) -> Result<Findings, Error> {
    let cells = measure(all, &Size::of(s.preset), s.seed, observer)?;
    let mut claims = vec![];
    for (which, name) in [(1, "KL(model ‖ truth), eq. 2.40"), (0, "KL(truth ‖ model)")] {
        let logs: Vec<Estimate> = cells.iter().map(|c| log(c.best(which))).collect();
        let mean = Estimate::mean_of_found(logs.iter().map(|e| e.value)).value;
        let away: Vec<Estimate> = logs.iter().map(|e| e.plus(-mean).abs()).collect();
        claims.extend(at(
            source,
            [
                claim(format!("The best γ by {name} is one, whatever {over}"))
                    .decided_by("largest |ln γ_opt - mean|, error of the choice", &away)
                    .below(FACTOR.ln())
                    .headline(),
                claim(format!("It is about 1 / d, by {name}"))
                    .is(
                        "mean of ln(γ_opt d) over cells",
                        Estimate::mean_of_found(logs.iter().map(|e| e.value)).plus(all[0].degree.ln()),
                    )
                    .predicted(0.0, FACTOR.ln())
                    .headline(),
            ],
        ));
    }
    let sections = vec![drawing::divergences(&cells)?];
    finish(claims, sections, &cells)
}

fn fig2_9(s: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let degrees = [1.25, 2.5, 7.0, 10.0];
    let all = match s.preset {
        Preset::Quick => cases(&[25], &[6], &degrees, &[1000]),
        Preset::Paper => cases(&[25], &[10], &degrees, &[100, 1000, 10_000]),
    };
    let cells = measure(&all, &Size::of(s.preset), s.seed, observer)?;
    let source = "fanthomme2021 Fig. 2.9";
    let mut claims = vec![];
    for (which, name) in [(1, "KL(model ‖ truth), eq. 2.40"), (0, "KL(truth ‖ model)")] {
        let found: Vec<(f64, Estimate)> = cells
            .iter()
            .map(|c| (c.case.degree.ln(), log(c.best(which))))
            .filter(|f| f.1.value.is_finite())
            .collect();
        let x: Vec<f64> = found.iter().map(|f| f.0).collect();
        let y: Vec<f64> = found.iter().map(|f| f.1.value).collect();
        claims.extend(at(
            source,
            [claim(format!("The best γ falls as 1 / d, by {name}"))
                .is("slope of ln γ_opt against ln d", slope(&x, &y))
                .predicted(-1.0, 0.3)
                .headline()],
        ));
    }
    let sections = vec![drawing::divergences(&cells)?];
    finish(claims, sections, &cells)
}

fn log(e: Estimate) -> Estimate {
    Estimate { value: e.value.ln(), std_error: e.std_error.map(|s| s / e.value), n: e.n }
}

/// Divergences of fits from their models against the strength, means over models.
#[derive(Serialize)]
struct Entry {
    models: usize,
    gamma: Vec<f64>,
    kl_forward: Vec<f64>,
    kl_backward: Vec<f64>,
    gamma_opt_forward: f64,
    gamma_opt_backward: f64,
}

fn finish(claims: Vec<Claim>, sections: Vec<Section>, cells: &[Cell]) -> Result<Findings, Error> {
    let of = |c: &Cell| {
        let best = [0, 1].map(|k| c.best(k));
        let divergence =
            |k: usize| list(&c.curve(|l| l.divergence.map_or(f64::NAN, |d| d[k].value)), |e| e.value);
        let found = Entry {
            models: c.models.len(),
            gamma: list(&c.models[0], |l| l.gamma),
            kl_forward: divergence(0),
            kl_backward: divergence(1),
            gamma_opt_forward: best[0].value,
            gamma_opt_backward: best[1].value,
        };
        (format!("n{}_q{}_d{}_p{}", c.case.n, c.case.q, c.case.degree, c.case.p), written(found))
    };
    let json = cells.iter().map(of).collect();
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nullcline_core::job::Silent;

    #[test]
    fn weak_penalties_overfit_and_strong_ones_underfit() {
        let size = Size { models: 2, gammas: vec![0.003, 0.5, 10.0], chains: 30, draws: 10 };
        let cells = measure(&cases(&[6], &[3], &[2.5], &[60]), &size, 1, &Silent).unwrap();
        for levels in &cells[0].models {
            let apart = |k: usize| levels[k].generated.value - levels[k].unseen().value;
            assert!(apart(0) > 0.0 && apart(2) < 0.0, "{} {}", apart(0), apart(2));
            let kl = |k: usize| levels[k].divergence.unwrap();
            assert!((0..2).all(|w| kl(1)[w].value < kl(0)[w].value && kl(1)[w].value < kl(2)[w].value));
        }
        assert!(cells[0].best(0).value > 0.003 && cells[0].best(0).value < 10.0);
    }
}
