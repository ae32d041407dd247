//! Files that are not read: named by their content, with what to do; and a matrix that could be weights.

use crate::common::{Place, analyze, golden, noise, run, tensor};
use nullcline::io::tensors::write_npy;
use std::path::Path;

#[test]
fn other_formats_are_named_by_content() {
    let place = Place::new("formats");
    let mut hdf5 = vec![0; 512];
    hdf5.extend(b"\x89HDF\r\n\x1a\n");
    let mut matlab = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".to_vec();
    matlab.resize(512, b' ');
    matlab.extend(b"\x89HDF\r\n\x1a\n");
    let tar = |name: &[u8]| {
        let mut bytes = vec![0; 1024];
        bytes[..name.len()].copy_from_slice(name);
        bytes[257..262].copy_from_slice(b"ustar");
        bytes
    };
    let lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n".to_vec();
    let files: [(&str, Vec<u8>, &[&str]); 12] = [
        ("a.safetensors", lfs.clone(), &["a Git LFS pointer", "git lfs pull"]),
        ("a.csv", lfs, &["a Git LFS pointer", "git lfs pull"]),
        ("a.mat", matlab, &["HDF5", "the superblock", "copy or save the file again"]),
        (
            "b.mat",
            b"MATLAB 5.0 MAT-file, Platform".to_vec(),
            &["a MATLAB file", "copy or save the file again"],
        ),
        ("a.h5", hdf5, &["HDF5", "the superblock", "copy or save the file again"]),
        ("a.pt", tar(b"storages"), &["a tar archive of PyTorch 0.1", "weights_only=False"]),
        ("a.tar", tar(b"folder/net.pt"), &["a tar archive,", "unpack it first"]),
        (
            "a.onnx",
            b"\x08\x07\x12\x07pytorch\x1a\x05".to_vec(),
            &["truncated ONNX graph", "copy or save the file again"],
        ),
        (
            "a.msgpack",
            b"\x81\xa6params\x81\xa4cell".to_vec(),
            &["truncated msgpack of Flax", "copy or save the file again"],
        ),
        (
            "a.joblib",
            b"\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x12joblib.numpy_pickle".to_vec(),
            &["damaged", "copy or save the file again"],
        ),
        ("b.pt", b"<!DOCTYPE html><html>".to_vec(), &["an HTML page", "download the file itself"]),
        (
            "a.json",
            b"{\"W\": [[1, 2], [3, 4]]}".to_vec(),
            &["no recurrent network", "--cell CELL --map w_rec=W"],
        ),
    ];
    for (name, bytes, words) in files {
        let file = place.write(name, &bytes);
        analyze(&place, &[&file], 3, &[&[file.as_str()], words].concat());
    }
}

/// A square matrix is read as a recording and this is said; --cell makes it weights, of csv as of npy.
#[test]
fn a_square_matrix_may_be_weights() {
    let place = Place::new("square");
    let file = place.write("W.csv", "0.5,-1,0.25\n0.1,0.2,0.3\n-0.7,0.6,0.9\n");
    let asked = "3 rows of 3 columns are read as a recording";
    analyze(&place, &[&file, "--modules", "activity"], 0, &[asked, "--cell vanilla"]);
    let arguments = ["--cell", "vanilla", "--activation", "tanh", "--modules", "recurrent"];
    let ran = analyze(&place, &[&[file.as_str()], &arguments[..]].concat(), 0, &[]);
    assert!(ran.out.contains("3 units") && !ran.err.contains("recording"), "{ran:?}");
    // numpy.linalg.svd
    let summary = place.summary("out");
    let values = &summary["modules"]["recurrent"]["matrices"][0]["singular_values"];
    let largest = values[0].as_f64().unwrap();
    assert!((largest - 1.507_835_3).abs() < 1e-6, "{values}");
    let npy = place.path("W.npy");
    write_npy(Path::new(&npy), &tensor("W", &[3, 3], noise(9, 1.0, 1))).unwrap();
    let ran = run(&["inspect", &npy]);
    assert!(ran.out.contains(asked), "{ran:?}");
    assert!(!run(&["inspect", &npy, "--units", "x*"]).out.contains(asked));
    // It ends as analyze would.
    let missed = run(&["inspect", &npy, "--units", "zz*"]);
    assert!(missed.status == 3 && missed.err.contains("zz*"), "{missed:?}");
    let wide = place.write("wide.csv", "1,2,3\n4,5,6\n");
    analyze(&place, &[&wide, "--cell", "vanilla"], 2, &["2 rows and 3 columns is no square matrix"]);
}

