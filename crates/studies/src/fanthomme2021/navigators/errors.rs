//! Fig. 8.6: errors of path integration over time.

use super::network::{Condition, Trainer, learned, over};
use super::size::Size;
use super::tours::sentence;
use crate::common::*;
use nullcline_core::training::navigation::Walked;

/// Fig. 8.6.
pub const STUDY: Study = Study::new(
    "fanthomme2021/fig8.6",
    "Errors of resetting path integrators over time, with images and without, actions felt with noise and without",
    |s, o| findings(Size::of(s), s, o),
);

/// Noise of what is felt in panel B.
const NOISE: f64 = 0.05;
/// Actions of the first and of the last part.
const PART: usize = 20;

/// A network's walks: felt exactly and with noise, each with images and without.
struct Walks {
    seed: u64,
    found: [[Walked; 2]; 2],
}

impl Walks {
    /// Error of the last actions over that of the first.
    fn growth(&self, noise: usize, dark: usize) -> Estimate {
        let all = &self.found[noise][dark].errors;
        let part = PART.min(all.len() / 2);
        let middle = |own: &[Estimate]| {
            let n = own.len() as f64;
            // Errors of one trajectory's actions go together.
            Estimate::new(
                own.iter().map(|e| e.value).sum::<f64>() / n,
                own.iter().map(Estimate::error).sum::<f64>() / n,
                own[0].n,
            )
        };
        middle(&all[all.len() - part..]).over(middle(&all[..part]))
    }

    fn long(&self, noise: usize, dark: usize) -> Estimate {
        self.found[noise][dark].long
    }
}

fn findings(size: Size, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let trainer = Trainer { map: "SnakePath", size, settings, observer };
    let nets = trainer.all(Condition::All)?;
    let all: Vec<Walks> = nets
        .iter()
        .map(|net| Walks {
            seed: net.seed,
            found: [0.0, NOISE].map(|noise| net.courses().map(|course| net.walk(course, noise))),
        })
        .collect();
    let given = learned(all.iter().map(|w| &w.found[0][0]));
    let growth = |noise, dark| over(&all, |w: &Walks| w.growth(noise, dark));
    let quantity = "mean error of the last 20 of 100 actions over that of the first 20";
    let claims = at(
        "fanthomme2021 Fig. 8.6",
        [
            claim("With images, errors stay where they are")
                .is(quantity, growth(0, 0))
                .below(2.0)
                .denied_given(given.clone())
                .headline(),
            claim("Without images, they grow")
                .is(quantity, growth(0, 1))
                .above(2.0)
                .given(given.clone())
                .headline(),
            claim("So they do where actions are felt with noise of 0.05: with images they stay")
                .is(quantity, growth(1, 0))
                .below(2.0)
                .denied_given(given.clone()),
            claim("And without images they grow").is(quantity, growth(1, 1)).above(2.0).given(given.clone()),
            claim("Small noise of what is felt does little where there are images")
                .is(
                    "error over 100 actions with noise, over that without",
                    over(&all, |w| w.long(1, 0).over(w.long(0, 0))),
                )
                .below(2.0)
                .denied_given(given),
        ],
    );
    let claims = size.asked(claims);
    let names = [["exact, images", "exact, no images"], ["noise, images", "noise, no images"]];
    let rows: Vec<(u64, &str, &Walked)> = all
        .iter()
        .flat_map(|w| (0..4).map(|k| (w.seed, names[k / 2][k % 2], &w.found[k / 2][k % 2])))
        .collect();
    let table = Table::of(&rows)
        .column("seed", "", |r| r.0)
        .column("walks", "", |r| r.1)
        .column("error_short", "sides", |r| r.2.short)
        .column("error_long", "sides", |r| r.2.long)
        .named(
            "walks",
            "Errors of each network over five actions and over all, with errors over trajectories.",
        );
    let json = entries([
        ("growth", written((0..4).map(|k| growth(k / 2, k % 2).value).collect::<Vec<_>>())),
        ("order", written(names.concat())),
    ]);
    let section = Section::new("errors", "Errors over time")
        .intro(format!(
            "{}, {}. The first image follows the first action, and every fifth from there, as in the program; noise of 0.05 as there.",
            sentence(&size.networks()),
            size.words()
        ))
        .figures([draw(&all)?])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn draw(all: &[Walks]) -> Drawn {
    let every =
        || all.iter().flat_map(|w| w.found.iter().flatten().flat_map(|w| w.errors.iter().map(|e| e.value)));
    let (lowest, highest) = (every().fold(f64::INFINITY, f64::min), every().fold(0.0, f64::max));
    let one = |noise: usize| -> Drawn {
        let title = ["felt exactly", "felt with noise of 0.05"][noise];
        let series =
            ["images every five actions", "no images"].into_iter().enumerate().map(|(dark, name)| {
                let count = all[0].found[noise][dark].errors.len();
                let x: Vec<f64> = (1..=count).map(|k| k as f64).collect();
                let y = (0..count).map(|k| over(all, |w: &Walks| w.found[noise][dark].errors[k]));
                curve(name, &x, y)
            });
        let axes = Axes {
            x_whole: true,
            y_log: true,
            y_range: Some([0.8 * lowest, 1.2 * highest]),
            ..Axes::new("actions", "error (sides of a room)")
        };
        lines(&series.collect::<Vec<_>>(), &axes)?.named(title, title, "")
    };
    let caption = "Mean distance between the reported and the true displacement; without images the network sees what stands for missing ones. A: actions are felt as they are. B: with noise of standard deviation 0.05 in each \
                   coordinate. Bands are one standard error, over networks or, of one network, over trajectories.";
    panels("errors", "Errors over time", caption, &[one(0)?, one(1)?], 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    #[test]
    fn errors_of_small_networks() {
        let run: crate::small::Run = &|s| findings(Size::SMALL, s, &Silent);
        every_study("errors", &[STUDY], &[run], |_| false, |_| ());
    }
}
