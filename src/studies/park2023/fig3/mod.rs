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

use super::super::{Error, Findings, Settings, Study};
use crate::pipeline::Observer;
use crate::report::page::Section;
use crate::report::summary::{number, numbers};
use measure::Measured;
use serde_json::{Map, Value, json};

/// Fig. 3.
pub const STUDY: Study =
    Study { name: "park2023/fig3", title: "Activity, adjoint and Lyapunov spectrum of five systems", run };

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    observer.start("random networks", 0);
    let survey = survey::survey(settings);
    observer.finish();
    let examples = examples::all(settings, &survey)?;
    observer.start("five systems", examples.len() as u64);
    let mut all = vec![];
    for (k, example) in examples.into_iter().enumerate() {
        let measured = measure::measure(&example, settings)?;
        all.push((example, measured));
        observer.at(k as u64 + 1);
    }
    observer.finish();
    let claims = verdicts::claims(&all, &survey, settings);
    let mut sections = vec![Section {
        id: "spectra".into(),
        title: "Lyapunov spectra".into(),
        figures: vec![sections::overview(&all)?],
        ..Section::default()
    }];
    for (example, measured) in &all {
        sections.push(sections::section(example, measured)?);
    }
    sections.push(sections::draws(&survey)?);
    let json = all.iter().map(|(e, m)| (e.id.to_string(), entry(m))).collect::<Map<String, Value>>();
    let answer = "Of the five systems only the line attractor and the limit cycle keep an exponent at zero: there the adjoint \
        neither vanishes nor explodes. The line attractor does so only for starts that stay on its segment."
        .to_string();
    Ok(Findings { claims, answer, sections, json, warnings: vec![] })
}

fn entry(m: &Measured) -> Value {
    let a = m.attractor();
    json!({
        "exponents": numbers(&a.exponents),
        "std_error": numbers(&a.std_error),
        "attractors": m.lyapunov.attractors.len(),
        "as_published": m.reproduced.as_ref().map(|(_, r)| numbers(&r[..measure::SHOWN])),
        "adjoint_rate": number(m.settled.rate.value),
        "adjoint_rate_std_error": number(m.settled.rate.std_error),
        "identity_residual": number(m.settled.identity_residual),
    })
}
