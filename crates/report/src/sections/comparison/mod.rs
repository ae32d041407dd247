//! A recording against a second one.

mod figures;
mod tables;

use super::{Rendered, Shown, words};
use crate::Error;
use crate::page::Section;
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::comparison::{Against, Apart, Comparison, Of, Pair};
use nullcline_core::diagnostics::geometry::comparison::{Bias, Chance, Diffusion, Divergence, NEIGHBOURS};
use nullcline_core::numbers::Estimate;

/// Chance below which a difference is one.
const CHANCE: f64 = 0.05;

impl Shown for Comparison {
    fn sentence(&self, _: &Context) -> Option<String> {
        if self.same() {
            return Some(format!(
                "Both files hold the same {}: there is nothing to compare, and divergences and tests, which are of independent recordings, \
                 mean nothing.",
                words::count(self.in_common, "row")
            ));
        }
        let (d, chance) = &self.divergences.quiescent_active;
        let apart = if chance.p < CHANCE { "differ" } else { "cannot be told apart" };
        Some(format!(
            "The densities {} {apart}: KL(quiescent ‖ active) is {} nats, where two recordings of one density would show {} \
             (trials dealt out at random). The first {} of the active recording carry {} of the variance that the quiescent one's own do.",
            match self.against {
                Against::File(_) => "of both recordings",
                Against::Silence { .. } => "with and without input",
            },
            words::with_error(d.value),
            words::with_error(spread(chance)),
            words::count(self.captured.components, "component"),
            words::percent_with_error(self.captured.shared[1])
        ))
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let notes = self.notes();
        let title = match self.against {
            Against::File(_) => "Against a second recording",
            Against::Silence { .. } => "With input and without",
        };
        let mut section = Section::new("comparison", title)
            .intro(format!(
                "{}: {} and {} rows. Errors are between {} of the one and {} of the other.",
                called(&self.against),
                self.rows[0],
                self.rows[1],
                words::between(self.by[0]),
                words::between(self.by[1])
            ))
            .intro(format!("Densities are compared {}.", self.place()));
        for (name, value) in self.facts() {
            section = section.fact(name, value);
        }
        for method in methods(self) {
            section = section.method(method);
        }
        section = section.figures(figures::of(self)?).tables(tables::of(self));
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}

/// What the two are.
fn called(against: &Against) -> String {
    match against {
        Against::File(file) => {
            format!("The recording of this page is called active, {} quiescent", file.display())
        }
        Against::Silence { noise, input } => {
            let input = match input.iter().all(|v| *v == 0.0) {
                true => "without input".to_owned(),
                false => {
                    let values: Vec<String> = input.iter().map(|v| words::number(*v)).collect();
                    format!("under the constant input {}", values.join(", "))
                }
            };
            let noise = match noise {
                Some(n) => format!(
                    "{} noise of scale {} is added to every state after each step of both",
                    n.law.name(),
                    words::number(n.scale)
                ),
                None => "without noise".into(),
            };
            format!(
                "The top layer in trials is called active, the same left alone after each of them, as long as it lasted, {input}, quiescent \
                 ({noise})"
            )
        }
    }
}

trait Told {
    fn same(&self) -> bool;
    fn place(&self) -> String;
    fn facts(&self) -> Vec<(String, String)>;
    fn motion(&self) -> Vec<(String, String)>;
    fn dynamics(&self) -> Vec<(String, String)>;
    fn notes(&self) -> Vec<String>;
}

impl Told for Comparison {
    fn same(&self) -> bool {
        self.rows == [self.in_common; 2]
    }

    fn place(&self) -> String {
        let names = self.space.names.join(", ");
        match self.space.of {
            Of::Positions => format!("over the positions {names}"),
            Of::Heading => format!("over the heading {names}"),
            Of::Components => format!("along {names} of the active recording"),
        }
    }

