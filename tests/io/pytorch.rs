//! PyTorch files: what is read, and what is refused by name.

use std::io::Write;
use std::path::{Path, PathBuf};

use nullcline::io::error::Problem;
use nullcline::io::tensors::{self, Tensors};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io").join(name)
}

/// An archive as torch.save writes it, around `pickle`.
fn archive(name: &str, pickle: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (entry, bytes) in [("m/data.pkl", pickle), ("m/data/0", &[0u8; 32])] {
        zip.start_file(entry, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    path
}

fn data<'a>(file: &'a Tensors, name: &str) -> &'a [f64] {
    &file.get(name).unwrap_or_else(|| panic!("no {name}: {file:?}")).data
}

#[test]
fn a_state_dict_has_the_numbers_of_pytorch() {
    let file = tensors::read(&golden("gru.pt")).unwrap();
    let text = std::fs::read_to_string(golden("gru.json")).unwrap();
    let expect: serde_json::Value = serde_json::from_str(&text).unwrap();
    let expect = expect.as_object().unwrap();
    let names: Vec<&String> = file.tensors.iter().map(|t| &t.name).collect();
    assert_eq!(names, expect.keys().collect::<Vec<_>>());
    for (name, values) in expect {
        // The numbers are f32, and serde_json may miss the last bit of an f64.
        let number = |v: &serde_json::Value| f64::from(v.as_f64().unwrap() as f32);
        let values: Vec<f64> = values.as_array().unwrap().iter().map(number).collect();
        assert_eq!(data(&file, name), values);
    }
    assert_eq!(file.get("weight_ih_l0").unwrap().shape, [9, 2]);
}

#[test]
fn views_keep_their_strides_and_types() {
    let file = tensors::read(&golden("views.pt")).unwrap();
    let base = [-0.5, 1.5, 2.5, -3.5, 4.5, 5.5, -6.5, 7.5, 8.5, -9.5, 10.5, 11.5];
    assert_eq!(file.get("transposed").unwrap().shape, [4, 3]);
    assert_eq!(data(&file, "transposed")[..6], [-0.5, 4.5, 8.5, 1.5, 5.5, -9.5]);
    assert_eq!(data(&file, "strided"), [1.5, -3.5, -9.5, 11.5]);
    assert_eq!(data(&file, "offset"), [4.5, 5.5, -6.5, 7.5]);
    assert_eq!(data(&file, "expanded"), [-0.5, 1.5, -0.5, 1.5, -0.5, 1.5]);
    for name in ["parameter", "f16", "bf16"] {
        assert_eq!(data(&file, name), base, "{name}");
    }
    assert_eq!(file.get("bf16").unwrap().dtype, "bf16");
    assert_eq!((data(&file, "scalar"), file.get("scalar").unwrap().shape.len()), (&[2.5][..], 0));
    assert_eq!(file.get("empty").unwrap().shape, [0, 3]);
    assert_eq!(data(&file, "i64"), [-(2f64.powi(53)), 7.0]);
    for name in ["i32", "i16", "i8"] {
        assert_eq!(data(&file, name), [-5.0], "{name}");
    }
    assert_eq!(data(&file, "u8"), [250.0]);
    assert_eq!(data(&file, "u16"), [65535.0]);
    assert_eq!(data(&file, "bool"), [1.0, 0.0]);
    assert!(file.skipped.iter().any(|s| s.0 == "complex"), "{:?}", file.skipped);
    assert!(file.skipped.iter().any(|s| s.0 == "sparse"), "{:?}", file.skipped);
}

#[test]
fn a_checkpoint_is_flattened() {
    let file = tensors::read(&golden("checkpoint.pth")).unwrap();
    assert_eq!(data(&file, "model.w"), data(&file, "model.tied"));
    assert_eq!(file.get("optimizer.state.0.exp_avg").unwrap().shape, [9, 2]);
    assert_eq!((file.metadata["epoch"].as_str(), file.metadata["cell"].as_str()), ("3", "gru"));
    assert!(
        file.skipped.contains(&("device".into(), "torch.device, not a plain tensor".into())),
        "{:?}",
        file.skipped
    );
}

#[test]
fn a_whole_module_is_read_without_its_classes() {
    let file = tensors::read(&golden("gru_module.pt")).unwrap();
    // Saved after a step of the optimiser: other numbers than gru.pt, the same names.
    let state = tensors::read(&golden("gru.pt")).unwrap();
    let names = |t: &Tensors| t.tensors.iter().map(|t| (t.name.clone(), t.shape.clone())).collect::<Vec<_>>();
    assert_eq!(names(&file), names(&state));
    let file = tensors::read(&golden("module.pt")).unwrap();
    assert_eq!(file.get("0.weight").unwrap().shape, [2, 2]);
    assert_eq!(data(&file, "1.running_var"), [1.0, 1.0]);
}

#[test]
fn a_bare_tensor_is_named_tensor() {
    assert_eq!(tensors::read(&golden("bare.pt")).unwrap().tensors[0].name, "tensor");
}

#[test]
fn other_kinds_of_torch_files_say_what_to_do() {
    let script = tensors::read(&golden("script.pt")).unwrap_err();
    assert!(matches!(script.kind(), Problem::TorchScript), "{script}");
}

