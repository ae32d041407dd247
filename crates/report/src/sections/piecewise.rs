//! A piecewise-linear map fitted to recorded rows.

use super::{Rendered, Shown, words};
use crate::Error;
use crate::figures::points_with_errors;
use crate::page::Section;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::PiecewiseDynamics;

impl Shown for PiecewiseDynamics {
    fn sentence(&self, _: &Context) -> Option<String> {
        let fit = &self.fit;
        let first = fit.exponents.first()?;
        Some(match fit.gain {
            None => format!(
                "Maps that bend predict trials left out no better than a linear one, which explains {} of the variance of steps.",
                words::percent_with_error(*fit.tried.first()?)
            ),
            Some(gain) => format!(
                "A map that bends at {} explains {} more of the variance of steps in trials left out than a linear one; it has {}, and its \
                 largest exponent along the rows is {} nats a step.",
                words::count(fit.map.hinges.len(), "hyperplane"),
                words::percent_with_error(gain),
                words::count(fit.points.len(), "fixed point"),
                words::with_error(*first)
            ),
        })
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let fit = &self.fit;
        let notes = notes(self);
        let by = words::between(self.by);
        let labels: Vec<String> = (0..fit.tried.len()).map(|k| words::count(k, "hinge")).collect();
        let (values, errors): (Vec<f64>, Vec<f64>) = fit.tried.iter().map(|e| (e.value, e.error())).unzip();
        let tried = points_with_errors(&labels, &values, &errors, "Share of steps explained")?;
        let labels: Vec<String> = (1..=fit.exponents.len()).map(|k| k.to_string()).collect();
        let (values, errors): (Vec<f64>, Vec<f64>) =
            fit.exponents.iter().map(|e| (e.value, e.error())).unzip();
        let exponents = points_with_errors(&labels, &values, &errors, "Exponent (nats per step)")?;
        let mut section = Section::new("piecewise_dynamics", "A piecewise-linear map between rows")
            .intro(format!(
                "x(t + 1) = A x(t) + b + sum of w (c x(t) - h) beyond each hinge, in the first {} ({} of the variance), from {} pairs of rows; \
                 errors are between {by}.",
                words::count(fit.map.dim(), "component"),
                words::percent(self.share),
                fit.pairs
            ))
            .method(
                "Hinges (Breiman 1993; as a network, Hess et al. 2023) are found by least squares, one after the other; there are as many as \
                 none exceeds by two standard errors in trials left out. Exponents are those of the pieces along the rows; errors are from \
                 trials drawn anew, the number of hinges held. Noise of the measurement, as against noise of the state, makes exponents more \
                 negative and rounds hinges off.",
            )
            .fact("Hinges", fit.map.hinges.len().to_string())
            .fact("Left to itself from rows", ends(self));
        if let Some(gain) = fit.gain {
            section = section.fact("Steps explained beyond the linear map", words::percent_with_error(gain));
        }
        let of_tried = "Share of the variance of steps explained in trials left out, by the number of hinges, with one standard error.";
        let of_exponents = "Exponents of the map along the rows with one standard error.";
        section = section
            .figures([
                tried.named("hinges", "Hinges", of_tried)?,
                exponents.named("exponents", "Exponents", of_exponents)?,
            ])
            .tables([points(self), map(self), pieces(self)]);
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}

fn ends(found: &PiecewiseDynamics) -> String {
    let e = &found.fit.ends;
    let runs: usize = e.at.iter().sum::<usize>() + e.moving + e.unbounded;
    let mut parts: Vec<String> =
        (0..e.at.len()).filter(|k| e.at[*k] > 0).map(|k| format!("{} to point {}", e.at[k], k + 1)).collect();
    if e.moving > 0 {
        let exponent = words::with_error(found.fit.free);
        parts.push(format!("{} keep moving (largest exponent {exponent} nats a step)", e.moving));
    }
    if e.unbounded > 0 {
        parts.push(format!("{} beyond all bounds", e.unbounded));
    }
    format!("of {}, {}", words::count(runs, "orbit"), parts.join(", "))
}

fn notes(found: &PiecewiseDynamics) -> Vec<String> {
    let fit = &found.fit;
    let mut notes = vec![];
    if !fit.tried.get(fit.map.hinges.len()).is_some_and(|e| e.value > 0.0) {
        notes.push(
            "The fit predicts trials left out no better than that nothing moves: its exponents and points say little.".to_owned(),
        );
    }
    let outside = fit.points.iter().filter(|p| p.outside).count();
    if outside > 0 {
        notes.push(format!(
            "{} of the fitted map outside of the rows: nothing was recorded there.",
            match outside {
                1 => "One fixed point lies".to_owned(),
                n => format!("{n} fixed points lie"),
            }
        ));
    }
    if fit.ends.unbounded > 0 {
        notes.push(
            "Left to itself the map takes some of the rows beyond all bounds: it holds near the rows alone."
                .into(),
        );
    }
    if fit.every > 1 {
        notes.push(format!("One pair of rows in {} was fitted.", fit.every));
    }
    notes
}

fn points(found: &PiecewiseDynamics) -> TableOut {
    let fit = &found.fit;
    let rows: Vec<(usize, usize)> =
        (0..fit.points.len()).flat_map(|k| (0..fit.map.dim()).map(move |i| (k, i))).collect();
    Table::of(&rows)
        .column("point", "", |r| r.0 + 1)
        .column("component", "", |r| r.1 + 1)
        .column("state", "", |r| fit.points[r.0].state[r.1])
        .columns(["re", "im"], |r| {
            let z = fit.points[r.0].eigenvalues[r.1];
            [z.re, z.im]
        })
        .column("unstable", "directions", |r| fit.points[r.0].unstable)
        .column("exponent", "nats per step", |r| fit.points[r.0].exponent)
        .column("found", "share", |r| fit.points[r.0].found)
        .named(
            "points",
            "Fixed points along each component, with their eigenvalues, and the share of samples of trials drawn anew that have one like it.",
        )
}

fn map(found: &PiecewiseDynamics) -> TableOut {
    let m = &found.fit.map;
    let d = m.dim();
    let mut rows: Vec<(String, usize, f64)> = vec![];
    for j in 0..d {
        rows.extend((0..d).map(|i| (format!("A_{}", j + 1), i + 1, m.a[(i, j)])));
    }
    rows.extend((0..d).map(|i| ("b".to_owned(), i + 1, m.b[i])));
    for (k, h) in m.hinges.iter().enumerate() {
        rows.extend((0..d).map(|i| (format!("w_{}", k + 1), i + 1, h.weight[i])));
        rows.extend((0..d).map(|i| (format!("c_{}", k + 1), i + 1, h.normal[i])));
        rows.push((format!("h_{}", k + 1), 1, h.threshold));
    }
    Table::of(&rows)
        .column("part", "", |r| r.0.clone())
        .column("component", "", |r| r.1)
        .column("value", "", |r| r.2)
        .named("map", "The map: columns of A, b, and of each hinge w, c and h.")
}

fn pieces(found: &PiecewiseDynamics) -> TableOut {
    let fit = &found.fit;
    let rows: Vec<usize> = (0..fit.shares.len()).filter(|k| fit.shares[*k] > 0.0).collect();
    let beyond = |piece: &usize| -> String {
        let all: Vec<String> =
            (0..fit.map.hinges.len()).filter(|k| piece >> k & 1 == 1).map(|k| (k + 1).to_string()).collect();
        if all.is_empty() { "none".into() } else { all.join(" ") }
    };
    Table::of(&rows)
        .column("beyond", "hinges", beyond)
        .column("share", "of rows", |k| fit.shares[*k])
        .named("pieces", "Share of the rows beyond which hinges.")
}
