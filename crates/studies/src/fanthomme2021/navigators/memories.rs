//! Fig. B.10: gates of LSTMs around images; and Figs. B.3 and B.5: what they are made of.

use super::network::{Condition, Trained, Trainer, learned, over};
use super::size::Size;
use super::tours::sentence;
use crate::common::*;
use nullcline_core::training::navigation::{Modules, Recurrence, Walked};

/// Fig. B.10.
pub const GATES: Study = Study::new(
    "fanthomme2021/figB.10",
    "Input and reset gates of an LSTM that integrates paths, around images",
    |s, o| findings(Size::of(s), s, o),
);
/// Figs. B.3 and B.5.
pub const PARTS: Study = Study::new(
    "fanthomme2021/figB.3",
    "Parameters of resetting path integrators, LSTMs and hybrids (Figs. B.3 and B.5)",
    |_, _| parts(),
);

/// Units that are drawn of each gate.
const UNITS: usize = 4;
/// Trajectories.
const WAYS: usize = 128;

/// Means over trajectories of both gates of each unit, units by actions, and when there were images.
struct Gates {
    seed: u64,
    walked: Walked,
    /// Input, then forget.
    means: [Vec<Vec<f64>>; 2],
    images: Vec<bool>,
    trajectories: usize,
}

fn gates(net: &Trained, size: Size) -> Gates {
    let [course, _] = net.courses();
    let count = WAYS.min(size.test[0]);
    let m = net.plan.modules.representation();
    let mut sums = [vec![vec![0.0; course.steps]; m], vec![vec![0.0; course.steps]; m]];
    let ways = net.ways(course, count);
    let images = ways[0].resets.iter().map(|r| r.1).collect();
    for way in &ways {
        for (k, sum) in sums.iter_mut().enumerate() {
            for (u, row) in sum.iter_mut().enumerate() {
                let own = |t: usize| f64::from(way.gates[(k * m + u, t)]) / count as f64;
                row.iter_mut().enumerate().for_each(|(t, v)| *v += own(t));
            }
        }
    }
    let walked = net.walk(course, 0.0);
    Gates { seed: net.seed, walked, means: sums, images, trajectories: count }
}

impl Gates {
    /// Of a unit, its gate after images less that after other actions.
    fn change(&self, which: usize, unit: usize) -> f64 {
        let of = |there: bool| {
            let own = self.means[which][unit].iter().zip(&self.images).filter(|(_, i)| **i == there);
            let own: Vec<f64> = own.map(|(v, _)| *v).collect();
            own.iter().sum::<f64>() / own.len() as f64
        };
        of(true) - of(false)
    }

    /// The mean over units, its error between them.
    fn changes(&self, which: usize) -> Estimate {
        Estimate::mean((0..self.means[which].len()).map(|u| self.change(which, u)))
    }

    /// Share of units whose gate goes the way of its name.
    fn share(&self, which: usize) -> f64 {
        let sign = [1.0, -1.0][which];
        let all = self.means[which].len();
        (0..all).filter(|u| sign * self.change(which, *u) > 0.0).count() as f64 / all as f64
    }
}

