//! What an error of the decoder of HDF5's structures means.

use hdf5_reader::error::Error as Raw;

use super::super::error::Problem;

/// The format, for messages.
pub(super) const FORMAT: &str = "HDF5";

/// What is wrong with the file where `place` was read.
pub(super) fn told(place: &str, error: Raw) -> Problem {
    let unsupported = |found: String, advice| Problem::Unsupported {
        place: place.to_owned(),
        found,
        expected: "what HDF5 1.6 to 2.0 write for numbers, text and groups",
        advice,
    };
    match error {
        Raw::Context { source, .. } => told(place, *source),
        Raw::Io(source) => Problem::read(FORMAT, place, source),
        Raw::UnsupportedLayoutClass(3) => {
            unsupported("a virtual dataset, whose values are in other files".into(), super::REPACK)
        }
        Raw::UnsupportedDatatypeClass(11) => unsupported(
            "complex numbers of HDF5 2.0".into(),
            "save their parts as two datasets: h[name + '_re'] = a.real; h[name + '_im'] = a.imag",
        ),
        Raw::UnsupportedSuperblockVersion(_)
        | Raw::UnsupportedLinkType(_)
        | Raw::UnsupportedEncoding(_)
        | Raw::UnsupportedDatatypeClass(_) => unsupported(error.to_string(), super::REPACK),
        other => Problem::damaged(FORMAT, place, other),
    }
}

/// A structure that contradicts itself or the file.
pub(super) fn damaged(place: &str, detail: impl ToString) -> Problem {
    Problem::damaged(FORMAT, place, detail)
}
