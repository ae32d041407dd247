//! Fig. B.9: how strongly images reset.

use super::network::{Condition, Trained, Trainer, mean_of, over};
use super::places::places;
use super::size::Size;
use super::tours::sentence;
use crate::common::*;
use faer::Mat;
use nullcline_core::linalg::random::{Use, stream};
use nullcline_core::training::navigation::{disordered, log_kept, representations};

/// Fig. B.9.
pub const STUDY: Study = Study::new(
    "fanthomme2021/figB.9",
    "Gates of resetting path integrators: noise of what is felt in training, and disorder of what is seen",
    |s, o| findings(Size::of(s), s, o),
);

/// Thousandths of a side.
const NOISES: [u32; 6] = [0, 10, 25, 50, 75, 100];
/// Shares of units in disorder.
const SHARES: [f64; 6] = [0.0, 0.1, 0.25, 0.5, 0.75, 1.0];
/// Disorders of each.
const REPEATS: u64 = 10;

/// Values of ln g over the places of a map, a list each condition.
struct Gates {
    seed: u64,
    of_noise: Vec<Vec<f64>>,
    of_share: Vec<Vec<f64>>,
}

/// ln g at all places of its map.
fn at_places(net: &Trained, per: usize) -> (Mat<f32>, Vec<f64>) {
    let map = net.plan.world.map();
    let mut integrator = net.integrator();
    let seen = representations(&integrator, net.parameters(), &net.felt(0.0), &places(map, per));
    let found = log_kept(&mut integrator, net.parameters(), seen.as_ref());
    (seen, found)
}

fn gates(trainer: &Trainer, noises: &[u32], seed: u64) -> Result<Gates, Error> {
    let size = trainer.size;
    let mut of_noise = vec![];
    for noise in noises {
        let condition = if *noise == 0 { Condition::All } else { Condition::Felt(*noise) };
        of_noise.push(at_places(&trainer.trained(condition, seed)?, size.places).1);
    }
    let net = trainer.trained(Condition::All, seed)?;
    let (seen, _) = at_places(&net, size.places);
    let mut integrator = net.integrator();
    let mut one = |(k, share): (usize, &f64)| -> Vec<f64> {
        let repeats = if *share == 0.0 { 1 } else { REPEATS };
        let mut drawn = |r: u64| {
            let mut rng = stream(seed, Use::Permutation, (k as u64) << 32 | r);
            log_kept(&mut integrator, net.parameters(), disordered(&seen, *share, &mut rng).as_ref())
        };
        (0..repeats).flat_map(&mut drawn).collect()
    };
    let of_share = SHARES.iter().enumerate().map(&mut one).collect();
    Ok(Gates { seed, of_noise, of_share })
}

/// The mean of the second list less that of the first; of one network, its error is not known.
fn change(all: &[Gates], lists: impl Fn(&Gates) -> &[Vec<f64>]) -> Estimate {
    over(all, |g| {
        let own = lists(g);
        let [first, last] = [own.first(), own.last()].map(|v| mean_of(v.map_or(&[][..], Vec::as_slice)));
        Estimate::unknown(last - first, 1)
    })
}

