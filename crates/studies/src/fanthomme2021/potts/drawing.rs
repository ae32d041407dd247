//! Curves and tables of Potts models.

use super::cells::Cell;
use crate::common::*;

pub fn divergences(cells: &[Cell]) -> Result<Section, Error> {
    let mut panels_of = vec![];
    for (which, title) in [(1, "KL(model ‖ truth)"), (0, "KL(truth ‖ model)")] {
        let series: Vec<Series> = cells
            .iter()
            .enumerate()
            .map(|(k, c)| {
                let kl = c.curve(|l| l.divergence.map_or(f64::NAN, |d| d[which].value));
                // Each over its least: the print's axis is arbitrary too.
                let least = kl.iter().map(|e| e.value).fold(f64::INFINITY, f64::min);
                let one = curve(&c.case.name(), &gammas(c), kl.into_iter().map(|e| e.times(1.0 / least)));
                let one = one.ink(Ink::Series(k));
                if which == 1 { one } else { one.unlisted() }
            })
            .collect();
        let axes = Axes {
            x_label: "regularisation γ".into(),
            y_label: "divergence over its least".into(),
            x_log: true,
            y_log: true,
            ..Axes::default()
        };
        panels_of.push(lines(&series, &axes.wide(1.45 * THIRD))?.named("kl", title, "")?);
    }
    let caption = "Divergences between true and inferred models, each over its least, against the strength of the penalty; \
                   means over models, bars are one standard error.";
    let figure = panels("divergences", "Divergence from the truth", caption, &panels_of, 2)?;
    Ok(Section::new("strengths", "The best strength").intro(WHAT).figures([figure]).tables([table(cells)]))
}

pub fn likelihoods(cells: &[Cell]) -> Result<Section, Error> {
    let mut panels_of = vec![];
    let count = cells[0].models[0].len();
    for (place, k) in [0, count / 2, count - 1].into_iter().enumerate() {
        let p: Vec<f64> = cells.iter().map(|c| c.case.p as f64).collect();
        let per = |of: fn(&nullcline_core::inference::potts::Level) -> f64| {
            cells.iter().map(move |c| c.curve(of)[k].times(1.0 / c.case.n as f64)).collect::<Vec<_>>()
        };
        let names = ["training", "unseen", "generated"];
        let all = [per(|l| l.train.value), per(|l| l.unseen().value), per(|l| l.generated.value)];
        let series: Vec<Series> = names
            .iter()
            .zip(all)
            .map(|(name, values)| {
                let one = curve(name, &p, values);
                if place == 0 { one } else { one.unlisted() }
            })
            .collect();
        let axes = Axes {
            x_label: "samples p".into(),
            y_label: "log-likelihood / n".into(),
            x_log: true,
            ..Axes::default()
        };
        let title = format!("γ = {:.2}", gammas(&cells[0])[k]);
        panels_of.push(lines(&series, &axes.wide(1.45 * THIRD))?.named("likelihood", &title, "")?);
    }
    let caption = "Log-likelihoods a site of training, unseen and generated samples against their number, at three strengths of the \
                   penalty; means over models, bars are one standard error.";
    let figure = panels("likelihoods", "Likelihoods against the number of samples", caption, &panels_of, 2)?;
    Ok(Section::new("likelihoods", "Likelihoods").intro(WHAT).figures([figure]).tables([table(cells)]))
}

const WHAT: &str = "Potts models on Erdős-Rényi graphs of mean degree d, fields of variance 5 and couplings of variance 1, fitted by \
                    penalised pseudo-likelihood to samples of independent Gibbs chains. log Z is exact or by annealed importance \
                    sampling; unseen data are those of the truth.";

fn gammas(c: &Cell) -> Vec<f64> {
    c.models[0].iter().map(|l| l.gamma).collect()
}

fn table(cells: &[Cell]) -> TableOut {
    let rows: Vec<(usize, usize)> =
        (0..cells.len()).flat_map(|c| (0..cells[c].models[0].len()).map(move |g| (c, g))).collect();
    let of =
        |r: &(usize, usize), f: fn(&nullcline_core::inference::potts::Level) -> f64| cells[r.0].curve(f)[r.1];
    Table::of(&rows)
        .column("n", "", |r| cells[r.0].case.n)
        .column("q", "", |r| cells[r.0].case.q)
        .column("d", "", |r| cells[r.0].case.degree)
        .column("p", "", |r| cells[r.0].case.p)
        .column("gamma", "", |r| gammas(&cells[r.0])[r.1])
        .column("l_train", "nats", |r| of(r, |l| l.train.value))
        .column("l_test", "nats", |r| of(r, |l| l.unseen().value))
        .column("l_gen", "nats", |r| of(r, |l| l.generated.value))
        .column("kl_forward", "nats", |r| of(r, |l| l.divergence.map_or(f64::NAN, |d| d[0].value)))
        .column("kl_backward", "nats", |r| of(r, |l| l.divergence.map_or(f64::NAN, |d| d[1].value)))
        .named("cells", "Means over models at each strength.")
}
