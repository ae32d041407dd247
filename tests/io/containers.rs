//! What frameworks wrote, against what they read back themselves (`tests/golden/io/containers`).

use nullcline::io::tensors::{Tensors, outline, read};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io").join(folder);
    let all = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut all: Vec<PathBuf> =
        all.filter(|p| p.is_file() && p.extension().is_none_or(|e| e != "json")).collect();
    all.sort();
    all
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

/// Bit by bit; any NaN is as good as another.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

fn compare(path: &Path, found: &Tensors) {
    let text = std::fs::read_to_string(format!("{}.json", path.display())).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let place = path.file_name().unwrap().to_string_lossy();
    let tensors = expected["tensors"].as_object().unwrap();
    let names: BTreeSet<&str> = found.tensors.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, tensors.keys().map(String::as_str).collect(), "{place}");
    for t in &found.tensors {
        let e = &tensors[&t.name];
        let shape: Vec<usize> =
            e["shape"].as_array().unwrap().iter().map(|d| d.as_u64().unwrap() as usize).collect();
        assert_eq!((&t.shape, &*t.dtype), (&shape, e["dtype"].as_str().unwrap()), "{place}: {}", t.name);
        let data: Vec<f64> = e["data"].as_array().unwrap().iter().map(number).collect();
        assert_eq!(t.data.len(), data.len(), "{place}: {}", t.name);
        let equal = t.data.iter().zip(&data).all(|(a, b)| same(*a, *b));
        assert!(equal, "{place}: {}: {:?} for {data:?}", t.name, t.data);
    }
    let metadata: BTreeMap<String, String> = serde_json::from_value(expected["metadata"].clone()).unwrap();
    assert_eq!(found.metadata, metadata, "{place}");
    let skipped: BTreeSet<&str> = found.skipped.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        skipped,
        expected["skipped"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect(),
        "{place}"
    );
    let texts = expected["texts"].as_object().unwrap();
    assert_eq!(found.texts.len(), texts.len(), "{place}");
    for t in &found.texts {
        let e = &texts[&t.name];
        assert_eq!(serde_json::json!({ "shape": t.shape, "values": t.values }), *e, "{place}: {}", t.name);
    }
}

fn golden(folder: &str, format: &str, count: usize) {
    let files = files(folder);
    assert_eq!(files.len(), count);
    for path in files {
        let found = read(&path).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(found.format, format);
        compare(&path, &found);
        outlined(&path, &found);
    }
}

/// The outline is the file without its values.
fn outlined(path: &Path, whole: &Tensors) {
    let Some(outline) = outline(path).unwrap() else { return };
    let heads = |t: &Tensors| {
        t.tensors.iter().map(|t| (t.name.clone(), t.shape.clone(), t.dtype.clone())).collect::<Vec<_>>()
    };
    assert_eq!((heads(&outline), &outline.skipped), (heads(whole), &whole.skipped), "{}", path.display());
    assert!(outline.tensors.iter().all(|t| t.data.is_empty()));
}

#[test]
fn matlab() {
    golden("matlab", "matlab", 50);
}

#[test]
fn flax() {
    golden("flax", "flax", 6);
}

#[test]
fn equinox() {
    golden("equinox", "equinox", 4);
}

#[test]
fn onnx() {
    golden("onnx", "onnx", 8);
}

#[test]
fn pickles() {
    golden("pickle", "pickle", 27);
}

/// `torch.onnx.export` turns the order of the gates from PyTorch's to ONNX's.
#[test]
fn onnx_of_pytorch() {
    let files = files("onnx_torch");
    assert_eq!(files.len(), 6);
    for path in files {
        let found = read(&path).unwrap();
        let expected: Value =
            serde_json::from_str(&std::fs::read_to_string(format!("{}.json", path.display())).unwrap())
                .unwrap();
        let tensors = expected["tensors"].as_object().unwrap();
        assert_eq!(tensors.len(), 7);
        for (name, e) in tensors {
            let t = found.get(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(
                serde_json::json!({ "shape": t.shape, "dtype": t.dtype, "data": t.data }),
                *e,
                "{name}"
            );
        }
        // The weights of the last layer are turned; else there is nothing.
        let others: Vec<_> = found.tensors.iter().filter(|t| !tensors.contains_key(&t.name)).collect();
        assert!(others.len() == 1 && others[0].shape[1] == 4, "{others:?}");
        let told = |key: &str| found.metadata.get(key).map(String::as_str);
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name.starts_with("gru") {
            assert_eq!(told("/rnn/GRU_1.linear_before_reset"), Some("1"));
        }
        if name == "lstm_both" {
            assert_eq!(told("/rnn/LSTM.direction"), Some("bidirectional"));
        }
    }
}

/// What is refused says what it is and what to do.
#[test]
fn refusals() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io");
    for (file, words) in [
        ("matlab/refused/bad_miuint32.mat", &["damaged MATLAB file", "`an_array` has 10 values"][..]),
        ("matlab/refused/corrupted_zlib_checksum.mat", &["damaged MATLAB file at the variable at byte 128"]),
        ("matlab/refused/corrupted_zlib_data.mat", &["damaged MATLAB file at the variable at byte 222"]),
        ("matlab/refused/malformed1.mat", &["truncated MATLAB file", "found 2072 bytes, expected 658840"]),
        ("onnx/refused/external.onnx", &["tensor `w`", "`weights.bin`", "onnx.save(onnx.load("]),
        ("pickle/other/frame_n1.pkl", &["`pandas.core.frame.DataFrame`", "to_csv"]),
        ("pickle/other/frame_n2.pkl", &["`pandas.DataFrame`", "to_csv"]),
        (
            "pickle/other/masked_n1.pkl",
            &["`numpy.ma.core._mareconstruct`", "nothing in it was executed", "np.savez"],
        ),
        ("pickle/other/joblib_bz2.joblib", &["a bzip2 archive", "bunzip2"]),
        ("pickle/other/joblib_lzma.joblib", &["lzma-compressed data", "joblib.load"]),
    ] {
        let said = read(&golden.join(file)).unwrap_err().to_string();
        assert!(words.iter().all(|w| said.contains(w)), "{said}");
    }
}

/// Attributes of objects are data as long as nobody makes the objects; scikit-learn 1.9.1 wrote these.
#[test]
fn attributes_of_objects() {
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io/pickle/other");
    let shape = |t: &Tensors, name: &str| t.get(name).unwrap_or_else(|| panic!("{name}")).shape.clone();
    for file in ["sklearn_pca.pkl", "joblib_pca.joblib"] {
        let found = read(&other.join(file)).unwrap();
        assert_eq!((shape(&found, "components_"), shape(&found, "mean_")), (vec![2, 3], vec![3]));
        assert_eq!(found.metadata["__class__"], "sklearn.decomposition._pca.PCA");
        assert_eq!(found.metadata["n_components_"], "2");
    }
    let found = read(&other.join("sklearn_pipeline.pkl")).unwrap();
    assert_eq!(
        (shape(&found, "steps.0.1.components_"), shape(&found, "steps.1.1.coef_")),
        (vec![2, 3], vec![1, 2])
    );
    let found = read(&other.join("objects_n2.pkl")).unwrap();
    assert_eq!((shape(&found, "trials.0"), shape(&found, "trials.1")), (vec![2, 3], vec![4, 3]));
    for file in ["object_n1.pkl", "object_n2.pkl"] {
        let found = read(&other.join(file)).unwrap();
        assert_eq!((shape(&found, "W"), shape(&found, "layers.1")), (vec![2, 3], vec![1, 2]));
        assert_eq!(found.metadata["__class__"], "__main__.Net");
    }
}
