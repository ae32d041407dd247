//! Tensors against what h5py, Keras and hdf5storage read.

use super::{expected, golden, same};
use nullcline::io::tensors::{outline, read};

fn check(name: &str, json: &str) {
    let found = read(&golden(name)).unwrap();
    let wanted = expected(json);
    let tensors = wanted["tensors"].as_object().unwrap();
    for (key, value) in tensors {
        let tensor = found.get(key).unwrap_or_else(|| {
            panic!("{name}: no {key} among {:?}", found.tensors.iter().map(|t| &t.name).collect::<Vec<_>>())
        });
        same(&format!("{name} {key}"), &tensor.shape, &tensor.data, value);
    }
    let extra: Vec<_> =
        found.tensors.iter().filter(|t| !tensors.contains_key(&t.name)).map(|t| &t.name).collect();
    assert!(extra.is_empty(), "{name}: {extra:?}");
}

#[test]
fn every_layout_is_read_as_h5py_reads_it() {
    for name in [
        "layouts_old",
        "layouts_new",
        "chunked_old0",
        "chunked_old1",
        "chunked_new0",
        "chunked_new1",
        "deep_old",
        "deep_tree",
        "deep_array",
        "userblock",
        "many_old",
        "many_new",
        "lfads_output_s1",
    ] {
        check(&format!("{name}.h5"), name);
    }
}

#[test]
fn floats_of_one_and_two_bytes() {
    check("small_floats.h5", "small_floats");
}

#[test]
fn keras() {
    for name in ["keras_model", "keras_weights", "keras3.weights", "keras_archive.weights"] {
        check(&format!("{name}.h5"), name);
        let found = read(&golden(&format!("{name}.h5"))).unwrap();
        let wanted = expected(name);
        for (key, value) in wanted["metadata"].as_object().unwrap() {
            assert_eq!(found.metadata.get(key).map(String::as_str), value.as_str(), "{name} {key}");
        }
        for weight in wanted["weights"].as_array().unwrap() {
            assert!(found.tensors.iter().any(|t| super::is(&t.shape, &t.data, weight)), "{name}: {weight}");
        }
    }
    let found = read(&golden("keras_bf16.weights.h5")).unwrap();
    let kernel = found.get("layers.dense.vars.0").unwrap();
    assert_eq!(kernel.dtype, "bf16");
    same("bf16", &kernel.shape, &kernel.data, &expected("keras_bf16.weights")["kernel"]);
}

#[test]
fn matlab() {
    let found = read(&golden("matlab73.mat")).unwrap();
    let wanted = expected("matlab73");
    for (key, value) in wanted["tensors"].as_object().unwrap() {
        let tensor = found.get(key).unwrap_or_else(|| panic!("no {key}: {found:?}"));
        same(key, &tensor.shape, &tensor.data, value);
    }
    assert_eq!(found.get("logical").unwrap().dtype, "bool");
    for (key, value) in wanted["metadata"].as_object().unwrap() {
        assert_eq!(found.metadata.get(key).map(String::as_str), value.as_str(), "{key}");
    }
    for (name, why) in [("z", "complex"), ("cells", "cell array")] {
        assert!(
            found.skipped.iter().any(|(n, w)| n == name && w.contains(why)),
            "{name}: {:?}",
            found.skipped
        );
    }
    assert!(found.tensors.iter().all(|t| !t.name.contains("refs") && !t.name.starts_with("sparse.")));
    // 2 in the first row of the first column, 5 in the last of the second.
    let sparse = found.get("sparse").unwrap();
    assert_eq!((&sparse.shape[..], &sparse.data[..]), (&[3, 2][..], &[2.0, 0.0, 0.0, 0.0, 0.0, 5.0][..]));
}

/// A file by MATLAB 7.4 itself, of scipy's tests: an older layout than h5py writes; 0, pi/4, ..., 2 pi.
#[test]
fn matlab_7_4() {
    let found = read(&golden("matlab74.mat")).unwrap();
    let [x] = &found.tensors[..] else { panic!("{found:?}") };
    assert_eq!((&x.name[..], &x.shape[..], &x.dtype[..]), ("testdouble", &[1, 9][..], "f64"));
    for (k, v) in x.data.iter().enumerate() {
        assert!((v - k as f64 * std::f64::consts::FRAC_PI_4).abs() < 1e-15, "{v}");
    }
}

#[test]
fn what_is_no_tensor_is_named() {
    let found = read(&golden("layouts_old.h5")).unwrap();
    for (name, why) in [
        ("others.complex", "complex numbers"),
        ("others.records", "records of 2 fields"),
        ("others.references", "references"),
        ("others.ragged", "lists of different lengths"),
        ("others.opaque", "opaque values of 2 bytes"),
        ("nothing", "no place for values"),
        ("outside", "in another file, `elsewhere.h5`"),
        ("dangling", "leads to `/nowhere`"),
        ("circle", "soft links in a circle"),
    ] {
        assert!(
            found.skipped.iter().any(|(n, w)| n == name && w.contains(why)),
            "{name}: {:?}",
            found.skipped
        );
    }
    assert_eq!(found.metadata["texts.scalar"], "wörter");
    assert_eq!(found.metadata["fixed"], "four");
    let list = found.texts.iter().find(|t| t.name == "list").unwrap();
    assert_eq!(list.values, ["a", "bb", "größe"]);
    let heap = found.texts.iter().find(|t| t.name == "texts.heap").unwrap();
    assert_eq!(heap.values, ["left", "right", ""]);
}

#[test]
fn a_filter_that_is_not_read_is_named() {
    let error = read(&golden("filters.h5")).unwrap_err().to_string();
    assert!(error.contains("scaleoffset (number 6)") && error.contains("h5repack -f GZIP"), "{error}");
    // Without values there is nothing to unpack.
    assert_eq!(outline(&golden("filters.h5")).unwrap().unwrap().tensors.len(), 2);
}
