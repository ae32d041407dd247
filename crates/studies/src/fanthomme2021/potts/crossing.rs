//! Fig. 2.6: training beside generated data at the weakest penalty, and where generated and unseen data are equally likely.

use super::cells::Cell;
use crate::common::*;
use nullcline_core::inference::potts::Level;

/// Generated less unseen, a sample.
fn apart(l: &Level) -> f64 {
    l.generated.value - l.unseen().value
}

/// The logarithm of the strength at which generated data cease to be more likely than unseen ones, between points of the grid.
fn crossing(levels: &[(f64, f64)]) -> Option<f64> {
    let pair = levels.windows(2).find(|w| w[0].1 > 0.0 && w[1].1 <= 0.0)?;
    let [(a, above), (b, below)] = [pair[0], pair[1]];
    let share = above / (above - below);
    Some(a.ln() + share * (b / a).ln())
}

/// The power of p with which the crossing of one model goes; NaN where there is none at some p.
fn power(cells: &[Cell], model: usize) -> f64 {
    let at = |c: &Cell| {
        let levels: Vec<(f64, f64)> = c.models[model].iter().map(|l| (l.gamma, apart(l))).collect();
        Some(((c.case.p as f64).ln(), crossing(&levels)?))
    };
    let found: Vec<(f64, f64)> = cells.iter().filter_map(at).collect();
    if found.len() < cells.len() {
        return f64::NAN;
    }
    let (x, y): (Vec<f64>, Vec<f64>) = found.into_iter().unzip();
    slope(&x, &y).value
}

pub(super) fn claims(cells: &[Cell]) -> Vec<Claim> {
    let (first, last) = (&cells[0], &cells[cells.len() - 1]);
    let middle = first.models[0].len() / 2;
    let size = first.case.n as f64;
    let alike: Vec<Estimate> = cells
        .iter()
        .map(|c| {
            c.curve(|l| (l.train.value - l.generated.value) / (l.train.value - l.unseen().value))[0].abs()
        })
        .collect();
    let models = 0..first.models.len();
    let nearer = models.clone().map(|m| {
        let at = |c: &Cell| apart(&c.models[m][middle]).abs() / size;
        at(last) - at(first)
    });
    vec![
        claim("At the weakest penalty training and generated data are similarly likely, whatever p")
            .decided_by("largest |L_train - L_gen| over L_train - L_test over p, mean over models", &alike)
            .predicted(0.0, 0.2)
            .if_differs(format!(
                "γ = {} is not weak enough: the distance falls with γ, as in eq. 2.16",
                first.models[0][0].gamma
            )),
        claim("At intermediate penalties test and generated data become similarly likely as p grows")
            .is(
                format!(
                    "|L_gen - L_test|/n at γ = {:.2}, p = {} less p = {}",
                    first.models[0][middle].gamma, last.case.p, first.case.p
                ),
                Estimate::mean(nearer),
            )
            .below(0.0),
        claim("γ_cross depends weakly on p")
            .is("power of p, mean over models", Estimate::mean_of_found(models.map(|m| power(cells, m))))
            .predicted(0.0, 0.2)
            .headline(),
    ]
}

#[cfg(test)]
mod tests {
    use super::crossing;

    #[test]
    fn the_crossing_lies_where_a_line_does() {
        let found = crossing(&[(0.1, 3.0), (1.0, 1.0), (10.0, -1.0), (100.0, -3.0)]).unwrap();
        assert!((found - 10f64.ln() / 2.0).abs() < 1e-12);
        assert_eq!(crossing(&[(0.1, -1.0), (1.0, 2.0)]), None);
    }
}
