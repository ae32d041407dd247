//! IDX files: digits drawn here, written as MNIST is, and damaged in every way.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use nullcline::io::error::Problem;
use nullcline::io::idx::mnist;

const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("idx-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A digit in seven segments on 5 x 4 pixels.
fn picture(digit: u8) -> [u8; 20] {
    const SEGMENTS: [u8; 10] = [0x77, 0x24, 0x5d, 0x6d, 0x2e, 0x6b, 0x7b, 0x25, 0x7f, 0x6f];
    // Top, upper left, upper right, middle, lower left, lower right, bottom: pixels row by row.
    const PIXELS: [&[usize]; 7] =
        [&[1, 2], &[0, 4], &[3, 7], &[9, 10], &[8, 12, 16], &[11, 15, 19], &[17, 18]];
    let mut pixels = [0; 20];
    for (bit, on) in PIXELS.iter().enumerate().filter(|(bit, _)| SEGMENTS[digit as usize] >> bit & 1 == 1) {
        on.iter().for_each(|&p| pixels[p] = 255 - bit as u8);
    }
    pixels
}

fn images(digits: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3];
    for n in [digits.len() as u32, 5, 4] {
        bytes.extend(n.to_be_bytes());
    }
    digits.iter().for_each(|&d| bytes.extend(picture(d)));
    bytes
}

fn labels(digits: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 1];
    bytes.extend((digits.len() as u32).to_be_bytes());
    bytes.extend(digits);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const TRAIN: [u8; 6] = [3, 1, 4, 1, 5, 9];
const TEST: [u8; 3] = [2, 6, 5];

/// Writes the four files into a new folder.
fn written(name: &str) -> PathBuf {
    let folder = folder(name);
    for (name, bytes) in NAMES.iter().zip([images(&TRAIN), labels(&TRAIN), images(&TEST), labels(&TEST)]) {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    folder
}

#[test]
fn digits_come_back() {
    let plain = written("plain");
    let (train, test) = mnist(&plain).unwrap();
    assert_eq!((train.rows, train.columns), (5, 4));
    assert_eq!((&train.labels[..], &test.labels[..]), (&TRAIN[..], &TEST[..]));
    let expected: Vec<u8> = TRAIN.iter().flat_map(|&d| picture(d)).collect();
    assert_eq!(train.values, expected);
    // Two of them compressed, one with a dot for its hyphen.
    std::fs::write(plain.join(format!("{}.gz", NAMES[0])), gzip(&images(&TRAIN))).unwrap();
    std::fs::write(plain.join("t10k-labels.idx1-ubyte.gz"), gzip(&labels(&TEST))).unwrap();
    std::fs::remove_file(plain.join(NAMES[0])).unwrap();
    std::fs::remove_file(plain.join(NAMES[3])).unwrap();
    assert_eq!(mnist(&plain).unwrap(), (train, test));
    std::fs::remove_dir_all(plain).unwrap();
}

#[test]
fn a_missing_file_is_named_with_what_to_do() {
    let folder = written("missing");
    std::fs::remove_file(folder.join(NAMES[1])).unwrap();
    let text = mnist(&folder).unwrap_err().to_string();
    assert!(text.contains(folder.to_str().unwrap()) && text.contains("train-labels-idx1-ubyte"), "{text}");
    assert!(
        text.contains("train-labels-idx1-ubyte.gz") && text.contains("put it into this folder"),
        "{text}"
    );
    let nowhere = mnist(&folder.join("nowhere")).unwrap_err().to_string();
    assert!(nowhere.contains("train-images-idx3-ubyte"), "{nowhere}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn damage_is_told_apart() {
    let folder = written("damaged");
    let with = |file: usize, bytes: Vec<u8>| {
        let path = folder.join(NAMES[file]);
        let good = std::fs::read(&path).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let error = mnist(&folder).unwrap_err();
        std::fs::write(&path, good).unwrap();
        assert!(error.path().ends_with(NAMES[file]) || error.path() == path, "{error}");
        error
    };
    let cut = |bytes: Vec<u8>, length: usize| bytes[..length].to_vec();
    // Labels in place of images, and the reverse.
    let error = with(0, labels(&TRAIN));
    assert!(matches!(error.kind(), Problem::UnknownFormat { found, .. } if found == "magic number 2049"));
    assert!(matches!(with(1, images(&TRAIN)).kind(), Problem::UnknownFormat { .. }));
    assert!(matches!(with(0, vec![]).kind(), Problem::Empty));
    assert!(matches!(with(0, vec![0, 0, 8]).kind(), Problem::Truncated { found: 3, expected: 4, .. }));
    assert!(matches!(with(0, cut(images(&TRAIN), 10)).kind(), Problem::Truncated { .. }));
    let short = with(0, cut(images(&TRAIN), 16 + 119));
    assert!(matches!(short.kind(), Problem::Truncated { found: 119, expected: 120, .. }), "{short}");
    let mut long = images(&TRAIN);
    long.push(0);
    assert!(matches!(with(0, long).kind(), Problem::Damaged { .. }));
    // The compressed stream ends early: the system's word is kept, no panic.
    let packed = gzip(&images(&TRAIN));
    let half = with(0, cut(packed.clone(), packed.len() / 2));
    assert!(matches!(half.kind(), Problem::Damaged { .. }), "{half}");
    // A label too few.
    let few = with(1, labels(&TRAIN[..5]));
    assert!(few.to_string().contains("found 5 labels, expected 6"), "{few}");
    // Four billion pictures of four billion pixels.
    let mut huge = vec![0, 0, 8, 3];
    huge.extend([0xff; 12]);
    assert!(matches!(with(0, huge).kind(), Problem::TooLarge { .. }));
    let mut none = vec![0, 0, 8, 3];
    none.extend([0; 12]);
    assert!(matches!(with(0, none).kind(), Problem::Damaged { .. }));
    std::fs::remove_dir_all(folder).unwrap();
}
