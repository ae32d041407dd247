//! A linear map fitted to recorded rows.

use super::{Rendered, Shown, words};
use crate::Error;
use crate::figures::{Axes, Boundary, Reference, Series, complex_plane, points_with_errors, scatter};
use crate::page::Section;
use crate::tables::Table;
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::LinearDynamics;
use nullcline_core::numbers::Estimate;

impl Shown for LinearDynamics {
    fn sentence(&self, _: &Context) -> Option<String> {
        let first = self.fit.exponents.first()?;
        Some(format!(
            "A linear map of {} explains {} of the variance of steps in trials left out; its slowest direction decays by {} nats a step.",
            words::count(self.fit.b.len(), "component"),
            words::percent_with_error(self.fit.explained),
            words::with_error(first.times(-1.0))
        ))
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let fit = &self.fit;
        let mut notes = vec![];
        if !(fit.explained.value > 0.0) {
            notes.push("The linear fit predicts trials left out no better than that nothing moves: its exponents say little.".to_owned());
        }
        let by = words::between(self.by);
        let labels: Vec<String> = (1..=fit.exponents.len()).map(|k| k.to_string()).collect();
        let (values, errors): (Vec<f64>, Vec<f64>) =
            fit.exponents.iter().map(|e| (e.value, e.error())).unzip();
        let exponents = points_with_errors(&labels, &values, &errors, "Exponent (nats per step)")?;
        let caption = "Exponents of the fitted map with one standard error.";
        let tried: Vec<[f64; 2]> = fit.tried.iter().copied().filter(|t| t[0] > 0.0).collect();
        let (ridge, share): (Vec<f64>, Vec<f64>) = tried.iter().map(|t| (t[0], t[1])).unzip();
        let axes = Axes { x_log: true, ..Axes::new("Ridge", "Share of steps explained") }
            .reference("without", Reference::Across(fit.tried.first().map_or(f64::NAN, |t| t[1])));
        let ridges = scatter(&[Series::new("", &ridge, &share).joined()], &axes)?;
        let of_ridge =
            "Share of the variance of steps explained in trials left out, by the ridge; dashed: without one.";
        let points: Vec<[f64; 2]> = fit.eigenvalues.iter().map(|z| [z.re, z.im]).collect();
        let plane = complex_plane(&[("eigenvalues".to_owned(), points)], Boundary::UnitCircle, "")?;
        let rows: Vec<usize> = (0..fit.b.len()).collect();
        let estimate = |all: &[Estimate], k: usize| [all[k].value, all[k].error()];
        let table = Table::of(&rows)
            .column("number", "", |k| k + 1)
            .columns(["exponent", "exponent_std_error"], |k| estimate(&fit.exponents, *k))
            .columns(["re", "im"], |k| [fit.eigenvalues[*k].re, fit.eigenvalues[*k].im])
            .columns(["fixed_point", "fixed_point_std_error"], |k| estimate(&fit.fixed_point, *k))
            .named("fit", "Exponents and eigenvalues of the map, and its fixed point along each component.");
        let section = Section::new("linear_dynamics", "A linear map between rows")
            .intro(format!(
                "x(t + 1) = A x(t) + b in the first {} ({} of the variance), from {} pairs of rows; errors are between {by}.",
                words::count(fit.b.len(), "component"),
                words::percent(self.share),
                fit.pairs
            ))
            .method(
                "The ridge is that of the best prediction of trials left out; errors are from trials drawn anew. Noise of the measurement, as \
                 against noise of the state, makes every exponent more negative.",
            )
            .fact("Steps explained in trials left out", words::percent_with_error(fit.explained))
            .fact("Ridge, of a component's variance", words::number(fit.ridge))
            .figures([
                exponents.named("exponents", "Exponents", caption)?,
                plane.named("eigenvalues", "Eigenvalues", "Eigenvalues of the fitted map beside the unit circle.")?,
                ridges.named("ridges", "Ridges", of_ridge)?,
            ])
            .tables([table]);
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}