    fn facts(&self) -> Vec<(String, String)> {
        let (d, c) = (&self.divergences, &self.captured);
        let mut facts = vec![
            ("KL(active ‖ quiescent)".to_owned(), kl(&d.active_quiescent)),
            ("KL(quiescent ‖ active)".to_owned(), kl(&d.quiescent_active)),
            ("KL(spread evenly ‖ active)".to_owned(), nats(&d.uniform_active)),
        ];
        if let Some(s) = &d.shuffled_active {
            facts.push(("KL(coordinates shuffled ‖ active)".into(), nats(s)));
        }
        if let Some(k) = &d.kernels {
            let published = format!(
                "{} (active ‖ quiescent), {} (quiescent ‖ active), {} (spread evenly ‖ active; {} with the density of one coordinate, as \
                 published)",
                words::number(k.active_quiescent),
                words::number(k.quiescent_active),
                words::number(k.uniform_active),
                words::number(k.uniform_as_published)
            );
            facts.push(("By Gaussian kernels, nats".into(), published));
        }
        facts.push((
            format!("Shared variance, {}", words::count(c.components, "component")),
            format!(
                "{} of the quiescent in the active's, {} the other way",
                words::percent_with_error(c.shared[1]),
                words::percent_with_error(c.shared[0])
            ),
        ));
        facts.extend(self.motion());
        facts.extend(self.dynamics());
        facts
    }

    fn motion(&self) -> Vec<(String, String)> {
        let (m, c) = (&self.moves, &self.captured);
        let mut facts = vec![];
        let pair = |p: &Pair| {
            format!(
                "{} active, {} quiescent; ratio {}",
                words::with_error(p.active),
                words::with_error(p.quiescent),
                words::with_error(p.ratio)
            )
        };
        facts.push(("Length of a step there".to_owned(), pair(&m.step)));
        facts.push(("Variance of the units, summed".into(), pair(&m.variance)));
        let bias = |b: &Option<Bias>| match b {
            Some(b) => format!("{} (p {})", words::with_error(b.bias), words::p(b.p)),
            None => "nothing moves".into(),
        };
        let difference = m.difference.map_or(String::new(), |(d, p)| {
            format!("; difference {} (p {})", words::with_error(d), words::p(p))
        });
        facts.push((
            "Bias of direction".into(),
            format!("{} active, {} quiescent{difference}", bias(&m.bias[0]), bias(&m.bias[1])),
        ));
        if let Some(t) = &m.transitions {
            facts.push((
                "Difference of transitions".into(),
                format!(
                    "{} (by chance {}, p {})",
                    words::number(t.difference),
                    words::number(t.by_chance),
                    words::p(t.p)
                ),
            ));
        }
        let exponents = |d: &Option<Diffusion>| {
            let d = d.as_ref()?;
            let off = d.off.as_ref().map_or("none".into(), |o| words::with_error(o.exponent));
            Some(format!("{} within, {off} off", words::with_error(d.within.exponent)))
        };
        if let [Some(a), Some(b)] = [exponents(&self.diffusion[0]), exponents(&self.diffusion[1])] {
            facts.push((
                format!("Exponent of displacement, {}", words::count(c.components, "component")),
                format!("active {a}; quiescent {b}"),
            ));
        }
        facts
    }