/// Names that are not known come with the options that would read them, and these do.
#[test]
fn unknown_names_come_with_a_command() {
    let place = Place::new("unknown");
    let tensors = [
        crate::common::tensor("rnn.h2h.weight", &[4, 4], crate::common::noise(16, 0.4, 1)),
        crate::common::tensor("rnn.h2h.bias", &[4], crate::common::noise(4, 0.4, 2)),
        crate::common::tensor("rnn.input2h.weight", &[4, 2], crate::common::noise(8, 0.4, 3)),
        crate::common::tensor("rnn.input2h.bias", &[4], crate::common::noise(4, 0.4, 4)),
        crate::common::tensor("fc.weight", &[3, 4], crate::common::noise(12, 0.4, 5)),
    ];
    let file = place.save("net.safetensors", &tensors);
    let map =
        "w_rec=rnn.h2h.weight,w_in=rnn.input2h.weight,b=rnn.h2h.bias+rnn.input2h.bias,readout=fc.weight";
    analyze(&place, &[&file], 3, &[&format!("--cell CELL --map {map}")]);
    let inspected = run(&["inspect", &file, "--cell", "rate", "--euler", "--map", map]);
    assert!(inspected.out.contains("rate network (tanh), 4 units, 2 inputs"), "{inspected:?}");
    assert!(inspected.out.contains("read-out: fc.weight (3 outputs)"), "{inspected:?}");
    assert!(!inspected.out.contains("not used"), "{inspected:?}");
}

/// Keras's own files are networks without a word more, fixed points and read-out of the model of `make_golden.py`.
#[test]
fn a_keras_model_is_a_network() {
    let place = Place::new("keras");
    for (k, name) in
        ["keras_gru_after.keras", "keras_gru_after.h5", "keras_gru_after.weights.h5"].iter().enumerate()
    {
        let file = golden(&format!("io/layouts/{name}"));
        let inspected = run(&["inspect", &file]);
        assert!(inspected.out.contains("as a network: GRU, 5 units, 2 inputs"), "{inspected:?}");
        assert!(
            inspected.out.contains("read-out: ") && inspected.out.contains("(2 outputs)"),
            "{inspected:?}"
        );
        let out = place.path(&format!("out{k}"));
        let ran = run(&["analyze", &file, "--modules", "fixed_points", "--out", &out]);
        assert_eq!(ran.status, 0, "{ran:?}");
    }
    let points = |k: usize| place.summary(&format!("out{k}"))["modules"]["fixed_points"]["points"].clone();
    assert!(points(0).as_array().is_some_and(|p| !p.is_empty()), "{}", place.summary("out0"));
    assert_eq!(points(0), points(1));
    assert_eq!(points(0), points(2));
    let refused = run(&["analyze", &golden("io/layouts/keras_backwards.keras")]);
    assert!(refused.status == 3 && refused.err.contains("go_backwards"), "{refused:?}");
}

