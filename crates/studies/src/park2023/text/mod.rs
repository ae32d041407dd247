//! What the text says beside its figures: products of attractors, tori, coordinates, coupling, delays, zero weights.

mod attractors;
mod systems;

use crate::common::*;
use attractors::{COUPLINGS, Measured, STRONG, WEAK, measure};

/// The text.
pub const STUDY: Study =
    Study::new("park2023/text", "Products, tori, coordinates, coupling, delays: what the text says", run);

/// Exponents up to here count as zero, per time constant; those of fixed points are exact.
const ZERO: f64 = 1e-3;

fn run(settings: &Settings, _: &dyn Observer) -> Result<Findings, Error> {
    findings(settings.seed)
}

fn findings(seed: u64) -> Result<Findings, Error> {
    let m = measure(seed)?;
    let claims = [products(&m), tori(&m), invariance(&m), coupling(&m), learning(&m)].concat();
    let section = Section::new("text", "What the text says").figures([draw(&m)?]).tables([table(&m)]);
    let json = entries([
        ("couplings", numbers(&COUPLINGS)),
        ("second_exponent", numbers(&list(&m.coupled, |e| e[1].value))),
        ("filled", written(m.filled)),
        ("zeros_left", written(m.zeros)),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// How many are zero, and how many negative; exact where the exponents are.
fn counted(all: &[Estimate]) -> [Estimate; 2] {
    let zero = all.iter().filter(|e| e.value.abs() <= ZERO).count();
    let negative = all.iter().filter(|e| e.value < -ZERO).count();
    [zero, negative].map(|n| Estimate::exact(n as f64, all.len()))
}

fn products(m: &Measured) -> Vec<Claim> {
    let [one, two] = m.lines.each_ref().map(|e| counted(e));
    let row = |text: &str, found: Estimate, expected: f64| {
        claim(text).is("exponents", found).predicted(expected, 0.0)
    };
    at(
        "park2023 section 2.5",
        [
            row("A line attractor of six units has one zero exponent", one[0], 1.0),
            row("and five negative ones, n - d", one[1], 5.0),
            row("Two side by side, d = 2, have two zero exponents", two[0], 2.0).headline(),
            row("and ten negative ones", two[1], 10.0),
        ],
    )
}

fn tori(m: &Measured) -> Vec<Claim> {
    let first: Vec<Estimate> = m.commensurate[..2].iter().map(|e| e.abs()).collect();
    at(
        "park2023 section 2.7, Fig. 4C",
        [
            claim("A periodic torus of two oscillators has two zero exponents, too")
                .decided_by("|exponent| of the first two, periods as 3 to 2, error of the choice", &first)
                .predicted(0.0, ZERO),
            claim("and the other n/2 are negative")
                .is("third exponent, per time constant", m.commensurate[2])
                .below(0.0),
            claim("A quasi-periodic orbit fills its torus")
                .is(
                    "share of 20 x 20 cells of both angles visited in 400 turns",
                    Estimate::exact(m.filled[0], 1),
                )
                .above(0.99),
            claim("a periodic one does not")
                .is(
                    "share of 20 x 20 cells of both angles visited in 400 turns",
                    Estimate::exact(m.filled[1], 1),
                )
                .below(0.5),
        ],
    )
}

fn invariance(m: &Measured) -> Vec<Claim> {
    let second = m.floquet[1];
    let off: Vec<Estimate> = m.starts.iter().map(|e| e[1].plus(-second).abs()).collect();
    at(
        "park2023 section 2.4",
        [
            claim("Every start in a basin has the same spectrum (Oseledets)")
                .decided_by(
                    "|second exponent minus Floquet's|, ten starts of one oscillator, error of the choice",
                    &off,
                )
                .predicted(0.0, ZERO)
                .headline(),
            claim("and so has the system in other coordinates, y = sinh x")
                .is("|second exponent minus Floquet's|", m.sinh[1].plus(-second).abs())
                .predicted(0.0, ZERO),
            claim("whose first is zero there").is("|first exponent|", m.sinh[0].abs()).predicted(0.0, ZERO),
        ],
    )
}

fn coupling(m: &Measured) -> Vec<Claim> {
    let (weak, strong) = (&m.coupled[WEAK], &m.coupled[STRONG]);
    let both: Vec<Estimate> = weak[..2].iter().map(|e| e.abs()).collect();
    at(
        "park2023 section 2.9, L5",
        [
            claim("Weakly coupled oscillators keep both zero exponents")
                .decided_by(
                    format!("|exponent| of the first two, coupling {}, error of the choice", COUPLINGS[WEAK]),
                    &both,
                )
                .predicted(0.0, ZERO),
            claim("Synchronised ones have one")
                .is(format!("second exponent, coupling {}", COUPLINGS[STRONG]), strong[1])
                .below(-ZERO)
                .headline(),
            claim("which is zero").is("|first exponent|", strong[0].abs()).predicted(0.0, ZERO),
            claim("Silent ones have none").is("first exponent, gain 0.95", m.silent[0]).below(-ZERO),
        ],
    )
}

fn learning(m: &Measured) -> Vec<Claim> {
    let [one, ten, twenty] = m.zeros.map(|n| Estimate::exact(n as f64, 20));
    let left = "of 20 eigenvalues of W those that are zero after the first step";
    vec![
        claim("Half a period later the learning signal points the other way")
            .is("largest |Z(φ + π) + Z(φ)| over the largest |Z|, two tanh units", Estimate::exact(m.reversed, 1))
            .below(1e-6)
            .at("park2023 section 2.9, L3"),
        claim("A tanh network of zero weights loses its zero exponents at the first step of learning, on one item")
            .is(left, one)
            .predicted(0.0, 0.0)
            .if_differs("the gradient of one item has rank one: all but one remain")
            .at("park2023 section 2.6"),
        claim("on ten items")
            .is(left, ten)
            .predicted(0.0, 0.0)
            .if_differs("the gradient of m items has rank m")
            .at("park2023 section 2.6"),
        claim("on as many items as units").is(left, twenty).predicted(0.0, 0.0).at("park2023 section 2.6"),
    ]
}

fn table(m: &Measured) -> TableOut {
    let rows = indices(COUPLINGS.len());
    Table::of(&rows)
        .column("coupling", "", |k| COUPLINGS[*k])
        .columns(["exponent_1", "error_1"], |k| pair(m.coupled[*k][0]))
        .columns(["exponent_2", "error_2"], |k| pair(m.coupled[*k][1]))
        .columns(["exponent_3", "error_3"], |k| pair(m.coupled[*k][2]))
        .columns(["exponent_4", "error_4"], |k| pair(m.coupled[*k][3]))
        .named(
            "coupling",
            "Exponents of two oscillators by the coupling that pulls them together, per time constant.",
        )
}

fn draw(m: &Measured) -> Drawn {
    let exponent = |k: usize| {
        curve(["first", "second"][k], &COUPLINGS, m.coupled.iter().map(|e| e[k])).ink(Ink::Series(k))
    };
    let axes = Axes { width: THIRD, ..Axes::new("coupling", "Lyapunov exponent") };
    let mut figures =
        vec![lines(&[exponent(0), exponent(1)], &axes)?.named("coupling", "Exponents by coupling", "")?];
    for (orbit, (name, title)) in
        m.orbits.iter().zip([("quasi", "Quasi-periodic"), ("periodic", "Periods 3 : 2")])
    {
        let turn = |a: f64| (a / std::f64::consts::TAU).rem_euclid(1.0);
        let every = orbit.len().div_ceil(3000).max(1);
        let cloud =
            points("", orbit.iter().step_by(every).map(|[a, b]| [turn(*a), turn(*b)])).ink(Ink::Series(0));
        let axes =
            Axes { square: true, width: THIRD, ..Axes::new("first angle (turns)", "second angle (turns)") };
        figures.push(scatter(&[cloud], &axes)?.named(name, title, "")?);
    }
    let caption = "A: first two exponents of two oscillators of different frequency by the coupling that pulls them together, \
                   with standard errors. B, C: both angles along 400 turns of two independent oscillators.";
    panels("text", "Coupling and tori", caption, &figures, 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    #[test]
    fn what_is_exact_holds() {
        let found = findings(1).unwrap();
        for (words, verdict) in [
            ("Two side by side", Verdict::Holds),
            ("and ten negative", Verdict::Holds),
            ("Half a period later", Verdict::Holds),
            ("on as many items", Verdict::Holds),
            ("on one item", Verdict::Differs),
        ] {
            let claim = crate::common::found(&found, words);
            assert_eq!(claim.verdict, verdict, "{claim:?}");
        }
        for words in ["Every start", "in other coordinates", "Synchronised"] {
            assert_ne!(crate::common::found(&found, words).verdict, Verdict::Differs);
        }
    }
}
