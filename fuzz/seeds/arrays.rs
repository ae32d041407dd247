//! Weights: npy, npz, safetensors, PyTorch.

use super::{Entry, Seed, zip};
use std::path::Path;
use zip::CompressionMethod::{self, Deflated, Stored};

/// An npy file of version 1 or 2 whose values are `bytes`.
fn array(version: u8, descr: &str, fortran: bool, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}");
    let prefix = if version == 1 { 10 } else { 12 };
    header += &" ".repeat((prefix + header.len() + 1).next_multiple_of(64) - prefix - header.len() - 1);
    header.push('\n');
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([version, 0]);
    let length = (header.len() as u32).to_le_bytes();
    file.extend(&length[..prefix - 8]);
    file.extend(header.as_bytes());
    file.extend(bytes);
    file
}

/// `count` different numbers.
fn numbers(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(|i| (i as f64 + 0.5) * if i % 3 == 0 { -0.25 } else { 0.125 })
}

fn doubles(count: usize) -> Vec<u8> {
    numbers(count).flat_map(f64::to_le_bytes).collect()
}

fn floats(count: usize) -> Vec<u8> {
    numbers(count).flat_map(|v| (v as f32).to_le_bytes()).collect()
}

fn golden(names: &[&str]) -> impl Iterator<Item = Seed> {
    names.iter().map(|name| Seed::golden(name))
}

pub fn npy() -> Vec<Seed> {
    let whole: Vec<u8> = (0..24i64).flat_map(i64::to_le_bytes).collect();
    let swapped: Vec<u8> = numbers(15).flat_map(|v| (v as f32).to_be_bytes()).collect();
    let fields = "[('a', '<f8'), ('t', '<U2'), ('v', '<f4', (2,)), ('i', [('j', '<i2'), ('k', '|u1')])]";
    let rows: Vec<u8> = (0..4).flat_map(|i| doubles(i + 6).split_off(i * 8)[..27].to_vec()).collect();
    let files = [
        ("matrix", array(1, "'<f8'", false, "(4, 3)", &doubles(12))),
        ("turned", array(1, "'>f4'", true, "(5, 3)", &swapped)),
        ("trials", array(1, "'<i8'", false, "(2, 4, 3)", &whole)),
        ("trials turned", array(2, "'<i8'", true, "(2, 4, 3)", &whole)),
        ("flags", array(1, "'|b1'", false, "(7,)", &[0, 1, 1, 0, 1, 0, 0])),
        ("halves", array(1, "'<f2'", false, "(3, 2)", &[0, 60, 0, 64, 0, 66, 0, 188, 1, 0, 255, 123])),
        ("records", array(1, fields, false, "(4,)", &rows)),
        ("text", array(1, "'<U3'", false, "(3,)", &[97, 0, 0, 0].repeat(9))),
        ("times", array(1, "'<M8[ms]'", false, "(3,)", &whole[..24])),
        ("complex", array(1, "'<c16'", false, "(3,)", &doubles(6))),
        ("scalar", array(1, "'<f8'", false, "()", &doubles(1))),
    ];
    let own = files.map(|(name, bytes)| Seed::plain(name, bytes));
    let names =
        ["tables/records.npy", "io/trials_fortran.npy", "io/objects.npy", "io/weights/dictionary.npy"];
    own.into_iter().chain(golden(&names)).collect()
}

fn archive(method: CompressionMethod, arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let entry =
        |(name, bytes): &(&str, Vec<u8>)| Entry { name: format!("{name}.npy"), bytes: bytes.clone(), method };
    zip(&arrays.iter().map(entry).collect::<Vec<_>>()).unwrap()
}

