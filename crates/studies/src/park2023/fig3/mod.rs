//! Fig. 3: activity, adjoint and Lyapunov spectrum of five systems.
//!
//! Parameters are those of S1.1 as printed. Where the print is wrong or silent: system A is not defined
//! there and is drawn by the law of the authors' program; the tangent map of S1.2 needs the Jacobian
//! where it prints the state, and a division by the time that is summed; the line attractor is a segment.

mod examples;
mod measure;
mod published;
mod sections;
pub(super) mod survey;
mod verdicts;

use crate::common::*;
use examples::{Example, Which};
use faer::Mat;
use measure::Measured;
use nullcline_report::sections::words::count;
use survey::Set;

/// Fig. 3.
pub const STUDY: Study =
    Study::new("park2023/fig3", "Activity, adjoint and Lyapunov spectrum of five systems", run);

/// Draws among which one is looked for that does what its panel shows.
const DRAWS: usize = 400;

type Row = (Example, Measured);

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    observer.start("random networks", 0);
    let survey = survey::survey(settings);
    observer.finish();
    let mut all = vec![];
    observer.start("five systems", 5);
    for example in examples::given(settings)? {
        let measured = measure::measure(&example, settings)?;
        all.push((example, measured));
        observer.at(all.len() as u64);
    }
    let mut warnings = vec![];
    for (which, set) in [(Which::Chaos, &survey.chaotic), (Which::LimitCycle, &survey.periodic)] {
        all.push(drawn(which, set, settings, &mut warnings)?);
        observer.at(all.len() as u64);
    }
    observer.finish();
    let claims = verdicts::claims(&all, &survey, settings);
    let mut sections = vec![Section::new("spectra", "Lyapunov spectra").figures([sections::overview(&all)?])];
    for (example, measured) in &all {
        sections.push(sections::section(example, measured)?);
    }
    sections.push(sections::draws(&survey)?);
    let json = all
        .iter()
        .map(|(e, m)| (e.which.id().to_string(), written(Entry::of(m))))
        .collect::<Map<String, Value>>();
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings })
}

/// The authors' network, or the first draw that does what the panel shows, from the initial states of the survey and from
/// those of the figure; draws that do not are counted and said.
fn drawn(which: Which, set: &Set, settings: &Settings, warnings: &mut Vec<String>) -> Result<Row, Error> {
    let example = |w: &Mat<f64>, origin: String| match which {
        Which::Chaos => examples::chaos(settings, w, origin),
        _ => examples::cycle(settings, w, origin),
    };
    if let Some((w, origin)) = examples::authors_matrix(settings, which)? {
        let example = example(&w, origin);
        let measured = measure::measure(&example, settings)?;
        return Ok((example, measured));
    }
    let name = which.title().to_lowercase();
    let mut left = 0;
    for k in 0..DRAWS {
        let Some(w) = set.wanted(settings.seed, k) else { continue };
        let mut example = example(&w, String::new());
        let measured = measure::measure(&example, settings)?;
        if !measured.suits(which) {
            left += 1;
            continue;
        }
        let other = if left == 0 {
            String::new()
        } else {
            format!(" ({left} of them only from the survey's initial state)")
        };
        example.origin = format!(
            "S3 as printed, g = 1.8, n = {}: draw {}, the first that shows it ({name}); {} before it do \
             not{other}",
            set.n,
            k + 1,
            count(k, "draw")
        );
        if k >= set.draws.len() {
            warnings.push(format!(
                "{}: none of the {} networks surveyed shows it from the figure's initial states; draw {} is \
                 the first that does.",
                which.title(),
                set.draws.len(),
                k + 1
            ));
        }
        return Ok((example, measured));
    }
    Err(Error::Numbers(format!(
        "none of {DRAWS} draws of S3 with n = {} shows {name}: try another --seed",
        set.n
    )))
}

/// Exponents of one example.
#[derive(Serialize)]
struct Entry<'a> {
    exponents: &'a [f64],
    std_error: &'a [f64],
    attractors: usize,
    as_published: Option<&'a [f64]>,
    adjoint_rate: f64,
    adjoint_rate_std_error: f64,
    identity_residual: f64,
}

impl<'a> Entry<'a> {
    fn of(m: &'a Measured) -> Self {
        let a = m.attractor();
        Self {
            exponents: &a.exponents,
            std_error: &a.std_error,
            attractors: m.lyapunov.attractors.len(),
            as_published: m.reproduced.as_ref().map(|(_, r)| &r[..measure::SHOWN]),
            adjoint_rate: m.settled.rate.value,
            adjoint_rate_std_error: m.settled.rate.error(),
            identity_residual: m.settled.identity_residual,
        }
    }
}
