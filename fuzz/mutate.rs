//! Changes of bytes as libFuzzer makes them: bits, numbers, blocks, words.

use rand::RngExt;
pub use rand_chacha::ChaCha8Rng as Rng;

/// Files do not grow beyond this by mutation, so that most stay quick to read.
const LARGEST: usize = 1 << 15;
/// One in some hundreds may: what is long only then shows.
const LARGEST_RARE: usize = 1 << 18;

/// What sizes, counts and offsets are set to.
const NUMBERS: [u64; 22] = [
    0,
    1,
    2,
    u64::MAX,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    1 << 16,
    1 << 20,
    1 << 30,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
    1 << 32,
    1 << 40,
    1 << 53,
    1 << 57,
    1 << 60,
    1 << 63,
    (1 << 63) - 1,
];

/// Where changes take their material from.
pub struct Material<'a> {
    /// Words of the format.
    pub words: &'a [&'a [u8]],
    /// Another file of the format.
    pub donor: &'a [u8],
}

/// A number below `end`, 0 if there is none.
pub fn below(rng: &mut Rng, end: usize) -> usize {
    if end == 0 { 0 } else { rng.random_range(0..end) }
}

/// One to eight changes, one on another; half of the files have one.
pub fn mutate(bytes: &mut Vec<u8>, rng: &mut Rng, from: &Material<'_>) {
    let count = if rng.random() { 1 } else { 1 + below(rng, 8) };
    for _ in 0..count {
        once(bytes, rng, from);
    }
}

/// The same without a change of length.
pub fn overwrite(bytes: &mut [u8], rng: &mut Rng) {
    let count = 1 + below(rng, 4);
    for _ in 0..count.min(bytes.len()) {
        match below(rng, 5) {
            0 => {
                flip(bytes, rng);
            }
            1 => bytes[below(rng, bytes.len())] = rng.random(),
            2 => add(bytes, rng),
            _ => number(bytes, rng),
        }
    }
}

fn once(bytes: &mut Vec<u8>, rng: &mut Rng, from: &Material<'_>) {
    if bytes.is_empty() {
        bytes.push(rng.random());
    }
    match below(rng, 18) {
        0 | 1 => {
            flip(bytes, rng);
        }
        2 => {
            let at = below(rng, bytes.len());
            bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'0', b'\n', rng.random()][below(rng, 8)];
        }
        3..=5 => number(bytes, rng),
        6 => varint(bytes, rng),
        7 => add(bytes, rng),
        8 => copy(bytes, rng),
        9 => swap(bytes, rng),
        10 => drop(bytes.drain(block(rng, bytes.len()))),
        11 => {
            let block = bytes[block(rng, bytes.len())].to_vec();
            insert(bytes, rng, &block);
        }
        12 => repeat(bytes, rng),
        13 => bytes.truncate(below(rng, bytes.len())),
        14 => extend(bytes, rng),
        15 => splice(bytes, rng, from.donor),
        _ => word(bytes, rng, from.words),
    }
}

