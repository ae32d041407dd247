//! Fig. 4: a limit cycle keeps phase differences for ever; its direction of motion is a Floquet vector of
//! multiplier one; two independent cycles make a torus.

mod cycle;
mod drawing;
mod memory;
mod torus;
mod verdicts;

use crate::claims::answer;
use crate::{Error, Findings, Preset, Settings, Study};
use nullcline_core::job::Observer;
use nullcline_core::numbers::Estimate;
use nullcline_report::page::Section;
use nullcline_report::tables::{Cells, TableOut};
use serde_json::{Map, json};

/// Fig. 4.
pub const STUDY: Study = Study { name: "park2023/fig4", title: "Phase memory on a limit cycle", run };

/// Where in the paper the claims stand.
const SOURCE: &str = "park2023 Fig. 4, Sec. 2.7";

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    observer.start("limit cycle", 0);
    let cycle = cycle::cycle(settings)?;
    observer.start("perturbations", 0);
    let memory = memory::memory(&cycle, settings)?;
    observer.start("torus", 0);
    let torus = torus::torus()?;
    observer.finish();

    let claims = verdicts::claims(&cycle, &memory, &torus);
    let answer = answer(&claims);
    let c = &cycle.cycle;
    let json = json!({
        "period": c.period.value, "period_error": c.period.std_error,
        "floquet_exponents": c.exponents(), "lyapunov_exponents": values(&cycle.exponents), "lyapunov_std_error": errors(&cycle.exponents),
        "tangent_residual": c.tangent.map(|t| t.residual), "phase_drift_per_period": memory.drift.value,
        "torus_exponents": values(&torus.exponents), "torus_std_error": errors(&torus.exponents),
    });
    let json = json.as_object().cloned().unwrap_or_else(Map::new);
    let sections = vec![
        Section {
            id: "cycle".into(),
            title: "The cycle, the direction of motion, and the torus".into(),
            intro: vec![cycle.origin.clone(), "The cycle is found by the times of return of a trajectory, and closed by Newton's method on a state and the period. Floquet multipliers are the eigenvalues of the product of Jacobians over a period, which is never formed, so that small ones keep their digits.".into()],
            facts: vec![
                ("Period".into(), format!("{:.9} s, changed by {:.1e} s when steps are halved", c.period.value, c.period.error())),
                ("Closure".into(), format!("x(T) misses x by {:.1e} of the cycle's extent", c.residual)),
                ("Direction of motion".into(), c.tangent.map_or_else(String::new, |t| format!("multiplier {} differs from one by {:.1e}; |M f - f| / |f| = {:.1e}", t.index + 1, t.multiplier_error, t.residual))),
                ("Torus".into(), torus.words.clone()),
            ],
            figures: vec![drawing::cycle(&cycle, &memory, &torus)?],
            tables: vec![spectrum(&cycle), orbit(&cycle)],
            ..Section::default()
        },
        Section {
            id: "memory".into(),
            title: "What becomes of a perturbation".into(),
            intro: vec!["Asymptotic phase: a perturbed state is followed until it is on the cycle; the phase of the point that it then moves along with is its phase. Its gradient on the cycle is the left Floquet vector of multiplier one, Z(t), scaled to Z f = 2 \u{3c0} / T.".into(), "The point attractor and the line attractor are those of S1.1 (matrices and bias as printed); times are in units of each system's time constant.".into()],
            facts: vec![
                ("Kicks that left the cycle's basin".into(), format!("{} of {}", memory.lost, memory.shifts.len() + memory.lost)),
                ("Directions, sizes, phases".into(), memory.words.clone()),
            ],
            figures: vec![drawing::memory(&memory)?],
            tables: vec![shifts(&memory), decays(&memory)],
            ..Section::default()
        },
    ];
    Ok(Findings { claims, answer, sections, json, warnings: cycle.warnings })
}

fn values(all: &[Estimate]) -> Vec<f64> {
    all.iter().map(|m| m.value).collect()
}

fn errors(all: &[Estimate]) -> Vec<f64> {
    all.iter().map(Estimate::error).collect()
}