fn findings(size: Size, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let trainer = Trainer { map: "SnakePath", size, settings, observer };
    let all: Vec<Gates> = trainer.all(Condition::Improved)?.iter().map(|net| gates(net, size)).collect();
    let given = learned(all.iter().map(|g| &g.walked)).and(size.long());
    let change = |which| over(&all, |g: &Gates| g.changes(which));
    let quantity = "mean over units of the gate after an image, less that after other actions";
    let claims = at(
        "fanthomme2021 Fig. B.10",
        [
            claim("Reset gates are inhibited where an image is presented")
                .is(quantity, change(1))
                .below(0.0)
                .denied_given(given.clone())
                .headline(),
            claim("Input gates are activated")
                .is(quantity, change(0))
                .above(0.0)
                .denied_given(given.clone())
                .headline(),
            claim("To a varying extent: not every unit does so")
                .is(
                    "share of units whose reset gate goes down",
                    over(&all, |g| Estimate::unknown(g.share(1), g.trajectories)),
                )
                .below(1.0)
                .given(given),
        ],
    );
    let claims = size.asked(claims);
    let rows: Vec<(u64, usize, [f64; 2])> = all
        .iter()
        .flat_map(|g| (0..g.means[0].len()).map(|u| (g.seed, u, [g.change(0, u), g.change(1, u)])))
        .collect();
    let table = Table::of(&rows)
        .column("seed", "", |r| r.0)
        .column("unit", "", |r| r.1)
        .columns(["input_change", "reset_change"], |r| r.2)
        .named(
            "units",
            "Gates of each unit after images less those after other actions, means over trajectories.",
        );
    let json = entries([
        ("input_change", numbers(&list(&all, |g| g.changes(0).value))),
        ("reset_change", numbers(&list(&all, |g| g.changes(1).value))),
        ("share_of_input_gates_up", numbers(&list(&all, |g| g.share(0)))),
        ("share_of_reset_gates_down", numbers(&list(&all, |g| g.share(1)))),
    ]);
    let section = Section::new("gates", "Gates around images")
        .intro(format!("{}, {}.", sentence(&size.networks()), size.words()))
        .figures([draw(&all[0])?])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// Units at even ranks of their change, those that go the gate's way first.
fn shown(g: &Gates, which: usize) -> Vec<usize> {
    let sign = [-1.0, 1.0][which];
    let mut order: Vec<(f64, usize)> =
        (0..g.means[which].len()).map(|u| (sign * g.change(which, u), u)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let last = order.len() - 1;
    (0..UNITS).map(|k| order[k * last / (2 * (UNITS - 1))].1).collect()
}

fn draw(g: &Gates) -> Drawn {
    let one = |which: usize| -> Drawn {
        let title = ["input gates", "reset gates"][which];
        let x: Vec<f64> = (1..=g.images.len()).map(|k| k as f64).collect();
        let of = |u: usize| Series::new(&format!("unit {u}"), &x, &g.means[which][u]);
        let series: Vec<Series> = shown(g, which).into_iter().map(of).collect();
        let mut axes = Axes { x_whole: true, ..Axes::new("actions", "mean gate") };
        for (t, _) in x.iter().zip(&g.images).filter(|(_, there)| **there).take(12) {
            axes = axes.reference("", Reference::Upward(*t));
        }
        axes.x_range = Some([1.0, 60f64.min(x.len() as f64)]);
        lines(&series, &axes)?.named(title, title, "")
    };
    let caption = format!(
        "Means over {} trajectories of the gates of units from that which changes most to the middle one. Vertical lines: actions after which \
         there was an image.",
        g.trajectories
    );
    panels("gates", "Gates around images", &caption, &[one(1)?, one(0)?], 2)
}

/// A kind of network, and its numbers of parameters as printed and as in the program.
struct Kind {
    name: &'static str,
    recurrence: Recurrence,
    models: bool,
    counts: [usize; 2],
}

fn parts() -> Result<Findings, Error> {
    use nullcline_core::training::navigation::Module;
    let kinds = [
        ("resetting path integrator", Recurrence::Resetting, true),
        ("LSTM", Recurrence::Memory, false),
        ("hybrid, without models", Recurrence::MemoryAndStart, false),
        ("hybrid, with models", Recurrence::MemoryAndStart, true),
    ];
    let of = |(name, recurrence, models): (&'static str, Recurrence, bool)| {
        let counts = [Modules::printed(64), Modules::coded(64)].map(|m| {
            let m = m.with(recurrence);
            Module::ALL.iter().filter(|part| m.uses(**part, models)).map(|part| m.range(*part).len()).sum()
        });
        Kind { name, recurrence, models, counts }
    };
    let all: Vec<Kind> = kinds.into_iter().map(of).collect();
    let ratio = |reading: usize| all[1].counts[reading] as f64 / all[0].counts[reading] as f64;
    let exact = |value: f64| Estimate::new(value, 0.0, 1);
    let beside = "parameters of the LSTM over those of the resetting path integrator";
    let claims = at(
        "fanthomme2021 B.3.1",
        [
            claim(
                "Resetting path integrators and LSTMs have parameters of one order of magnitude (as printed)",
            )
            .is(beside, exact(ratio(0)))
            .between(0.1, 10.0)
            .headline(),
            claim("So they have with the program's networks").is(beside, exact(ratio(1))).between(0.1, 10.0),
        ],
    );
    let table = Table::of(&all)
        .column("network", "", |k| k.name)
        .column("recurrence", "", |k| k.recurrence.name())
        .column("models", "", |k| if k.models { "yes" } else { "no" })
        .column("printed", "", |k| k.counts[0])
        .column("coded", "", |k| k.counts[1])
        .named("parameters", "Numbers in the parameters of the modules that have a part in a network, as the thesis prints them and as its program has them.");
    let json = entries([
        ("networks", written(all.iter().map(|k| k.name).collect::<Vec<_>>())),
        ("printed", written(all.iter().map(|k| k.counts[0]).collect::<Vec<_>>())),
        ("coded", written(all.iter().map(|k| k.counts[1]).collect::<Vec<_>>())),
    ]);
    let section = Section::new("parts", "What networks are made of")
        .intro(
            "An LSTM has W_x x + b_x + W_h h + b_h for each of i, f, g, o, then c = f c + i g and h = o tanh c (Fig. B.3, as PyTorch has it). A \
             hybrid reads displacements out of the first representation and the state (Fig. B.5); its direct model has a loss, and no part in the \
             recurrence.",
        )
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    #[test]
    fn gates_of_small_memories() {
        every_study(
            "memories",
            &[GATES, PARTS],
            &[&|s| findings(Size::SMALL, s, &Silent), &|_| parts()],
            |_| false,
            |_| (),
        );
    }
}
