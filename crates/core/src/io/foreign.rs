//! Formats of weights that are not read: what they are, and the line that writes them as one that is.

use super::advice;
use std::path::Path;

/// What a file is, and what to do.
pub(crate) type Foreign = (&'static str, &'static str);

const ORBAX: &str = "save its arrays from Python: np.savez(\"net.npz\", **{jax.tree_util.keystr(k, simple=True, separator=\".\"): v for k, v in \
     jax.tree_util.tree_leaves_with_path(orbax.checkpoint.StandardCheckpointer().restore(\"/FULL/PATH\"))})";
const TENSORFLOW: &str = "save its arrays from Python: r = tf.train.load_checkpoint(\"PREFIX\"); np.savez(\"net.npz\", **{k: r.get_tensor(k) \
     for k in r.get_variable_to_shape_map()})";
const BSON: &str = "save its arrays from Julia: using BSON, NPZ; npzwrite(\"net.npz\", Dict(\"W\" => BSON.load(\"FILE\")[:W]))";

/// What a file that begins with `head` is; none if nothing of here.
pub(crate) fn by_content(head: &[u8]) -> Option<Foreign> {
    match head {
        [0x04, 0x22, 0x4d, 0x18, ..] => Some(("lz4-compressed data, as joblib writes them", advice::JOBLIB)),
        [0x5d, 0, 0, _, _, 0xff, 0xff, ..] => {
            Some(("lzma-compressed data, as joblib writes them", advice::JOBLIB))
        }
        _ if head.starts_with(b"model_checkpoint_path:") => {
            Some(("the list of a TensorFlow checkpoint", TENSORFLOW))
        }
        _ if head.starts_with(b"# Created by Octave") || head.starts_with(b"Octave-1-") => {
            Some(("a file in Octave's own format", "save it from Octave for MATLAB: save -v7 net.mat W"))
        }
        _ if bson(head) => Some(("BSON, as Julia's Flux writes it", BSON)),
        _ => None,
    }
}

/// A document of BSON: its length, and a dictionary or an array under a name.
fn bson(head: &[u8]) -> bool {
    match head {
        [_, _, _, 0, 0x03 | 0x04, name @ ..] => {
            let end = name.iter().position(|c| *c == 0).unwrap_or(0);
            let length = name.get(end + 1..end + 5);
            let printable = |n: &[u8]| n.iter().all(|c| (b' '..=b'~').contains(c));
            (1..64).contains(&end)
                && name.get(..end).is_some_and(printable)
                && length.is_some_and(|l| l.last() == Some(&0))
        }
        _ => false,
    }
}

/// What a file is by its name, for those that begin as anything might.
pub(crate) fn by_name(path: &Path) -> Option<Foreign> {
    let name = path.file_name()?.to_str()?;
    match name {
        "saved_model.pb" => Some(("a TensorFlow SavedModel", TENSORFLOW)),
        _ if name.ends_with(".ckpt.index") || name.contains(".data-0000") => {
            Some(("a part of a TensorFlow checkpoint", TENSORFLOW))
        }
        _ => None,
    }
}

/// What a folder is.
pub(crate) fn folder(path: &Path) -> Option<Foreign> {
    let has = |name: &str| path.join(name).exists();
    if ["_CHECKPOINT_METADATA", "manifest.ocdbt", "_METADATA"].into_iter().any(has) {
        return Some(("a checkpoint by Orbax", ORBAX));
    }
    has("saved_model.pb").then_some(("a TensorFlow SavedModel", TENSORFLOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let what = |head: &[u8]| by_content(head).map(|(found, _)| found);
        // joblib.dump({"W": np.ones(3)}, file, compress=("lz4", 3))
        assert!(what(b"\x04\"M\x18@@\xc0\xe8\0\0\0R").unwrap().starts_with("lz4"));
        // bson.encode({"W": {"tag": "array", "data": b"abc"}})
        assert!(what(b"*\0\0\0\x03W\0\"\0\0\0\x02tag\0").unwrap().starts_with("BSON"));
        assert!(what(b"# Created by Octave 6.1.0\n").unwrap().contains("Octave"));
        for other in [&b"a,b\n1,2\n"[..], b"\0\0\0\0\x03", b"", b"\x80\x02}q\0.", b"\x93NUMPY"] {
            assert_eq!(what(other), None);
        }
        let named = |name: &str| by_name(Path::new(name)).is_some();
        assert!(
            named("run/model.ckpt.data-00000-of-00001") && named("model.ckpt.index") && !named("net.data")
        );
    }

    #[test]
    fn a_folder_by_orbax_is_told() {
        let path = std::env::temp_dir().join(format!("nullcline_orbax_{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        assert!(folder(&path).is_none());
        std::fs::write(path.join("_METADATA"), "{}").unwrap();
        let found = folder(&path);
        std::fs::remove_dir_all(&path).unwrap();
        assert_eq!(found.unwrap().0, "a checkpoint by Orbax");
    }
}