/// Periods over which a difference is followed, and kicks of each size.
fn size(preset: Preset) -> (usize, usize) {
    match preset {
        Preset::Quick => (60, 6),
        Preset::Paper => (1000, 40),
    }
}

fn spectrum(c: &cycle::Found) -> TableOut {
    let m = &c.cycle.multipliers;
    let column = |f: &dyn Fn(usize) -> f64| Cells::Float((0..m.len()).map(f).collect());
    TableOut {
        name: "spectrum".into(),
        caption: "Floquet multipliers, their exponents, and Lyapunov exponents by QR decomposition (1/s)."
            .into(),
        columns: vec![
            ("log_multiplier".into(), column(&|i| m[i].log_modulus)),
            ("argument".into(), column(&|i| m[i].argument)),
            ("floquet_exponent".into(), column(&|i| m[i].exponent.value)),
            ("floquet_error".into(), column(&|i| m[i].exponent.error())),
            ("lyapunov_exponent".into(), column(&|i| c.exponents.get(i).map_or(f64::NAN, |m| m.value))),
            ("lyapunov_error".into(), column(&|i| c.exponents.get(i).map_or(f64::NAN, Estimate::error))),
        ],
    }
}

fn orbit(c: &cycle::Found) -> TableOut {
    let count = c.states.ncols();
    let time = (0..count).map(|j| c.cycle.period.value * j as f64 / count as f64).collect();
    let row = |m: &faer::Mat<f64>, i: usize| Cells::Float((0..count).map(|j| m[(i, j)]).collect());
    let mut columns = vec![("time".to_string(), Cells::Float(time))];
    for i in 0..c.states.nrows() {
        columns.push((format!("x_{}", i + 1), row(&c.states, i)));
        columns.push((format!("response_{}", i + 1), row(&c.response, i)));
    }
    TableOut {
        name: "orbit".into(),
        caption: "The cycle at equal phases (time in s) and its phase response (rad per unit of state)."
            .into(),
        columns,
    }
}

fn shifts(m: &memory::Memory) -> TableOut {
    let column = |f: &dyn Fn(&memory::Shift) -> f64| Cells::Float(m.shifts.iter().map(f).collect());
    TableOut {
        name: "shifts".into(),
        caption: "Asymptotic phase difference (rad) after kicks of a size relative to the cycle's extent."
            .into(),
        columns: vec![
            ("size".into(), column(&|s| s.size)),
            ("phase".into(), column(&|s| s.phase)),
            ("difference".into(), column(&|s| s.measured)),
            ("linear".into(), column(&|s| s.linear)),
        ],
    }
}

fn decays(m: &memory::Memory) -> TableOut {
    let all = || m.decays.iter().flat_map(|d| d.time.iter().zip(&d.size).map(move |(t, s)| (d, *t, *s)));
    TableOut {
        name: "differences".into(),
        caption: "Distance of a perturbed from the unperturbed trajectory against time (time constants)."
            .into(),
        columns: vec![
            ("system".into(), Cells::Text(all().map(|(d, ..)| d.name.into()).collect())),
            ("time".into(), Cells::Float(all().map(|a| a.1).collect())),
            ("distance".into(), Cells::Float(all().map(|a| a.2).collect())),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Kind;
    use crate::{Claim, Verdict};
    use nullcline_core::job::Silent;

    #[test]
    fn checks_hold_and_the_early_window_alone_differs_for_the_first_network_that_has_a_cycle() {
        let settings = Settings {
            preset: Preset::Quick,
            seed: 1,
            as_published: false,
            data: None,
            progress: std::env::temp_dir(),
        };
        let found = run(&settings, &Silent).unwrap();
        let differs: Vec<_> = found.claims.iter().filter(|c| c.verdict == Verdict::Differs).collect();
        assert_eq!(differs.len(), 1, "{differs:#?}");
        assert!(differs[0].quantity.contains("point attractor, 1/time"), "{differs:?}");
        let exact = |c: &&Claim| c.kind == Kind::Check && c.measured.std_error == Some(0.0);
        for check in found.claims.iter().filter(exact) {
            assert_eq!(check.verdict, Verdict::Holds, "{check:?}");
        }
        assert_eq!(found.sections.iter().map(|s| s.figures.len()).sum::<usize>(), 2);
    }
}
