//! What the text says of memories without and with gradients: stable points, LSTM cells, noise on weights, the number of zero
//! exponents, spectra of oscillators.

mod bound;
mod carousel;
mod discrete;
mod drawing;
mod noise;
mod spectrum;
mod verdicts;

use crate::common::*;

/// The text on memories.
pub const STUDY: Study =
    Study::new("park2023/memory", "Stable points, LSTM cells and oscillators as memories", run);

fn failed(e: impl std::fmt::Display) -> Error {
    Error::Numbers(format!("park2023/memory: {e}"))
}

/// Repetitions, and steps of the exponents.
struct Size {
    hopfield: usize,
    cells: usize,
    noise: usize,
    random: usize,
    ensembles: usize,
    steps: usize,
}

impl Size {
    fn of(preset: Preset) -> Self {
        let k = if preset == Preset::Paper { 5 } else { 1 };
        Self {
            hopfield: 8 * k,
            cells: 20 * k,
            noise: 12 * k,
            random: 6 * k,
            ensembles: 6 * k,
            steps: 60_000 * k,
        }
    }
}

/// All that is measured.
struct Measured {
    choices: Vec<discrete::Choices>,
    recalls: Vec<discrete::Recall>,
    /// By kind of cell.
    cells: [Vec<carousel::Kept>; 4],
    /// Stable points, limit cycles.
    noise: [Vec<noise::Under>; 2],
    /// Units and exponents.
    oscillators: Vec<(usize, Vec<Estimate>)>,
    random: Vec<bound::Drawn>,
    speeds: Vec<bound::Speed>,
    ring: f64,
    /// Distributed periods, equal ones.
    spectra: [Vec<spectrum::Ensemble>; 2],
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(&Size::of(settings.preset), settings.seed, observer)
}

fn measure(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Measured, Error> {
    let oscillators = parallel("independent oscillators", bound::MOST + 1, observer, |i| {
        Ok((i + 1, bound::oscillators(i + 1, size.steps)?))
    })?;
    Ok(Measured {
        choices: (1..=discrete::PAIRS).map(discrete::choices).collect::<Result<_, _>>()?,
        recalls: discrete::recalls(size.hopfield, seed, observer)?,
        cells: carousel::all(size.cells, seed, observer)?,
        noise: noise::all(size.noise, seed, observer)?,
        oscillators,
        random: bound::random(size.random, seed, observer)?,
        speeds: bound::speeds()?,
        ring: bound::on_the_ring(),
        spectra: spectrum::ensembles(size.ensembles, seed, observer)?,
    })
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let m = measure(size, seed, observer)?;
    let claims = verdicts::claims(&m);
    let section = drawing::section(&m, size)?;
    let zeros = |kept: &Vec<carousel::Kept>| mean(kept, |k| k.zeros as f64).value;
    let json = entries([
        ("stable_points", written(list_of(&m.choices, |c| c.found))),
        ("hopfield_exponent", numbers(&list(&m.recalls, |r| r.exponent))),
        ("cell_zeros", numbers(&m.cells.each_ref().map(zeros))),
        ("noise_power", numbers(&m.noise.each_ref().map(|n| mean(n, noise::Under::power).value))),
        ("least_speed", numbers(&list(&m.speeds, bound::Speed::least))),
        ("spectral_width", numbers(&list(&m.spectra[0], |e| e.width))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn list_of<T, U>(all: &[T], f: impl Fn(&T) -> U) -> Vec<U> {
    all.iter().map(f).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn what_is_exact_holds_at_a_small_size() {
        let size = Size { hopfield: 1, cells: 2, noise: 3, random: 1, ensembles: 2, steps: 20_000 };
        let found = findings(&size, 1, &Silent).unwrap();
        for words in [
            "Five bistable pairs",
            "none of which keeps a gradient",
            "in all of which gradients vanish",
            "keeps its content",
            "and one zero exponent per unit",
            "Noise of 1 %: stable fixed points stay",
            "No point of a limit cycle",
            "every point of the ring",
        ] {
            let claim = crate::common::found(&found, words);
            assert_eq!(claim.verdict, Verdict::Holds, "{claim:?}");
        }
        for claim in &found.claims {
            assert!(claim.verdict != Verdict::NotTested, "{claim:?}");
        }
    }
}
