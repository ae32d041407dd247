//! The couplings of bands as eq. 2.36 prints them, and as the thesis's program has them.

use crate::common::*;
use nullcline_core::linalg::random::{Rng, Use, normal, stream};

/// Sites, and widths w of the print.
const SITES: usize = 1000;
const WIDTHS: [usize; 8] = [1, 2, 4, 10, 20, 40, 100, 400];
/// Place of the first width that leaves couplings.
const FIRST: usize = 2;

/// tr J²/n of bands of one width, σ = 1: as printed, and of the program's, with w neighbours on either side.
pub(super) struct Width {
    w: usize,
    printed: Vec<f64>,
    program: Vec<f64>,
}

/// tr J²/n of couplings of this variance up to the distance `reach` on the ring, without a diagonal.
fn square(reach: usize, variance: f64, rng: &mut Rng) -> f64 {
    // Every site with those on one side of it; tr J² has each pair twice.
    let sum: f64 = (0..SITES * reach).map(|_| normal(rng).powi(2)).sum();
    2.0 * variance * sum / SITES as f64
}

/// Neighbours on one side: distances below w/2.
fn reach(w: usize) -> usize {
    (w - 1) / 2
}

pub(super) fn measure(draws: usize, seed: u64) -> Vec<Width> {
    let one = |(k, w): (usize, &usize)| {
        let mut rng = stream(seed, Use::Couplings, 8000 + k as u64);
        let printed = (0..draws).map(|_| square(reach(*w), (*w as f64).recip(), &mut rng)).collect();
        let program = (0..draws).map(|_| square(*w, 0.5 / *w as f64, &mut rng)).collect();
        Width { w: *w, printed, program }
    };
    WIDTHS.iter().enumerate().map(one).collect()
}

impl Width {
    fn printed(&self) -> Estimate {
        // Nothing is drawn where there are no neighbours.
        if reach(self.w) == 0 {
            Estimate::exact(0.0, self.printed.len())
        } else {
            mean(&self.printed, |v| *v)
        }
    }
    fn program(&self) -> Estimate {
        mean(&self.program, |v| *v)
    }
    /// (w - 2)/w for even widths.
    fn law(&self) -> f64 {
        2.0 * reach(self.w) as f64 / self.w as f64
    }
}

pub(super) fn claims(all: &[Width]) -> Vec<Claim> {
    let away = |f: &dyn Fn(&Width) -> Estimate, from: usize| -> Vec<Estimate> {
        all[from..].iter().map(|w| f(w).plus(-1.0).abs()).collect()
    };
    let quantity = |what: &str| format!("largest |{what} - 1| over w, n = {SITES}, error of the choice");
    at(
        "fanthomme2021 eq. 2.36",
        [
            claim("tr J²/n of bands is σ², whatever their width w")
                .decided_by(quantity("tr J²/(nσ²)"), &away(&Width::printed, 0))
                .predicted(0.0, 0.05)
                .headline()
                .if_differs(
                    "|i - j| < w/2 with variance σ²/w is (w - 2)/w of it, and no couplings at w = 1, the narrowest of Fig. 2.4A; \
                     the program has w neighbours on either side and σ²/(2w)",
                ),
            theory("It is (w - 2)/w σ² of even w as printed")
                .decided_by(quantity("tr J²/(nσ²) over it"), &away(&|w| w.printed().times(w.law().recip()), FIRST))
                .predicted(0.0, 0.05),
            theory("It is σ² with the program's scale")
                .decided_by(quantity("tr J²/(nσ²)"), &away(&Width::program, 0))
                .predicted(0.0, 0.05),
        ],
    )
}

pub(super) fn figure(all: &[Width]) -> Drawn {
    let x: Vec<f64> = all.iter().map(|w| w.w as f64).collect();
    let law: Vec<f64> = all.iter().map(Width::law).collect();
    let series = [
        curve("as printed", &x, all.iter().map(Width::printed)).ink(Ink::Series(1)),
        Series::new("", &x, &law).ink(Ink::Series(1)).bare().dashed(),
        curve("program", &x, all.iter().map(Width::program)).ink(Ink::Series(0)),
    ];
    let axes = Axes {
        x_log: true,
        y_range: Some([-0.05, 1.1]),
        width: 1.45 * THIRD,
        ..Axes::new("width w of the band", "tr J²/(nσ²)")
    };
    scatter(&series, &axes.reference("", Reference::Across(1.0)))?.named("scale", "Scale of bands", "")
}

pub(super) fn table(all: &[Width]) -> TableOut {
    Table::of(all)
        .column("width", "", |w| w.w)
        .columns(["printed", "printed_error"], |w| pair(w.printed()))
        .column("printed_law", "", Width::law)
        .columns(["program", "program_error"], |w| pair(w.program()))
        .named(
            "scale",
            "tr J²/(nσ²) of random bands as eq. 2.36 prints them, its law, and with the program's scale.",
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_those_nearer_than_half_the_width() {
        // Of w = 4: the next on either side; of 5: two.
        assert_eq!([1, 2, 3, 4, 5, 10].map(reach), [0, 0, 1, 1, 2, 4]);
    }
}
