//! What MATLAB, Keras, Flax, Equinox and ONNX write, and HDF5.

use super::Seed;
use hdf5_reader::checksum::jenkins_lookup3;
use std::ops::Range;
use std::path::Path;

/// What the parts of HDF5 begin with that end with a checksum.
const MARKS: [&[u8]; 15] = [
    b"OHDR", b"OCHK", b"BTHD", b"BTLF", b"BTIN", b"FRHP", b"FHDB", b"FHIB", b"FAHD", b"FADB", b"EAHD",
    b"EAIB", b"EASB", b"EADB", b"\x89HDF",
];
/// Bytes of the longest of these parts in the seeds.
const LONGEST: usize = 3000;

/// Every sound file of a folder of the fixtures with one of these extensions.
fn all(folder: &str, extensions: &[&str]) -> Vec<Seed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder);
    let mut names: Vec<String> = std::fs::read_dir(path)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| extensions.iter().any(|e| n.ends_with(e)))
        .collect();
    names.sort();
    names.iter().map(|n| Seed::golden(&format!("{folder}/{n}"))).collect()
}

pub fn matlab() -> Vec<Seed> {
    all("io/matlab", &[".mat"])
}

pub fn flax() -> Vec<Seed> {
    all("io/flax", &[".msgpack"])
}

pub fn equinox() -> Vec<Seed> {
    all("io/equinox", &[".eqx"])
}

pub fn onnx() -> Vec<Seed> {
    ["io/onnx", "io/onnx_torch"].into_iter().flat_map(|folder| all(folder, &[".onnx"])).collect()
}

pub fn keras() -> Vec<Seed> {
    all("io/layouts", &[".keras"])
}

pub fn json() -> Vec<Seed> {
    all("io/layouts", &["brain_h.json", "brain_s.json", "brain_slope.json"])
}

pub fn hdf5() -> Vec<Seed> {
    let mut seeds = all("io/hdf5", &[".h5", ".nwb", ".nc", ".mat"]);
    seeds.extend(["keras_gru_after.h5", "mat_wub.v73.mat"].map(|n| Seed::golden(&format!("io/layouts/{n}"))));
    for seed in &mut seeds {
        seed.sealed = sealed(&seed.bytes);
        // The decoder does not look at the checksums of the blocks of an index of chunks.
        let blocks = |r: &&Range<usize>| {
            !matches!(&seed.bytes[r.start..r.start + 4], b"FADB" | b"EADB" | b"EASB" | b"EAIB")
        };
        seed.checked = seed.sealed.iter().filter(blocks).map(|r| r.start..r.end + 4).collect();
    }
    seeds
}

/// Parts that are followed by their checksum.
fn sealed(bytes: &[u8]) -> Vec<Range<usize>> {
    let starts =
        (0..bytes.len().saturating_sub(4)).filter(|at| MARKS.iter().any(|m| bytes[*at..].starts_with(m)));
    let part = |start: usize| {
        let most = (bytes.len() - start - 4).min(LONGEST);
        let ends = (start + 8..start + most)
            .find(|end| jenkins_lookup3(&bytes[start..*end]).to_le_bytes() == bytes[*end..end + 4]);
        ends.map(|end| start..end)
    };
    starts.filter_map(part).collect()
}

/// Makes the checksums of those parts that are still there anew.
pub fn seal(bytes: &mut [u8], parts: &[Range<usize>]) {
    let length = bytes.len();
    for part in parts.iter().filter(|p| p.end + 4 <= length) {
        let sum = jenkins_lookup3(&bytes[part.clone()]).to_le_bytes();
        bytes[part.end..part.end + 4].copy_from_slice(&sum);
    }
}
