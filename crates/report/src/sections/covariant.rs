//! Covariant Lyapunov vectors.

use super::{Context, Rendered, Shown, Units, words};
use crate::figures::{self, Axes, HeatMap, Ink, Reference, Series};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::analyses::network::Vectors;
use nullcline_core::diagnostics::dynamics::covariant::{BINS, Covariant, Pair};
use nullcline_core::numbers::Estimate;

impl Shown for Vectors {
    fn sentence(&self, _: &Context) -> Option<String> {
        describe(&self.result)
    }

    fn rendered(&self, context: &Context) -> Result<Rendered, Error> {
        covariant(self, context)
    }
}

/// Distributions in the figure, at most.
const DRAWN: usize = 6;
/// Sine of the angle between J v and the next v that rounding explains.
const PARALLEL: f64 = 1e-6;
/// Smallest angle of the subspaces, in degrees, below which the orbit is said to pass tangencies.
const TANGENT: f64 = 1.0;

fn degrees(e: Estimate) -> Estimate {
    Estimate { value: e.value.to_degrees(), std_error: e.std_error.map(f64::to_degrees), ..e }
}

fn shown(angle: Estimate) -> String {
    format!("{}°", words::with_error(degrees(angle)))
}

/// The angle between what grows and what shrinks, in a sentence; none where one is missing.
fn describe(c: &Covariant) -> Option<String> {
    let s = c.splitting.as_ref()?;
    let least = s.minimum.to_degrees();
    let verdict = if least < TANGENT {
        "it passes tangencies, so that the dynamics is not hyperbolic"
    } else {
        "no tangency was met"
    };
    Some(format!(
        "Directions that grow and that shrink are {} apart on average and {}° at least: {verdict}.",
        shown(s.mean),
        words::number(least)
    ))
}

/// Page and tables of the vectors; angles in degrees.
fn covariant(found: &Vectors, context: &Context) -> Result<Rendered, Error> {
    let (c, n) = (&found.result, found.dimension);
    let warnings = warnings(c);
    let method = vec![
        "The directions that the dynamics carries into each other, each growing at its own Lyapunov exponent, forward \
         and backward in time, by Ginelli's method. Unlike the orthonormal tangents of the exponents they are \
         properties of the state, and the angles between them are not 90° by construction: directions that come close \
         mix what the exponents hold apart."
            .into(),
    ];
    let mut intro: Vec<String> = describe(c).into_iter().collect();
    if c.asked < n {
        intro.push(format!(
            "The first {} of {n} vectors were computed (--exponents {n} for all); what is said of those that shrink is \
             said of the ones among these.",
            c.asked
        ));
    }
    let mut figures = vec![growth_figure(c, context)?];
    let any = c.pairs.iter().any(|p| p.defined);
    if any {
        figures.insert(0, mean_figure(c)?);
    }
    if any || c.splitting.is_some() {
        figures.insert(0, angle_figure(c)?);
    }
    let section = Section {
        id: "covariant".into(),
        title: "Covariant Lyapunov vectors".into(),
        intro,
        method,
        facts: facts(c, context),
        figures,
        tables: tables(c),
        notes: [warnings.clone(), notes(c)].concat(),
        ..Section::default()
    };
    Ok(Rendered { section, warnings })
}

fn facts(c: &Covariant, context: &Context) -> Vec<(String, String)> {
    let [positive, zero, negative] = c.signs;
    let mut facts =
        vec![("Exponents".into(), format!("{positive} positive, {zero} zero, {negative} negative"))];
    if let Some(s) = &c.splitting {
        facts.push(("Angle between growing and shrinking directions, mean".into(), shown(s.mean)));
        facts.push(("The smallest".into(), format!("{}°", words::number(s.minimum.to_degrees()))));
    }
    facts.push((
        "Check: mean growth of each vector against its exponent".into(),
        format!("{} {} apart at most", words::number(c.growth_difference()), context.rate()),
    ));
    facts.push((
        "Check: J v lies along the next v".into(),
        format!("sine {} at most", words::number(c.covariance_residual)),
    ));
    if let Some(v) = c.neutral {
        facts.push((
            "Check: the neutral vector lies along the flow".into(),
            format!("{}° apart at most (vector {})", words::number(v.largest.to_degrees()), v.index + 1),
        ));
    }
    let steps = words::count(c.interval, "step");
    facts.push(("Recorded".into(), format!("{} of {steps}", words::count(c.intervals, "interval"))));
    facts
}

fn warnings(c: &Covariant) -> Vec<String> {
    let mut all = Vec::new();
    if !(c.covariance_residual <= PARALLEL) {
        all.push(format!(
            "Covariant vectors: J v is {} off the next v: directions collapse faster than doubles resolve.",
            words::number(c.covariance_residual)
        ));
    }
    all
}

fn notes(c: &Covariant) -> Vec<String> {
    let mut all = Vec::new();
    let blurred: Vec<String> =
        c.defined.iter().enumerate().filter(|d| !d.1).map(|d| (d.0 + 1).to_string()).collect();
    if !blurred.is_empty() {
        all.push(format!(
            "Exponents of vectors {} are equal or too close to a neighbour's for the transients: there only the span is \
             defined, and angles inside it depend on the random start.",
            blurred.join(", ")
        ));
    }
    if c.exponents.len() < c.asked {
        all.push(format!(
            "{} of {} vectors are left out: directions collapse within single steps.",
            c.asked - c.exponents.len(),
            c.asked
        ));
    }
    all
}

