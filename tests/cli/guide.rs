//! Every command of the guide runs, on files of this repository under the guide's names.

use crate::common::{Place, command};
use std::fmt::Write;
use std::path::PathBuf;

/// The guide's names, and what stands for them.
const FILES: [(&str, &str); 11] = [
    ("net.pt", "datasets/sine_tanh.pt"),
    ("other.pt", "tests/golden/io/gru.pt"),
    ("flipflop.safetensors", "datasets/flipflop_gru.safetensors"),
    ("activity.csv", "datasets/ibl_activity.csv"),
    ("session.nwb", "tests/golden/io/hdf5/session.nwb"),
    ("alignment.fasta", "tests/golden/potts/potts_n6q3_p200.fasta"),
    ("model.keras", "tests/golden/io/layouts/keras_gru_after.keras"),
    ("params.msgpack", "tests/golden/io/layouts/flax_gru.msgpack"),
    ("model.eqx", "tests/golden/io/layouts/equinox_gru.eqx"),
    ("model.onnx", "tests/golden/io/layouts/onnx_lstm_layers.onnx"),
    ("plrnn.npz", "tests/golden/io/layouts/plrnn.npz"),
];
const MORE: [(&str, &str); 3] = [
    ("lowrank.pt", "tests/golden/io/layouts/lowrank_small.pt"),
    ("spikes.mat", "tests/golden/io/layouts/spikernn.mat"),
    ("ctrnn.pt", "tests/golden/io/layouts/pt_ctrnn_rate.pt"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The pages, and the blocks of a kind in them.
fn blocks(kind: &str) -> Vec<(String, String)> {
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(root().join("docs/src")).unwrap().map(|e| e.unwrap().path()).collect();
    pages.sort();
    let mut all = vec![];
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        let fence = format!("```{kind}\n");
        let mut parts = text.split(fence.as_str());
        parts.next();
        all.extend(parts.map(|p| (name.clone(), p.split("\n```").next().unwrap().to_owned())));
    }
    all
}

/// Words as a shell takes them apart.
fn words(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted) = (vec![], String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => all.extend(Some(std::mem::take(&mut word)).filter(|w| !w.is_empty())),
            c => word.push(c),
        }
    }
    all.extend(Some(word).filter(|w| !w.is_empty()));
    all
}

/// Rates of two stimuli and two choices, six trials each of five steps and four units, and their labels.
fn trials(place: &Place) {
    let mut labels = "stim,choice\n".to_owned();
    let mut rates = String::new();
    for trial in 0..24 {
        let (stim, choice) = (trial % 2, trial / 2 % 2);
        writeln!(labels, "{stim},{choice}").unwrap();
        for t in 0..5 {
            for unit in 0..4 {
                let wave = (0.7 * f64::from(trial * 13 + t * 5 + unit * 3)).sin();
                let v = f64::from(stim * unit) + 0.5 * f64::from(choice * t) + 0.3 * wave;
                write!(rates, "{v:.4},").unwrap();
            }
        }
    }
    place.write("labels.csv", labels);
    let values: Vec<f64> = rates.split(',').filter_map(|v| v.parse().ok()).collect();
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (24, 5, 4), }";
    let mut npy = b"\x93NUMPY\x01\x00".to_vec();
    let padded = format!("{header:<117}\n");
    npy.extend((padded.len() as u16).to_le_bytes());
    npy.extend(padded.as_bytes());
    values.iter().for_each(|v| npy.extend(v.to_le_bytes()));
    place.write("spikes.npy", npy);
}

/// The page of papers (scripts/guide_papers.py) is of the galleries that are there.
#[test]
fn the_claims_of_the_guide_are_those_of_the_galleries() {
    let read = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
    let page = read("docs/src/papers.md");
    for (folder, said) in
        [("gallery", "Of N claims at the size `quick`: S."), ("gallery-paper", "Of their N claims: S.")]
    {
        let gallery = read(&format!("reports/{folder}/README.md"));
        let counts = gallery.lines().find_map(|l| l.split_once("standard error. ")).unwrap().1;
        let (all, states) = counts.trim_end_matches('.').split_once(" claims: ").unwrap();
        assert!(page.contains(&said.replace('N', all).replace('S', states)), "{folder}: {counts}");
    }
}

#[test]
fn every_command_of_the_guide_runs() {
    let place = Place::new("guide");
    for (name, from) in FILES.iter().chain(&MORE) {
        std::fs::copy(root().join(from), place.path(name)).unwrap();
    }
    trials(&place);
    let pipeline = blocks("toml").into_iter().find(|(_, t)| t.contains("[[job]]")).unwrap().1;
    place.write("monday.toml", pipeline);
    let mut ran = 0;
    for (page, block) in blocks("sh") {
        for line in block.replace("\\\n", " ").lines().filter(|l| l.starts_with("nullcline ")) {
            let all = words(line);
            let arguments: Vec<&str> = all.iter().skip(1).map(String::as_str).collect();
            let out = command(&arguments).current_dir(place.path(".")).output().unwrap();
            let said = String::from_utf8_lossy(&out.stderr);
            // `inspect` of what it cannot use proposes the command that can.
            let proposes = arguments[0] == "inspect" && said.contains("--cell");
            assert!(out.status.success() || proposes, "{page}: {line}\n{said}");
            ran += 1;
        }
    }
    assert!(ran > 25, "{ran}");
}

/// The page of items names studies that there are, and counts its own rows.
#[test]
fn items_name_studies_that_there_are() {
    let page = std::fs::read_to_string(root().join("docs/src/items.md")).unwrap();
    let out = command(&["study"]).output().unwrap();
    let known = String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap();
    let mut named = 0;
    for part in page.split("`nullcline study ").skip(1) {
        let name = part.split(['`', ' ']).next().unwrap();
        assert!(known.contains(&format!("{name} ")), "{name}");
        named += 1;
    }
    assert!(named > 100, "{named}");
    let count = |state: &str| page.matches(&format!(" | {state} | ")).count();
    let states = ["whole", "part", "missing", "no number"];
    let of = states.map(|s| format!("{} {s}", count(s))).join(", ");
    let all: usize = states.map(count).iter().sum();
    assert!(page.contains(&format!("{all} items: {of}.")), "{all} items: {of}");
}
