//! Fig. 4: a limit cycle keeps phase differences for ever; its direction of motion is a Floquet vector of
//! multiplier one; two independent cycles make a torus.

mod cycle;
mod drawing;
mod memory;
pub(in crate::park2023) mod torus;
mod verdicts;

use crate::common::*;
/// Fig. 4.
pub const STUDY: Study = Study::new("park2023/fig4", "Phase memory on a limit cycle", run);

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
    let c = &cycle.cycle;
    let (own, joint) = (&cycle.exponents, &torus.exponents);
    let json = fields(Found {
        period: c.period.value,
        period_error: c.period.error(),
        floquet_exponents: c.exponents(),
        lyapunov_exponents: list(own, |m| m.value),
        lyapunov_std_error: list(own, Estimate::error),
        tangent_residual: c.tangent.map(|t| t.residual),
        phase_drift_per_period: memory.drift,
        torus_exponents: list(joint, |m| m.value),
        torus_std_error: list(joint, Estimate::error),
    });
    let sections = vec![
        Section::new("cycle", "The cycle, the direction of motion, and the torus")
            .intro(cycle.origin.clone())
            .intro(
                "The cycle is found by the times of return of a trajectory, and closed by Newton's method \
                 on a state and the period. Floquet multipliers are the eigenvalues of the product of \
                 Jacobians over a period, which is never formed, so that small ones keep their digits.",
            )
            .fact(
                "Period",
                format!(
                    "{:.9} s, changed by {:.1e} s when steps are halved",
                    c.period.value,
                    c.period.error()
                ),
            )
            .fact("Closure", format!("x(T) misses x by {:.1e} of the cycle's extent", c.residual))
            .fact(
                "Direction of motion",
                c.tangent.map_or_else(String::new, |t| {
                    format!(
                        "multiplier {} differs from one by {:.1e}; |M f - f| / |f| = {:.1e}",
                        t.index + 1,
                        t.multiplier_error,
                        t.residual
                    )
                }),
            )
            .fact("Torus", torus.words.clone())
            .figures([drawing::cycle(&cycle, &memory, &torus)?])
            .tables([spectrum(&cycle), orbit(&cycle)]),
        Section::new("memory", "What becomes of a perturbation")
            .intro(
                "Asymptotic phase: a perturbed state is followed until it is on the cycle; the phase of the \
                 point that it then moves along with is its phase. Its gradient on the cycle is the left \
                 Floquet vector of multiplier one, Z(t), scaled to Z f = 2 \u{3c0} / T.",
            )
            .intro(
                "The point attractor and the line attractor are those of S1.1 (matrices and bias as \
                 printed); times are in units of each system's time constant.",
            )
            .fact(
                "Kicks that left the cycle's basin",
                format!("{} of {}", memory.lost, memory.shifts.len() + memory.lost),
            )
            .fact("Directions, sizes, phases", memory.words.clone())
            .figures([drawing::memory(&memory)?])
            .tables([shifts(&memory), decays(&memory)]),
    ];
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: cycle.warnings })
}

/// The cycle, the memory of a phase, and the torus of two.
#[derive(Serialize)]
struct Found {
    period: f64,
    period_error: f64,
    floquet_exponents: Vec<f64>,
    lyapunov_exponents: Vec<f64>,
    lyapunov_std_error: Vec<f64>,
    tangent_residual: Option<f64>,
    phase_drift_per_period: f64,
    torus_exponents: Vec<f64>,
    torus_std_error: Vec<f64>,
}

/// Periods over which a difference is followed, and kicks of each size.
fn size(preset: Preset) -> (usize, usize) {
    match preset {
        Preset::Quick => (60, 6),
        Preset::Paper => (1000, 40),
    }
}

fn spectrum(c: &cycle::Found) -> TableOut {
    let exponent = |i: usize| c.exponents.get(i).copied().unwrap_or(Estimate::NONE);
    let rows: Vec<_> = c.cycle.multipliers.iter().enumerate().collect();
    Table::of(&rows)
        .columns(["log_multiplier", "argument"], |(_, m)| [m.log_modulus, m.argument])
        .columns(["floquet_exponent", "floquet_error"], |(_, m)| pair(m.exponent))
        .columns(["lyapunov_exponent", "lyapunov_error"], |(i, _)| pair(exponent(*i)))
        .named(
            "spectrum",
            "Floquet multipliers, their exponents, and Lyapunov exponents by QR decomposition (1/s).",
        )
}

fn orbit(c: &cycle::Found) -> TableOut {
    let count = c.states.ncols();
    let phases = indices(count);
    let time = |j: &usize| c.cycle.period.value * *j as f64 / count as f64;
    let mut table = Table::of(&phases).column("time", "", time);
    for i in 0..c.states.nrows() {
        let names = [format!("x_{}", i + 1), format!("response_{}", i + 1)];
        table = table.columns(names, |j| [c.states[(i, *j)], c.response[(i, *j)]]);
    }
    table.named(
        "orbit",
        "The cycle at equal phases (time in s) and its phase response (rad per unit of state).",
    )
}

fn shifts(m: &memory::Memory) -> TableOut {
    Table::of(&m.shifts)
        .columns(["size", "phase"], |s| [s.size, s.phase])
        .columns(["difference", "linear"], |s| [s.measured, s.linear])
        .named(
            "shifts",
            "Asymptotic phase difference (rad) after kicks of a size relative to the cycle's extent.",
        )
}

fn decays(m: &memory::Memory) -> TableOut {
    let rows: Vec<_> = m.decays.iter().flat_map(|d| (0..d.time.len()).map(move |k| (d, k))).collect();
    Table::of(&rows)
        .column("system", "", |(d, _)| d.of.name())
        .columns(["time", "distance"], |(d, k)| [d.time[*k], d.size[*k]])
        .named(
            "differences",
            "Distance of a perturbed from the unperturbed trajectory against time (time constants).",
        )
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
            shared: std::env::temp_dir(),
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