/// Density per degree of an angle, as steps.
fn density(counts: &[u32]) -> Vec<[f64; 2]> {
    let total = counts.iter().map(|c| f64::from(*c)).sum::<f64>().max(1.0);
    let width = 90.0 / BINS as f64;
    let mut points = vec![[0.0, 0.0]];
    for (k, c) in counts.iter().enumerate() {
        let height = f64::from(*c) / total / width;
        points.extend([[k as f64 * width, height], [(k + 1) as f64 * width, height]]);
    }
    points.push([90.0, 0.0]);
    points
}

fn angle_figure(c: &Covariant) -> Result<Figure, Error> {
    let mut series = Vec::new();
    if let Some(s) = &c.splitting {
        let points = density(&s.counts);
        series.push(Series {
            label: "growing, shrinking".into(),
            points,
            ink: Ink::Black,
            ..Series::default()
        });
    }
    let drawn: Vec<&Pair> = c.pairs.iter().filter(|p| p.defined).take(DRAWN).collect();
    for (k, p) in drawn.iter().enumerate() {
        let label = format!("v{}, v{}", p.i + 1, p.j + 1);
        series.push(Series { label, points: density(&p.counts), ink: Ink::Series(k), ..Series::default() });
    }
    let axes = Axes { x_range: Some([0.0, 90.0]), ..Axes::new("Angle (degrees)", "Density (1/degree)") };
    let caption = "How the angles between vectors are distributed along the orbit: pairs whose vectors are defined, \
                   and the spans of the vectors that grow and that shrink. Weight at zero means tangencies.";
    figures::lines(&series, &axes)?.named("angles", "Angles between covariant vectors", caption)
}

fn growth_figure(c: &Covariant, context: &Context) -> Result<Figure, Error> {
    let index: Vec<f64> = (1..=c.growth.len()).map(|i| i as f64).collect();
    let mean: Vec<f64> = c.growth.iter().map(|g| g.value).collect();
    let quantile = |q: usize| c.growth_quantiles.iter().map(|v| v[q]).collect::<Vec<f64>>();
    let series = [
        Series::new("5 %", &index, &quantile(0)).ink(Ink::Grey),
        Series::new("95 %", &index, &quantile(4)).ink(Ink::Grey),
        Series::new("mean and deviation", &index, &mean).errors(&c.growth_deviation).ink(Ink::Series(0)),
    ];
    let axes = Axes { x_whole: true, ..Axes::new("Vector", &format!("Growth ({})", context.rate())) }
        .reference("", Reference::Across(0.0));
    let caption = "Rate at which each vector grows along itself: mean, one standard deviation over the intervals of \
                   the orbit (bars), and quantiles.";
    figures::scatter(&series, &axes)?.named("growth", "Local growth of each vector", caption)
}

fn mean_figure(c: &Covariant) -> Result<Figure, Error> {
    let k = c.exponents.len();
    let mut values = vec![f64::NAN; k * k];
    for p in c.pairs.iter().filter(|p| p.defined) {
        values[p.j * k + p.i] = p.mean.value.to_degrees();
        values[p.i * k + p.j] = p.mean.value.to_degrees();
    }
    let places: Vec<f64> = (1..=k).map(|i| i as f64).collect();
    let map = HeatMap {
        x: places.clone(),
        y: places,
        values,
        label: "Mean angle (degrees)".into(),
        range: Some([0.0, 90.0]),
        missing: "not defined".into(),
        ..HeatMap::default()
    };
    let axes = Axes { x_whole: true, ..Axes::new("Vector", "Vector") };
    let caption = "Mean angles of all pairs; grey where a vector is not defined on its own.";
    figures::heat_map(&map, &[], &axes)?.named("mean_angles", "Mean angles", caption)
}

fn tables(c: &Covariant) -> Vec<TableOut> {
    let rows: Vec<usize> = (0..c.exponents.len()).collect();
    let vectors = Table::of(&rows)
        .column("vector", "", |i| i + 1)
        .columns(["exponent", "std_error"], |i| [c.exponents[*i].value, c.exponents[*i].error()])
        .column("growth", "", |i| c.growth[*i])
        .column("growth_deviation", "", |i| c.growth_deviation[*i])
        .columns(["growth_q05", "growth_q50", "growth_q95"], |i| [0, 2, 4].map(|q| c.growth_quantiles[*i][q]))
        .column("defined", "", |i| i64::from(c.defined[*i]))
        .named("vectors", "Exponent and local growth of each vector.");
    let angles = Table::of(&c.pairs)
        .column("i", "", |p| p.i + 1)
        .column("j", "", |p| p.j + 1)
        .columns(["mean", "std_error", "minimum"], |p| {
            [p.mean.value, p.mean.error(), p.minimum].map(f64::to_degrees)
        })
        .column("defined", "", |p| i64::from(p.defined))
        .named("angles", "Angles of every pair, in degrees.");
    vec![vectors, angles]
}
