//! Dimensions that are signal, not noise.

use super::{Rendered, Shown, left, words};
use crate::Error;
use crate::Figure;
use crate::figures::{Axes, Reference, Series, scatter};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::{Between, SignalDimension};
use nullcline_core::diagnostics::geometry::signal::{AbovePoisson, Reproducible};
use nullcline_core::numbers::Estimate;

/// Components drawn at most.
const DRAWN: usize = 60;

impl Shown for SignalDimension {
    fn sentence(&self, _: &Context) -> Option<String> {
        let mut parts: Vec<String> = self.poisson.iter().map(above).collect();
        parts.extend(self.repeats.iter().map(|(between, r)| again(*between, r)));
        Some(format!("Of {}, {}.", words::count(self.units, "dimension"), parts.join("; ")))
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let mut section = Section::new("signal_dimension", "Dimensions above noise")
            .fact("Participation ratio, noise included", words::with_error(self.whole));
        let mut notes: Vec<String> = self.left.iter().map(left::said).collect();
        if let Some(p) = &self.poisson {
            section = poisson(section, p)?;
            notes.extend((p.above == 0).then(|| {
                "No dimension is above Poisson noise: the principal components are those of noise.".to_owned()
            }));
        }
        for (between, found) in &self.repeats {
            section = repeated(section, *between, found)?;
        }
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}

fn above(p: &AbovePoisson) -> String {
    let count = if p.above == 0 { "none".to_owned() } else { p.above.to_string() };
    let verb = if p.above > 1 { "are" } else { "is" };
    let ratio = match p.participation_ratio.value {
        v if v.is_finite() => {
            format!(" (participation ratio of the rates {})", words::with_error(p.participation_ratio))
        }
        _ => String::new(),
    };
    format!("{count} {verb} above Poisson noise{ratio}")
}

fn again(between: Between, r: &Reproducible) -> String {
    let what = match between {
        Between::Trials => "from trial to trial",
        Between::Rows => "from row to row",
    };
    match r.above {
        None => format!("the trials or rows are too few to tell how many come again {what}"),
        Some(0) => format!("none comes again {what}"),
        Some(1) => format!("1 comes again {what}"),
        Some(k) => format!("{k} come again {what}"),
    }
}

fn poisson(section: Section, p: &AbovePoisson) -> Result<Section, Error> {
    let found =
        if p.drawn { "drawn with each unit's spikes in rows at random" } else { "of the limit of many rows" };
    let order: Vec<f64> = (1..=p.eigenvalues.len()).map(|k| k as f64).collect();
    let figure = drawn(
        &Series::new("", &order, &p.eigenvalues),
        "Variance over Poisson's",
        ("largest of constant rates, 95 %", p.floor),
    )?;
    let caption = "Eigenvalues of the covariance of counts over the square roots of their means; of constant rates all are near one.";
    let rows: Vec<(usize, &f64)> = p.eigenvalues.iter().enumerate().collect();
    let table = Table::of(&rows)
        .column("component", "", |r| r.0 + 1)
        .column("eigenvalue", "", |r| *r.1)
        .column("above_floor", "", |r| i64::from(r.0 < p.above))
        .named("poisson", format!("{caption} The floor is {}.", words::number(p.floor)));
    Ok(section
        .intro(format!(
            "Spike counts vary by their mean even where rates are constant. Counts over the square roots of their means have then \
             eigenvalues near one; {} of {} lie above {}, what constant rates reach in 5 of 100 ({found}). Taking the means off the \
             variances leaves the covariance of the rates.",
            p.above,
            p.eigenvalues.len(),
            words::number(p.floor)
        ))
        .fact("Dimensions above Poisson noise", p.above.to_string())
        .fact("Variance that is not Poisson noise", words::percent_with_error(p.share))
        .fact("Participation ratio of the rates", ratio(p.participation_ratio))
        .figures([figure.named("poisson", "Counts against Poisson noise", caption)?])
        .tables([table]))
}

fn repeated(section: Section, between: Between, r: &Reproducible) -> Result<Section, Error> {
    let (id, title, intro) = match between {
        Between::Trials => (
            "trials",
            "from trial to trial",
            format!(
                "What comes again from trial to trial: the variance of one half of the trials that the other half has along its \
                 components (cross-validated, {} steps, {} trials at least). What differs from trial to trial is noise here.",
                r.points, r.repeats
            ),
        ),
        Between::Rows => (
            "rows",
            "from row to row",
            format!(
                "What comes again from row to row: two rows of four that follow one another against the other two, over {}. What \
                 does not outlast a row is noise here.",
                words::count(r.points, "window")
            ),
        ),
    };
    let shown = &r.spectrum[..r.spectrum.len().min(DRAWN)];
    let order: Vec<f64> = (1..=shown.len()).map(|k| k as f64).collect();
    let [values, errors] =
        [shown.iter().map(|e| e.value).collect::<Vec<f64>>(), shown.iter().map(Estimate::error).collect()];
    let figure =
        drawn(&Series::new("", &order, &values).errors(&errors), "Variance that comes again", ("", 0.0))?;
    let caption = format!("Variance that comes again {title} along each component, with one standard error.");
    let dimensions = r.above.map_or_else(|| "not determined".into(), |k: usize| k.to_string());
    Ok(section
        .intro(intro)
        .fact(format!("Dimensions that come again {title}"), dimensions)
        .fact(format!("Variance that comes again {title}"), words::percent_with_error(r.share))
        .fact(format!("Participation ratio of what comes again {title}"), ratio(r.participation_ratio))
        .figures([figure.named(id, &format!("Variance that comes again {title}"), &caption)?])
        .tables([spectrum(id, r, caption)]))
}

fn spectrum(id: &str, r: &Reproducible, caption: String) -> TableOut {
    let rows: Vec<(usize, &Estimate)> = r.spectrum.iter().enumerate().collect();
    Table::of(&rows)
        .column("component", "", |r| r.0 + 1)
        .columns(["variance", "std_error"], |r| [r.1.value, r.1.error()])
        .named(id, caption)
}

fn drawn(series: &Series, label: &str, (name, at): (&str, f64)) -> Result<Figure, Error> {
    let axes = Axes { x_whole: true, ..Axes::new("Component", label) }.reference(name, Reference::Across(at));
    scatter(std::slice::from_ref(series), &axes)
}

fn ratio(e: Estimate) -> String {
    if e.value.is_finite() { words::with_error(e) } else { "none".into() }
}
