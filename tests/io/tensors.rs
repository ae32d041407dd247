//! Weight files written by numpy and safetensors, and round trips of our own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nullcline::io::error::Problem;
use nullcline::io::tensors::{self, Tensor, write_npy, write_npz, write_safetensors};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io").join(name)
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// `ramp` of make_fixtures.py.
fn ramp(count: usize) -> Vec<f64> {
    (0..count).map(|i| (i as f64 + 0.5) * if i.is_multiple_of(3) { -1.0 } else { 1.0 }).collect()
}

#[test]
fn safetensors_of_every_type() {
    let file = tensors::read(&golden("types.safetensors")).unwrap();
    assert_eq!(file.format, "safetensors");
    let expect = [
        ("f64", "f64", vec![2, 3], ramp(6)),
        ("f32", "f32", vec![4], ramp(4)),
        ("f16", "f16", vec![3], ramp(3)),
        ("i64", "i64", vec![2], vec![-(2f64.powi(53)), 2f64.powi(53)]),
        ("u8", "u8", vec![2, 1], vec![1.0, 255.0]),
        ("bool", "bool", vec![2], vec![1.0, 0.0]),
        ("scalar", "f64", vec![], vec![2.5]),
    ];
    assert_eq!(file.tensors.len(), expect.len());
    for (name, dtype, shape, data) in expect {
        let tensor = file.get(name).unwrap();
        assert_eq!((tensor.dtype.as_str(), &tensor.shape, &tensor.data), (dtype, &shape, &data), "{name}");
    }
    assert_eq!(file.metadata["cell"], "gru");
    assert_eq!(file.metadata["note"], "naïve");
}

#[test]
fn npz_plain_and_compressed() {
    for name in ["weights.npz", "weights_compressed.npz"] {
        let file = tensors::read(&golden(name)).unwrap();
        assert_eq!(file.format, "npz");
        let names: Vec<&str> = file.tensors.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["w", "fortran", "big", "half", "i2", "flag", "zero", "empty"]);
        assert_eq!(file.get("w").unwrap().data, ramp(6));
        // Fortran order on disk, C order here.
        assert_eq!(file.get("fortran").unwrap().data, ramp(12));
        assert_eq!(file.get("fortran").unwrap().shape, [2, 3, 2]);
        assert_eq!(file.get("big").unwrap().data, ramp(3));
        assert_eq!(file.get("half").unwrap().data, ramp(3));
        assert_eq!(file.get("i2").unwrap().data, [-2.0, 3.0]);
        assert_eq!(file.get("flag").unwrap().data, [1.0, 0.0]);
        assert_eq!(file.get("zero").unwrap().shape, [0usize; 0]);
        assert_eq!(file.get("zero").unwrap().data, [1.25]);
        assert_eq!(file.get("empty").unwrap().shape, [0, 3]);
        assert_eq!(file.metadata["cell"], "lstm α");
        assert_eq!(file.skipped.len(), 3, "{:?}", file.skipped);
        assert!(file.skipped.iter().any(|s| s.0 == "objects" && s.1.contains("nothing is ever executed")));
    }
}

#[test]
fn the_same_network_from_three_formats() {
    let [pt, npz, st] =
        ["pt", "npz", "safetensors"].map(|e| tensors::read(&golden(&format!("ff2_relu.{e}"))).unwrap());
    assert_eq!(pt.format, "pytorch");
    assert!(pt.tensors.len() >= 4);
    for tensor in &pt.tensors {
        assert_eq!(Some(tensor), st.get(&tensor.name));
        assert_eq!(Some(&tensor.data), npz.get(&tensor.name).map(|t| &t.data));
    }
}

#[test]
fn npy_is_named_after_the_file() {
    let file = tensors::read(&golden("matrix_fortran.npy")).unwrap();
    assert_eq!(file.tensors[0].name, "matrix_fortran");
    assert_eq!((file.tensors[0].shape.as_slice(), file.tensors[0].dtype.as_str()), (&[5, 3][..], "f32"));
    assert_eq!(file.tensors[0].data, ramp(15));
}