fn findings(size: Size, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let trainer = Trainer { map: "SnakePath", size, settings, observer };
    let noises: Vec<u32> = if size.whole { NOISES.to_vec() } else { vec![0, 50, 100] };
    let first = settings.seed;
    let all: Vec<Gates> =
        (first..first + size.seeds).map(|seed| gates(&trainer, &noises, seed)).collect::<Result<_, _>>()?;
    let kept = over(&all, |g| {
        let last = g.of_share.last().map_or(&[][..], Vec::as_slice);
        Estimate::unknown(mean_of(&last.iter().map(|v| v.exp()).collect::<Vec<_>>()), 1)
    });
    let claims = at(
        "fanthomme2021 Fig. B.9",
        [
            claim("The more noise what is felt has in training, the more strongly images reset")
                .is("mean ln g at noise of 0.1, less that without", change(&all, |g| &g.of_noise))
                .below(0.0)
                .headline(),
            claim("The more disorder there is in what is seen, the less it resets")
                .is(
                    "mean ln g of shuffled representations, less that of whole ones",
                    change(&all, |g| &g.of_share),
                )
                .above(0.0)
                .headline(),
            claim("What is wholly in disorder resets nothing")
                .is("mean share of the integrated state that is kept", kept)
                .above(0.5),
        ],
    );
    let claims = size.asked(claims);
    let names: Vec<String> = noises.iter().map(|n| format!("{}", f64::from(*n) / 1000.0)).collect();
    let rows: Vec<(u64, &str, String, f64, f64)> = all
        .iter()
        .flat_map(|g| {
            let of = |what: &'static str, name: String, v: &Vec<f64>| {
                (g.seed, what, name, mean_of(v), nullcline_core::numbers::deviation(v))
            };
            let noise =
                g.of_noise.iter().zip(&names).map(move |(v, n)| of("noise in training", n.clone(), v));
            let share =
                g.of_share.iter().zip(SHARES).map(move |(v, s)| of("share in disorder", s.to_string(), v));
            noise.chain(share).collect::<Vec<_>>()
        })
        .collect();
    let table = Table::of(&rows)
        .column("seed", "", |r| r.0)
        .column("varied", "", |r| r.1)
        .column("value", "", |r| r.2.clone())
        .columns(["mean_log_g", "deviation"], |r| [r.3, r.4])
        .named("gates", "ln g over the places of the map: mean and standard deviation.");
    let mean_over = |k: usize, noise: bool| {
        mean(&all, |g| mean_of(if noise { &g.of_noise[k] } else { &g.of_share[k] })).value
    };
    let json = entries([
        ("noise", written(noises.iter().map(|n| f64::from(*n) / 1000.0).collect::<Vec<_>>())),
        ("mean_log_g_of_noise", numbers(&(0..noises.len()).map(|k| mean_over(k, true)).collect::<Vec<_>>())),
        ("share", written(SHARES)),
        ("mean_log_g_of_share", numbers(&(0..SHARES.len()).map(|k| mean_over(k, false)).collect::<Vec<_>>())),
    ]);
    let section = Section::new("gates", "How strongly images reset")
        .intro(format!("{} of each noise, {}.", sentence(&size.networks()), size.words()))
        .figures([draw(&all, &names)?])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// Cumulative distributions.
fn draw(all: &[Gates], noises: &[String]) -> Drawn {
    let cumulative = |name: &str, k: usize, of: usize, values: Vec<f64>| {
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let step = sorted.len().div_ceil(300).max(1);
        let at = sorted.iter().enumerate().step_by(step).map(|(i, v)| [*v, (i + 1) as f64 / n]);
        points(name, at).ink(tone(k, of))
    };
    let panel = |title: &str, names: &[String], lists: &dyn Fn(&Gates) -> &[Vec<f64>]| -> Drawn {
        let one = |(k, name): (usize, &String)| {
            let together = all.iter().flat_map(|g| lists(g)[k].clone()).collect();
            cumulative(name, k, names.len(), together)
        };
        let series: Vec<Series> = names.iter().enumerate().map(one).collect();
        lines(&series, &Axes::new("ln g", "share of places below"))?.named(title, title, "")
    };
    let shares: Vec<String> = SHARES.iter().map(f64::to_string).collect();
    let both = [
        panel("noise in training (sides)", noises, &|g| &g.of_noise)?,
        panel("share in disorder", &shares, &|g| &g.of_share)?,
    ];
    let caption = "Cumulative distribution over the places of the map of the logarithm of the gate, the share of the integrated state that is kept. A: \
                   networks trained with noise of what is felt. B: the first of these, where a share of what V says is shuffled.";
    panels("gates", "Gates", caption, &both, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    #[test]
    fn gates_of_small_networks() {
        let run: crate::small::Run = &|s| findings(Size::SMALL, s, &Silent);
        every_study("gates", &[STUDY], &[run], |_| false, |_| ());
    }
}
