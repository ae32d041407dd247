//! Sequences to states.

use super::config::Alphabet;
use super::{AboutSamples, Data, Note, PottsConfig};
use crate::analyses::Error;
use crate::inference::potts::{Samples, Sites};
use crate::io::alignment::{Alignment, read};

const AMINO: &str = "-ACDEFGHIKLMNPQRSTVWY";
const DNA: &str = "-ACGT";
const RNA: &str = "-ACGU";
/// Different amino acids from which on letters are those of proteins.
const MANY: usize = 15;

pub(super) fn load(config: &PottsConfig) -> Result<Data, Error> {
    let file = &config.file;
    if config.bins.is_some() {
        return Err(Error::Config("--bins goes with tables of numbers; this file is an alignment".into()));
    }
    crate::analyses::source::refuse(
        &crate::analyses::source::about_rows(&config.recording),
        "tables; this file is an alignment",
    )?;
    crate::analyses::source::refuse(
        &[("--units", config.recording.units.is_some())],
        "tables; this file is an alignment",
    )?;
    let found = read(file)?;
    let (letters, mut notes) = alphabet(&config.alphabet, &found);
    if letters.len() < 2 {
        return Err(Error::input(file, "all letters are alike, expected two different ones at least"));
    }
    let states = states(config, &found, &letters, &mut notes)?;
    let wrong = |e: crate::inference::potts::Error| Error::input(file, e.to_string());
    let sites = Sites::alike(found.columns, letters.len()).map_err(wrong)?;
    let mut samples = Samples::new(sites, states.chunks_exact(found.columns)).map_err(wrong)?;
    if let Some(theta) = config.reweight {
        samples = samples.reweighted(theta);
    }
    if found.insertions > 0 {
        notes.push(Note::Insertions(found.insertions));
    }
    let own: Vec<String> = letters.iter().map(|c| char::from(*c).to_string()).collect();
    Ok(Data {
        names: (1..=found.columns).map(|k| k.to_string()).collect(),
        states: vec![own; found.columns],
        bounds: None,
        trials: None,
        alike: false,
        about: AboutSamples {
            file: file.display().to_string(),
            kind: "alignment",
            format: found.format,
            sites: found.columns,
            states: letters.len(),
            samples: samples.count(),
            weight: samples.total(),
            truth: config.truth.as_ref().map(|t| t.display().to_string()),
        },
        samples,
        notes,
    })
}

/// The letters of the states, in order.
fn alphabet(asked: &Alphabet, found: &Alignment) -> (Vec<u8>, Vec<Note>) {
    let given = |letters: &str| (letters.as_bytes().to_vec(), vec![]);
    match asked {
        Alphabet::Protein => return given(AMINO),
        Alphabet::Dna => return given(DNA),
        Alphabet::Rna => return given(RNA),
        Alphabet::Letters(letters) => return given(letters),
        Alphabet::Found => {}
    }
    let mut seen = [false; 256];
    found.letters().iter().for_each(|c| seen[usize::from(*c)] = true);
    let has = |c: u8| seen[usize::from(c)];
    let all: Vec<u8> = (0..=255).filter(|c| has(*c)).collect();
    let of = |letters: &str| letters.bytes().filter(|c| *c != b'-' && has(*c)).count();
    let within = |letters: &str| all.iter().all(|c| letters.as_bytes().contains(c));
    let ambiguous = "BJOUXZ";
    let letters = if of(DNA) >= 3 && within("-ACGTN") {
        DNA
    } else if of(RNA) >= 3 && within("-ACGUN") {
        RNA
    } else if of(AMINO) >= MANY && within(&format!("{AMINO}{ambiguous}")) {
        AMINO
    } else {
        let said: String = all.iter().map(|c| char::from(*c)).collect();
        return (all, vec![Note::Letters(said)]);
    };
    // Without gaps, and letters that would be taken as such, a gap is no state.
    let gaps = has(b'-') || !within(letters);
    (letters.bytes().filter(|c| gaps || *c != b'-').collect(), vec![])
}

/// The state of each letter; those beyond the alphabet are gaps, if it has any.
pub(super) fn states(
    config: &PottsConfig,
    found: &Alignment,
    letters: &[u8],
    notes: &mut Vec<Note>,
) -> Result<Vec<u8>, Error> {
    let place = |c: u8| letters.iter().position(|l| *l == c).and_then(|k| u8::try_from(k).ok());
    let gap = place(b'-');
    let table: Vec<Option<u8>> = (0..=255).map(place).collect();
    let (mut states, mut unknown) =
        (Vec::with_capacity(found.letters().len()), std::collections::BTreeMap::new());
    for (k, c) in found.letters().iter().enumerate() {
        let state = table[usize::from(*c)].or_else(|| {
            *unknown.entry(*c).or_insert(0usize) += 1;
            gap
        });
        match state {
            Some(state) => states.push(state),
            None => {
                let hint = match config.using {
                    None => "; --alphabet with - takes others as gaps",
                    Some(_) => ", the letters of the model",
                };
                let message = format!(
                    "sequence {} (`{}`), column {}: found `{}`, expected one of {}{hint}",
                    k / found.columns + 1,
                    found.names[k / found.columns],
                    k % found.columns + 1,
                    char::from(*c),
                    String::from_utf8_lossy(letters)
                );
                return Err(Error::input(&config.file, message));
            }
        }
    }
    if !unknown.is_empty() {
        let letters = unknown.keys().map(|c| char::from(*c)).collect();
        notes.push(Note::Unknown { count: unknown.values().sum(), letters });
    }
    Ok(states)
}