fn pair() -> Vec<Tensor> {
    let third = 1.0 / 3.0;
    let odd = vec![f64::NAN, f64::INFINITY, -0.0, third, 5e-324, 1e300];
    vec![
        Tensor {
            name: "small".into(),
            shape: vec![2],
            dtype: "f32".into(),
            data: vec![0.5, f64::from(third as f32)],
        },
        Tensor { name: "w.0".into(), shape: vec![2, 3], dtype: "f64".into(), data: odd },
    ]
}

fn bits(data: &[f64]) -> Vec<u64> {
    data.iter().map(|v| v.to_bits()).collect()
}

#[test]
fn safetensors_round_trip_to_the_bit() {
    let path = scratch("round.safetensors");
    let metadata = BTreeMap::from([("cell".to_string(), "gru".to_string()), ("dt".into(), "0.1".into())]);
    write_safetensors(&path, &pair(), &metadata).unwrap();
    let first = std::fs::read(&path).unwrap();
    write_safetensors(&path, &pair(), &metadata).unwrap();
    assert_eq!(first, std::fs::read(&path).unwrap(), "the same tensors give the same bytes");
    let back = tensors::read(&path).unwrap();
    assert_eq!(back.metadata, metadata);
    for tensor in pair() {
        let read = back.get(&tensor.name).unwrap();
        assert_eq!(
            (&read.shape, &read.dtype, bits(&read.data)),
            (&tensor.shape, &tensor.dtype, bits(&tensor.data))
        );
    }
}

#[test]
fn numpy_round_trip_to_the_bit() {
    let (npz, npy) = (scratch("round.npz"), scratch("round.npy"));
    write_npz(&npz, &pair()).unwrap();
    write_npy(&npy, &pair()[1]).unwrap();
    let back = tensors::read(&npz).unwrap();
    for tensor in pair() {
        assert_eq!(bits(&back.get(&tensor.name).unwrap().data), bits(&tensor.data));
    }
    let back = tensors::read(&npy).unwrap();
    assert_eq!(
        (back.tensors[0].shape.as_slice(), bits(&back.tensors[0].data)),
        (&[2, 3][..], bits(&pair()[1].data))
    );
    // Numpy wants the data aligned to 64 bytes.
    assert_eq!(std::fs::metadata(&npy).unwrap().len(), 128 + 48);
}

#[test]
fn a_failed_write_leaves_the_old_file_and_nothing_beside_it() {
    let folder = scratch("failed_write");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("w.safetensors");
    write_safetensors(&path, &pair(), &BTreeMap::new()).unwrap();
    let before = std::fs::read(&path).unwrap();
    let mut wrong = pair();
    wrong[1].shape = vec![7];
    let error = write_safetensors(&path, &wrong, &BTreeMap::new()).unwrap_err();
    assert!(matches!(error.kind(), Problem::Shape { found: 6, expected: 7, .. }), "{error}");
    let error = write_npz(&folder.join("w.npz"), &[pair(), pair()].concat()).unwrap_err();
    assert!(matches!(error.kind(), Problem::DuplicateTensor { .. }), "{error}");
    assert_eq!(before, std::fs::read(&path).unwrap());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_header_of_any_length_is_no_other_format() {
    // The length comes first: 640 begins as a pickle does, 35,615 as gzip, 40,056 and 24,184 as zlib, 65,279 and 65,534 as UTF-16.
    let path = scratch("header.safetensors");
    for length in [640, 35_615, 40_056, 24_184, 65_279, 65_534, 0x0580, 0x4158] {
        let tensor = br#""w":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]}"#;
        let mut header = vec![b'{'];
        header.extend_from_slice(tensor);
        header.push(b'}');
        header.resize(length, b' ');
        let mut file = (length as u64).to_le_bytes().to_vec();
        file.extend_from_slice(&header);
        file.extend_from_slice(&0.5f64.to_le_bytes());
        std::fs::write(&path, &file).unwrap();
        let found = tensors::read(&path).unwrap_or_else(|e| panic!("{length}: {e}"));
        assert_eq!((found.format, found.tensors[0].data[0]), ("safetensors", 0.5), "{length}");
    }
}
