//! Fig. 6: head direction held by the phase between two oscillators and read by coincidence along delay
//! lines, beside a ring attractor, both with noise on their weights.

mod decay;
mod events;
mod integrate;
mod lesions;
mod neuron;
mod noise;
mod readout;
mod ring;
mod sections;
mod stepped;

use crate::pipeline::Observer;
use crate::studies::claims::count;
use crate::studies::{Error, Findings, Settings, Study};
use sections::{Plan, attractor, bump, integration, lesion, oscillator, published, robustness};
use serde_json::Value;

/// The study.
pub const STUDY: Study = Study {
    name: "park2023/fig6",
    title: "Head direction from two oscillators and delay lines, against a ring attractor",
    run,
};

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let plan = Plan::new(settings);
    let total = 6 + u64::from(settings.as_published);
    observer.start("measuring both memories", total);
    let mut found = Findings::default();
    let mut add = |part: sections::Part| {
        observer.at(found.sections.len() as u64 + 1);
        found.claims.extend(part.claims);
        found.json.insert(part.section.id.clone(), Value::Object(part.json));
        found.sections.push(part.section);
    };
    add(oscillator::part()?);
    add(bump::part(&plan)?);
    add(integration::part(&plan)?);
    add(attractor::part(&plan)?);
    add(robustness::part(&plan)?);
    add(lesion::part(&plan)?);
    if settings.as_published {
        add(published::part(&plan)?);
    }
    observer.finish();
    found.answer = count(&found.claims);
    Ok(found)
}

#[cfg(test)]
mod timing {
    #[test]
    fn parts() {
        use super::sections::*;
        crate::linalg::sequential();
        let s = crate::studies::Settings { preset: crate::studies::Preset::Quick, seed: 1, as_published: true, data: None, progress: "/tmp/x".into() };
        let plan = Plan::new(&s);
        let t = std::time::Instant::now();
        let plan = Plan { draws: 50, long_draws: 10, ..plan };
        let show = |name: &str, p: Part| {
            println!("== {name} {:?}", t.elapsed());
            println!("{}", crate::studies::claims::text(&p.claims));
            println!("{}", serde_json::to_string(&p.json).unwrap());
        };
        show("attr", attractor::part(&plan).unwrap());
        show("int", integration::part(&plan).unwrap());
        show("rob", robustness::part(&plan).unwrap());
    }
}