/// Spikes of an NWB file in bins, of the whole recording and of its trials, with what its table of trials says.
#[test]
fn spikes_of_an_nwb_file_are_a_recording() {
    let place = Place::new("nwb");
    let file = golden("io/hdf5/session.nwb");
    let recorded = |more: &[&str], status: i32, words: &[&str]| {
        let all = [&[file.as_str(), "--modules", "activity,pca"], more].concat();
        analyze(&place, &all, status, words);
        if status == 0 { place.summary("out")["input"].clone() } else { serde_json::Value::Null }
    };
    recorded(&[], 3, &["acquisition/eye", "units", "--bin 20ms"]);
    recorded(&["--units", "units"], 3, &["3 units", "--bin 20ms", "--trial trials"]);
    recorded(&["--bin", "5"], 3, &["a width that is a time"]);
    recorded(&["--bin", "5ms", "--trial", "epochs"], 3, &["--trial epochs", "`trials`"]);
    let whole = recorded(&["--bin", "100ms"], 0, &[]);
    assert_eq!((&whole["units"], &whole["rows"]), (&3.into(), &59.into()), "{whole}");
    let conditions = ["--bin", "100ms", "--trial", "trials", "--conditions", "side", "--smooth", "200ms"];
    let trials = recorded(&conditions, 0, &[]);
    // 10, 9 and 15 whole bins of 0.1 s in trials of 1, 0.95 and 1.5 s.
    assert_eq!(trials["rows"], 34, "{trials}");
    let running = recorded(&["--units", "acquisition/running"], 0, &[]);
    assert_eq!((&running["units"], &running["rows"]), (&1.into(), &20.into()), "{running}");
}

/// A session of ALF: five spikes of two units, two trials with a label each.
#[test]
fn a_folder_of_alf_is_a_recording() {
    let place = Place::new("alf");
    let folder = place.path("alf");
    std::fs::create_dir_all(&folder).unwrap();
    let put = |name: &str, shape: &[usize], values: &[f64]| {
        write_npy(&Path::new(&folder).join(name), &tensor("x", shape, values.to_vec())).unwrap();
    };
    put("spikes.times.npy", &[5], &[0.05, 0.15, 0.16, 0.95, 1.05]);
    put("spikes.clusters.npy", &[5], &[3.0, 3.0, 7.0, 3.0, 7.0]);
    put("_ibl_trials.intervals.npy", &[2, 2], &[0.0, 0.5, 0.9, 1.2]);
    put("_ibl_trials.choice.npy", &[2], &[1.0, -1.0]);
    put("_ibl_wheel.position.npy", &[4], &[0.0, 0.5, 0.25, 1.0]);
    let recorded = |more: &[&str], status: i32, words: &[&str]| {
        analyze(&place, &[&[folder.as_str(), "--modules", "activity,pca"], more].concat(), status, words);
        if status == 0 { place.summary("out")["input"].clone() } else { serde_json::Value::Null }
    };
    recorded(&[], 3, &["wheel.position", "spikes"]);
    recorded(&["--units", "spikes"], 3, &["2 units", "--bin 20ms", "--trial trials"]);
    let whole = recorded(&["--bin", "100ms"], 0, &[]);
    assert_eq!((&whole["units"], &whole["rows"], &whole["format"]), (&2.into(), &11.into(), &"alf".into()));
    let trials = recorded(&["--bin", "100ms", "--trial", "trials", "--conditions", "choice"], 0, &[]);
    assert_eq!((&trials["units"], &trials["rows"]), (&2.into(), &8.into()), "{trials}");
    let wheel = recorded(&["--units", "wheel.position"], 0, &[]);
    assert_eq!((&wheel["units"], &wheel["rows"]), (&1.into(), &4.into()), "{wheel}");
    // Without a width it says what is there, and what to give.
    let listed = run(&["inspect", &folder]);
    assert!(
        listed.out.contains("spike times of 2 units") && listed.out.contains("2 intervals (--trial"),
        "{listed:?}"
    );
    let inspected = run(&["inspect", &folder, "--bin", "100ms", "--trial", "trials"]);
    assert!(inspected.status == 0 && inspected.out.contains("of 2 trials"), "{inspected:?}");
}
