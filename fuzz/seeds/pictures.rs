//! IDX: pictures and labels, gzip or not.

use super::Seed;

/// Pictures in the file, which the files beside it agree with.
const PICTURES: usize = 6;

/// Pictures of 5 x 4, or labels with `labels`.
fn set(labels: bool) -> Vec<u8> {
    let sizes: &[u32] = if labels { &[PICTURES as u32] } else { &[PICTURES as u32, 5, 4] };
    let mut bytes = vec![0, 0, 8, sizes.len() as u8];
    bytes.extend(sizes.iter().flat_map(|n| n.to_be_bytes()));
    let count: u32 = sizes.iter().product();
    bytes.extend((0..count).map(|i| (i * 7 % 10) as u8));
    bytes
}

pub fn idx() -> Vec<Seed> {
    let (images, labels) = (set(false), set(true));
    vec![
        Seed::plain("images", images.clone()),
        Seed::plain("labels", labels.clone()),
        Seed::gzip("images packed", images),
        Seed::gzip("labels packed", labels),
    ]
}

/// The four files of a sound set.
pub fn beside() -> [(&'static str, Vec<u8>); 4] {
    let names = [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ];
    names.map(|name| (name, set(name.contains("labels"))))
}
