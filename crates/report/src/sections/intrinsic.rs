//! The intrinsic dimension of a recording.

use super::{Rendered, Shown, words};
use crate::Error;
use crate::figures::{Axes, Ink, Reference, Series, lines, scatter};
use crate::page::Section;
use crate::tables::Table;
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::{IntrinsicDimension, Null};
use nullcline_core::diagnostics::geometry::intrinsic::{CorrelationDimension, TwoNearest};
use nullcline_core::numbers::Estimate;

impl Shown for IntrinsicDimension {
    fn sentence(&self, _: &Context) -> Option<String> {
        let two = self.two_nearest.as_ref().map(|t| {
            let null = beside(&self.two_nearest_null);
            format!("{} by two nearest neighbours ({null})", words::with_error(t.dimension))
        });
        let sum = self.correlation.as_ref().map(|s| {
            format!(
                "{} by the correlation sum ({})",
                words::with_error(s.dimension),
                beside(&self.correlation_null)
            )
        });
        let parts: Vec<String> = two.into_iter().chain(sum).collect();
        (!parts.is_empty()).then(|| format!("Intrinsic dimension {}.", parts.join(", ")))
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let notes = notes(self);
        let rows = self.every * self.thin;
        let mut section = Section::new("intrinsic_dimension", "Intrinsic dimension")
            .intro(format!(
                "How many coordinates say where on its manifold the activity is, curved or not. By how the number of pairs nearer \
                 than r grows with r, over {} points (one row in {}), of which those at most {} apart in time are no pair; and by the \
                 ratio of each point's distances to its two nearest neighbours, over points that are independent in time (one row in \
                 {rows}).",
                self.points,
                self.every,
                words::count(self.window, "point")
            ))
            .intro(
                "The null is a Gaussian series with the recording's spectra, its Fourier phases drawn at random: a manifold that \
                 bends has a lower dimension than that.",
            );
        if let Some(two) = &self.two_nearest {
            section = neighbours(section, two)?
                .fact("Surrogates, two nearest neighbours", null(&self.two_nearest_null));
        }
        if let Some(s) = &self.correlation {
            section = sum(section, s)?.fact("Surrogates, correlation sum", null(&self.correlation_null));
        }
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}

fn notes(found: &IntrinsicDimension) -> Vec<String> {
    let mut notes = vec![];
    if found.equal > 0 {
        let equal = words::count(found.equal, "point");
        notes.push(format!(
            "{equal} equal to another left out: between points of few values, as counts, distances are coarse and the dimension is \
             too."
        ));
    }
    if found.two_nearest.is_none() {
        notes.push(format!(
            "No dimension by two nearest neighbours: rows are alike for {}, and too few are independent.",
            words::count(found.every * found.thin, "row")
        ));
    }
    if found.correlation.is_none() {
        notes.push(
            "No dimension by the correlation sum: points are too few, or the sum is no power law where there are as many pairs as points, \
             as at the scale of noise."
                .into(),
        );
    }
    let two = found.two_nearest.as_ref().map_or(0.0, |t| t.dimension.value);
    let most = two.max(found.correlation.as_ref().map_or(0.0, |s| s.dimension.value));
    if 10f64.powf(0.5 * most) > found.points as f64 {
        notes.push(format!(
            "A dimension of {} takes some 10^(d/2) = {} points; these are {}: the true one may be larger.",
            words::number(most),
            words::number(10f64.powf(0.5 * most)),
            found.points
        ));
    }
    notes
}

fn neighbours(section: Section, two: &TwoNearest) -> Result<Section, Error> {
    let scales: Vec<f64> = two.scales.iter().map(|s| s.0 as f64).collect();
    let values: Vec<f64> = two.scales.iter().map(|s| s.1.value).collect();
    let errors: Vec<f64> = two.scales.iter().map(|s| s.1.error()).collect();
    let axes = Axes { x_log: true, ..Axes::new("Points of a subset", "Dimension") };
    let figure = scatter(&[Series::new("", &scales, &values).errors(&errors).joined()], &axes)?;
    let caption = "Dimension by two nearest neighbours of every point, every second one, and so on, with one standard error: of fewer \
                   points neighbours are farther away.";
    let table = Table::of(&two.scales)
        .column("points", "", |s| s.0)
        .columns(["dimension", "std_error"], |s: &(usize, Estimate)| [s.1.value, s.1.error()])
        .named("scales", caption);
    Ok(section
        .fact("By two nearest neighbours", words::with_error(two.dimension))
        .fact("By the slope of their distribution", words::number(two.fit))
        .figures([figure.named("scales", "Dimension and scale", caption)?])
        .tables([table]))
}

fn sum(section: Section, s: &CorrelationDimension) -> Result<Section, Error> {
    let caption = "Slope of ln C(r), the share of pairs nearer than r, against r; between the dashed lines, where N / 10 to N pairs of N \
                   points are nearer, the dimension is taken.";
    let r: Vec<f64> = s.curve.iter().map(|p| p[0].exp()).collect();
    let slope: Vec<f64> = s.curve.iter().map(|p| p[2]).collect();
    let axes = Axes { x_log: true, ..Axes::new("r", "Slope of ln C(r)") }
        .reference("range", Reference::Upward(s.range[0]))
        .reference("", Reference::Upward(s.range[1]));
    let figure = lines(&[Series::new("", &r, &slope).ink(Ink::Series(0))], &axes)?;
    let table = Table::of(&s.curve)
        .columns(["ln_r", "ln_c", "slope"], |p| *p)
        .named("correlation_sum", "ln r, ln C(r) and the slope to the next of them.");
    Ok(section
        .fact("By the correlation sum", words::with_error(s.dimension))
        .figures([figure.named("correlation_sum", "Local slopes of the correlation sum", caption)?])
        .tables([table]))
}

fn null(n: &Null) -> String {
    format!(
        "{} ± {} (deviation of {}); {} as low as the recording",
        words::number(n.mean),
        words::number(n.deviation),
        n.count,
        if n.as_low == 0 { "none".into() } else { n.as_low.to_string() }
    )
}

fn beside(n: &Null) -> String {
    let mean = words::number(n.mean);
    match n.as_low {
        0 => format!("a Gaussian of that spectrum would show {mean}, none of {} so little", n.count),
        k => format!("a Gaussian of that spectrum would show {mean}, {k} of {} so little", n.count),
    }
}