pub fn flip(bytes: &mut [u8], rng: &mut Rng) -> usize {
    let bit = below(rng, bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    bit
}

/// Some consecutive bytes; short ones are likelier.
fn block(rng: &mut Rng, length: usize) -> std::ops::Range<usize> {
    let longest = match below(rng, 4) {
        0 => length,
        1 => 256,
        _ => 16,
    };
    let size = 1 + below(rng, longest.min(length));
    let start = below(rng, length + 1 - size.min(length));
    start..(start + size).min(length)
}

/// One of the numbers, or one beside the length of the file.
fn interesting(rng: &mut Rng, length: usize) -> u64 {
    match below(rng, 6) {
        0 => (length as u64).wrapping_add(below(rng, 5) as u64).wrapping_sub(2),
        1 => 1 << below(rng, 64),
        2 => NUMBERS[below(rng, NUMBERS.len())].wrapping_sub(1 + below(rng, 8) as u64),
        _ => NUMBERS[below(rng, NUMBERS.len())],
    }
}

/// Writes a number of 1, 2, 4 or 8 bytes over others.
fn number(bytes: &mut [u8], rng: &mut Rng) {
    let width = 1 << below(rng, 4);
    let value = interesting(rng, bytes.len());
    put(bytes, rng, width, |_| value);
}

/// Adds a small number to one of 1, 2, 4 or 8 bytes.
fn add(bytes: &mut [u8], rng: &mut Rng) {
    let width = 1 << below(rng, 4);
    let by = (1 + below(rng, 35) as u64).wrapping_mul(if rng.random() { 1 } else { u64::MAX });
    put(bytes, rng, width, |old| old.wrapping_add(by));
}

fn put(bytes: &mut [u8], rng: &mut Rng, width: usize, new: impl Fn(u64) -> u64) {
    if bytes.len() < width {
        return;
    }
    let (at, big_endian) = (below(rng, bytes.len() + 1 - width), rng.random::<bool>());
    let place = &mut bytes[at..at + width];
    let order = |k: usize| 8 * if big_endian { width - 1 - k } else { k };
    let old = place.iter().enumerate().fold(0, |v, (k, byte)| v | u64::from(*byte) << order(k));
    let value = new(old);
    place.iter_mut().enumerate().for_each(|(k, byte)| *byte = (value >> order(k)) as u8);
}

/// Puts a number of thrift in the place of a byte: seven bits a byte, its sign last or not.
fn varint(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let value = interesting(rng, bytes.len());
    let mut left = if rng.random() { value } else { (value << 1) ^ (value as i64 >> 63) as u64 };
    let mut text = vec![];
    while left >= 0x80 {
        text.push(left as u8 | 0x80);
        left >>= 7;
    }
    text.push(left as u8);
    let at = below(rng, bytes.len());
    bytes.splice(at..at + 1, text);
}

fn copy(bytes: &mut [u8], rng: &mut Rng) {
    let from = block(rng, bytes.len());
    let to = below(rng, bytes.len() + 1 - from.len());
    bytes.copy_within(from, to);
}

fn swap(bytes: &mut [u8], rng: &mut Rng) {
    let block = block(rng, bytes.len());
    let to = below(rng, bytes.len() + 1 - block.len());
    if block.start < to {
        bytes[block.start..to + block.len()].rotate_left(block.len());
    } else {
        bytes[to..block.end].rotate_right(block.len());
    }
}

fn insert(bytes: &mut Vec<u8>, rng: &mut Rng, new: &[u8]) {
    let at = below(rng, bytes.len() + 1);
    if bytes.len() + new.len() <= LARGEST.max(bytes.len()) {
        bytes.splice(at..at, new.iter().copied());
    }
}

fn repeat(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let block = block(rng, bytes.len());
    let largest = if below(rng, 400) == 0 { LARGEST_RARE } else { LARGEST };
    // Long ones take long to read.
    let times = [2, 2, 2, 3, 4, 5, 8, 10, 10, 30, 30, 100, 100, 300, 1000, 100_000][below(rng, 16)];
    let times = times.min(largest.saturating_sub(bytes.len()) / block.len());
    let (end, new) = (block.end, bytes[block].repeat(times));
    bytes.splice(end..end, new);
}

fn extend(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let count = 1 << below(rng, 11);
    match below(rng, 2) {
        0 => bytes.resize(bytes.len() + count, 0),
        _ => bytes.extend((0..count).map(|_| rng.random::<u8>())),
    }
}

fn splice(bytes: &mut Vec<u8>, rng: &mut Rng, donor: &[u8]) {
    if donor.is_empty() {
        return;
    }
    let from = block(rng, donor.len());
    match below(rng, 3) {
        0 => {
            bytes.truncate(below(rng, bytes.len()));
            bytes.extend(&donor[from.start..]);
        }
        1 => {
            let at = below(rng, bytes.len());
            let end = (at + from.len()).min(bytes.len());
            bytes.splice(at..end, donor[from].iter().copied());
        }
        _ => insert(bytes, rng, &donor[from]),
    }
}

fn word(bytes: &mut Vec<u8>, rng: &mut Rng, words: &[&[u8]]) {
    if words.is_empty() {
        return number(bytes, rng);
    }
    let word = words[below(rng, words.len())];
    if rng.random() {
        return insert(bytes, rng, word);
    }
    let at = below(rng, bytes.len());
    let end = (at + [0, 1, word.len()][below(rng, 3)]).min(bytes.len());
    bytes.splice(at..end, word.iter().copied());
}