/// Every way of calling a foreign name, also where its result is thrown away or hidden.
#[test]
fn a_foreign_global_is_refused_by_name() {
    let pickles: [(&str, &[u8]); 9] = [
        ("reduce", b"\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R."),
        ("protocol 0", b"cposix\nsystem\n(S'ls'\ntR."),
        ("stack global", b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02ls\x85R."),
        ("thrown away", b"\x80\x02cposix\nsystem\n)R0}."),
        ("in a dictionary", b"\x80\x02}X\x01\0\0\0acposix\nsystem\n)Rs."),
        ("instance", b"(S'ls'\niposix\nsystem\n."),
        ("object", b"\x80\x02(cposix\nsystem\nX\x02\0\0\0lso."),
        ("newobj", b"\x80\x02cposix\nsystem\n)\x81."),
        ("only named", b"\x80\x02}X\x01\0\0\0acposix\nsystem\ns."),
    ];
    for (what, pickle) in pickles {
        let error = tensors::read(&archive("foreign.pt", pickle)).unwrap_err();
        let named = matches!(error.kind(), Problem::ForeignGlobal { name, .. } if name == "posix.system");
        assert!(named && error.to_string().contains("nothing in it was executed"), "{what}: {error}");
    }
    // A name of the tensor subset does not vouch for others with its beginning.
    let error =
        tensors::read(&archive("foreign2.pt", b"\x80\x02ctorch\nload\nX\x01\0\0\0x\x85R.")).unwrap_err();
    assert!(error.to_string().contains("`torch.load`"), "{error}");
}

#[test]
fn other_opcodes_are_refused_by_number() {
    let error = tensors::read(&archive("opcode.pt", b"\x80\x02\x82\x01.")).unwrap_err();
    assert!(matches!(error.kind(), Problem::ForbiddenOpcode { opcode: 0x82, offset: 2 }), "{error}");
}

/// `_rebuild_tensor_v2(storage 0 of floats, 0, (sizes), (strides), False, OrderedDict())`.
fn tensor(sizes: &[i32], strides: &[i32]) -> Vec<u8> {
    let mut p = b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n\
                  X\x01\0\0\x000X\x03\0\0\0cpuK\x08tQK\0"
        .to_vec();
    for list in [sizes, strides] {
        p.push(b'(');
        list.iter().for_each(|v| {
            p.push(b'J');
            p.extend(v.to_le_bytes());
        });
        p.push(b't');
    }
    p.extend(b"\x89ccollections\nOrderedDict\n)RtR");
    p
}

#[test]
fn hostile_views_are_refused() {
    let whole = |sizes: &[i32], strides: &[i32]| {
        let pickle = [b"\x80\x02".to_vec(), tensor(sizes, strides), b".".to_vec()].concat();
        tensors::read(&archive(&format!("view{}.pt", sizes.len() + sizes[0] as usize), &pickle))
    };
    assert_eq!(whole(&[2, 4], &[4, 1]).unwrap().tensors[0].data, [0.0; 8]);
    let error = whole(&[3, 4], &[4, 1]).unwrap_err();
    assert!(matches!(error.kind(), Problem::Truncated { found: 32, expected: 48, .. }), "{error}");
    let error = whole(&[1 << 30, 1 << 20], &[0, 0]).unwrap_err();
    assert!(matches!(error.kind(), Problem::TooLarge { .. }), "{error}");
    assert!(whole(&[i32::MAX; 4], &[0; 4]).is_err());
    assert!(whole(&[-1, 4], &[4, 1]).is_err());
    assert!(whole(&[5, 5], &[i32::MAX; 2]).is_err());
}

#[test]
fn hostile_nesting_neither_overflows_nor_hangs() {
    // A million tuples in one another.
    let mut deep = b"\x80\x02)".to_vec();
    deep.extend(vec![0x85; 1 << 20]);
    deep.push(b'.');
    assert!(tensors::read(&archive("deep.pt", &deep)).is_err());
    // A dictionary in itself, and 2^60 paths through shared ones.
    assert!(tensors::read(&archive("itself.pt", b"\x80\x02}q\0X\x01\0\0\0ah\0s.")).is_err());
    let mut shared = b"\x80\x02}q\0".to_vec();
    for i in 1..=60u8 {
        shared.extend([b'}', b'q', i]);
        for key in [b"a", b"b"] {
            shared.extend(b"X\x01\0\0\0");
            shared.extend(key);
            shared.extend([b'h', i - 1, b's']);
        }
    }
    shared.push(b'.');
    assert!(tensors::read(&archive("shared.pt", &shared)).is_err());
}

/// Each time that a pickle names an array again it is read again.
#[test]
fn arrays_met_again_are_bounded() {
    let mut pickle = b"\x80\x03]q\0(cnumpy.core.numeric\n_frombuffer\n(B".to_vec();
    pickle.extend(200_000u32.to_le_bytes());
    pickle.extend([1u8; 200_000]);
    pickle.extend(b"cnumpy\ndtype\nX\x02\0\0\0u1\x85RJ\x40\x0d\x03\0\x85X\x01\0\0\0CtRq\x01");
    let again = |times: usize| [&pickle[..], &b"h\x01".repeat(times), b"e."].concat();
    let few = tensors::read(&archive("again_few.pt", &again(2))).unwrap();
    assert_eq!((few.tensors.len(), few.tensors[2].shape.as_slice()), (3, &[200_000][..]));
    let error = tensors::read(&archive("again_often.pt", &again(100))).unwrap_err();
    assert!(matches!(error.kind(), Problem::TooLarge { unit: "values", .. }), "{error}");
}