/// Potts models: of an alignment, of a table whose sites have two and three states, and of pairs.
pub fn potts() -> Vec<Seed> {
    let texts = |all: &[&str], width: usize| -> Vec<u8> {
        let padded = all.iter().flat_map(|t| t.chars().chain(std::iter::repeat('\0')).take(width));
        padded.flat_map(|c| u32::from(c).to_le_bytes()).collect()
    };
    let values = |all: &[f64]| -> Vec<u8> { all.iter().flat_map(|v| v.to_le_bytes()).collect() };
    // Symmetric: J_ij(a, b) = J_ji(b, a), zero on the diagonal.
    let couplings = |n: usize, q: usize| -> Vec<u8> {
        let at = |i: usize, j: usize, a: usize, b: usize| {
            let (x, y) = ((i * q + a) as f64, (j * q + b) as f64);
            if i == j { 0.0 } else { 0.125 * (x - y).powi(2) - 0.25 }
        };
        let all = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
        let all = all.flat_map(|(i, j)| (0..q * q).map(move |k| at(i, j, k / q, k % q)));
        values(&all.collect::<Vec<_>>())
    };
    let letters = [
        ("h", array(1, "'<f8'", false, "(3, 2)", &doubles(6))),
        ("j", array(1, "'<f8'", false, "(3, 3, 2, 2)", &couplings(3, 2))),
        ("alphabet", array(1, "'<f8'", false, "(2,)", &values(&[65.0, 67.0]))),
        ("sites", array(1, "'<U1'", false, "(3,)", &texts(&["1", "2", "3"], 1))),
        ("log_z_ace", array(1, "'<f8'", false, "(2,)", &values(&[3.5, 0.25]))),
    ];
    let table = [
        ("h", array(1, "'<f8'", false, "(2, 3)", &values(&[0.5, -0.5, f64::NAN, 0.25, 0.0, -0.25]))),
        ("j", array(1, "'<f8'", false, "(2, 2, 3, 3)", &couplings(2, 3))),
        ("levels", array(1, "'<f8'", false, "(2, 3)", &values(&[0.0, 1.0, f64::NAN, -1.0, 0.0, 1.0]))),
        ("bounds", array(1, "'<f8'", false, "(2, 2)", &values(&[0.5, f64::NAN, -0.5, 0.5]))),
        ("sites", array(1, "'<U5'", false, "(2,)", &texts(&["left", "right"], 5))),
        ("states", array(1, "'<U2'", false, "(2, 3)", &texts(&["0", "1", "", "-1", "0", "1"], 2))),
    ];
    let pairs = [
        ("h", array(1, "'<f8'", false, "(4, 2)", &doubles(8))),
        ("J", array(1, "'<f8'", false, "(2, 2, 2)", &doubles(8))),
        ("pairs", array(1, "'<f8'", false, "(2, 2)", &values(&[0.0, 2.0, 1.0, 3.0]))),
    ];
    let zip = |name, arrays| Seed::zip(name, archive(Stored, arrays));
    vec![zip("letters", &letters), zip("table", &table), zip("pairs", &pairs)]
}

pub fn npz() -> Vec<Seed> {
    let network = [
        ("rnn.weight_ih_l0", array(1, "'<f8'", false, "(4, 2)", &doubles(8))),
        ("rnn.weight_hh_l0", array(1, "'<f8'", false, "(4, 4)", &doubles(16))),
        ("rnn.bias_ih_l0", array(1, "'<f4'", false, "(4,)", &floats(4))),
        ("rnn.bias_hh_l0", array(1, "'<f4'", false, "(4,)", &floats(4))),
    ];
    let table = [("x", array(1, "'<f8'", true, "(6, 2)", &doubles(12)))];
    let own = [
        ("network", archive(Stored, &network)),
        ("network deflated", archive(Deflated, &network)),
        ("table", archive(Stored, &table)),
        ("table deflated", archive(Deflated, &table)),
    ];
    let own = own.map(|(name, bytes)| Seed::zip(name, bytes));
    let names = [
        "io/weights.npz",
        "io/weights_compressed.npz",
        "io/recording.npz",
        "io/weights/keras_simple.npz",
        "io/weights/dictionary.npz",
        "tables/records.npz",
        "tables/fortran_compressed.npz",
    ];
    own.into_iter().chain(golden(&names)).collect()
}

pub fn safetensors() -> Vec<Seed> {
    let file = |header: &str, data: &[u8]| {
        let padded = format!("{header}{}", " ".repeat(header.len().next_multiple_of(8) - header.len()));
        [&(padded.len() as u64).to_le_bytes(), padded.as_bytes(), data].concat()
    };
    let network = r#"{"__metadata__":{"cell":"vanilla","activation":"tanh"},
        "w":{"dtype":"F64","shape":[3,3],"data_offsets":[0,72]},
        "b":{"dtype":"F32","shape":[3],"data_offsets":[72,84]}}"#;
    let types = r#"{"a":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},
        "b":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},"c":{"dtype":"BOOL","shape":[],"data_offsets":[16,17]},
        "d":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[17,20]},
        "e":{"dtype":"F32","shape":[0,4],"data_offsets":[20,20]}}"#;
    let own = [
        Seed::plain("network", file(network, &doubles(11)[..84])),
        Seed::plain("types", file(types, &(0..20).collect::<Vec<u8>>())),
    ];
    let names = ["io/types.safetensors", "io/weights/embedding.safetensors", "io/ff2_relu.safetensors"];
    own.into_iter().chain(golden(&names)).collect()
}

/// Files of PyTorch among the fixtures, as archives or not.
fn checkpoints(zipped: bool) -> Vec<Seed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut names = vec![];
    for inside in ["io", "io/weights"] {
        for entry in std::fs::read_dir(folder.join(inside)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if [".pt", ".pth", ".pkl"].iter().any(|end| name.ends_with(end)) {
                names.push(format!("{inside}/{name}"));
            }
        }
    }
    names.sort();
    let seeds = names.iter().map(|name| Seed::golden(name));
    seeds.filter(|s| s.bytes.starts_with(b"PK") == zipped && s.bytes.len() < 6000).collect()
}

pub fn pytorch() -> Vec<Seed> {
    checkpoints(true)
}

pub fn pickles() -> Vec<Seed> {
    checkpoints(false)
}