    fn dynamics(&self) -> Vec<(String, String)> {
        let (y, mut facts) = (&self.dynamics, vec![]);
        if let Some(s) = &y.similarity {
            facts.push(("Dynamical similarity (an angle)".to_owned(), beside(s)));
        }
        if let Some(s) = &y.spectra {
            facts.push(("Hellinger distance of power spectra".into(), beside(s)));
        }
        if let Some(binned) = y.binned {
            let mixture = y
                .mixture
                .map_or(String::new(), |m| format!("; of mixtures of Gaussians {}", words::number(m)));
            facts.push((
                "State-space divergence (D_stsp)".into(),
                format!("{} nats over bins{mixture}", words::number(binned)),
            ));
        }
        facts
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![];
        let d = &self.divergences;
        if self.same() {
            notes.push(
                "Both recordings are the same: what they have in common is no finding. Give --against a second recording.".to_owned(),
            );
        } else if self.in_common > 0 {
            notes.push(format!(
                "{} of the quiescent recording are rows of the active one to the last digit: the two are not independent, and divergences, \
                 errors and tests say less than they seem to.",
                words::count(self.in_common, "row")
            ));
        }
        if d.active_quiescent.0.value.std_error.is_none() {
            notes.push("Errors are not known: they take five trials or blocks in either recording.".into());
        }
        let of =
            [("active ‖ quiescent", &d.active_quiescent.0), ("quiescent ‖ active", &d.quiescent_active.0)];
        for (which, d) in of {
            if (d.value.value - d.plain).abs() > 2.0 * d.value.error() {
                notes.push(format!(
                    "KL({which}) is {} nats without the Gaussians that stand in where one recording has rows and the other few: the number \
                     rests on how densities fall off there.",
                    words::number(d.plain)
                ));
            }
        }
        for (name, ratio) in &self.space.unlike {
            notes.push(format!(
                "The range of {name} is {} times as long in one recording as in the other: are both in the same units?",
                words::number(*ratio)
            ));
        }
        for (which, outside) in ["active", "quiescent"].iter().zip(self.space.outside) {
            if outside > 0 {
                notes.push(format!(
                    "{} of the {which} recording lie outside of the box; divergences count them, maps of density do not.",
                    words::count(outside, "row")
                ));
            }
        }
        if self.every > 1 {
            notes.push(format!("One row in {} of both was held: a step is so many rows here.", self.every));
        }
        for (which, every) in ["active", "quiescent"].iter().zip(d.every) {
            if every > 1 {
                notes.push(format!("Divergences take one row in {every} of the {which} recording."));
            }
        }
        notes
    }
}

fn beside(a: &Apart) -> String {
    format!(
        "{} (between halves of the active one {}, of the quiescent one {})",
        words::with_error(a.value),
        words::number(a.active),
        words::number(a.quiescent)
    )
}

fn nats(d: &Divergence) -> String {
    format!("{} nats", words::with_error(d.value))
}

fn kl((d, chance): &(Divergence, Chance)) -> String {
    format!(
        "{} (trials dealt out at random: {}, p {})",
        nats(d),
        words::with_error(spread(chance)),
        words::p(chance.p)
    )
}

/// What chance gives with its standard deviation.
fn spread(c: &Chance) -> Estimate {
    Estimate::new(c.mean, c.deviation, c.count)
}

fn methods(c: &Comparison) -> [String; 5] {
    [
        format!(
            "Divergences are found by nearest neighbours ({NEIGHBOURS}), those of the own trial left out, whose distances are held against \
             those that a Gaussian of the recording's mean and covariance would show there (Kozachenko & Leonenko 1987; Hjort & Glad 1995), \
             with errors from halves of the trials. Without Gaussians: Wang, Kulkarni & Verdú (2009), eq. 29. A value below zero is one that \
             noise has taken there."
        ),
        "Shared variance is what the other's components carry over what the own ones do (Elsayed et al. 2016). Errors of it and of angles \
         are from trials drawn anew."
            .into(),
        "The bias of direction is the area swept counter-clockwise less that swept the other way, over both; its p value reverses trials \
         at random. Transitions are compared over the same number of rows of each trial; p values deal the trials out at random."
            .into(),
        "Displacements are within the first components of the active recording and off them; an exponent of 1 is diffusion, 0 a state \
         that is held."
            .into(),
        format!(
            "Dynamical similarity (Ostrow et al. 2023) is the least angle, over orthogonal matrices, between the maps of {} delay coordinates \
             of {} rows each; halves of one recording show what chance makes of it. D_stsp is that of Koppe et al. (2019) over 30 bins a \
             coordinate between two deviations of the active one; spectra are of windows of {} rows.",
            c.dynamics.embedding.rank, c.dynamics.embedding.delays, c.dynamics.rows
        ),
    ]
}
