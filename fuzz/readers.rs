//! The formats, and every way in which the library reads a file of them.

use crate::seeds::pictures;
use nullcline::analyses::potts;
use nullcline::analyses::{AnalysisSettings, Config, NetworkSettings, RecordingSettings, inspect};
use nullcline::io::error::{Error, Problem};
use nullcline::io::table::{self, Kind, ReadTable, Values};
use nullcline::io::{alignment, idx, tensors};
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Safetensors,
    Npy,
    Npz,
    Pytorch,
    Pickle,
    Matlab,
    Hdf5,
    Keras,
    Flax,
    Equinox,
    Onnx,
    Json,
    Csv,
    Parquet,
    Arrow,
    Stream,
    Idx,
    Alignment,
    Potts,
}

pub const READERS: [Reader; 19] = [
    Reader::Safetensors,
    Reader::Npy,
    Reader::Npz,
    Reader::Pytorch,
    Reader::Pickle,
    Reader::Matlab,
    Reader::Hdf5,
    Reader::Keras,
    Reader::Flax,
    Reader::Equinox,
    Reader::Onnx,
    Reader::Json,
    Reader::Csv,
    Reader::Parquet,
    Reader::Arrow,
    Reader::Stream,
    Reader::Idx,
    Reader::Alignment,
    Reader::Potts,
];

/// One way of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Tensors,
    Table,
    Pieces,
    Labels,
    Inspect,
    Pictures,
    Sequences,
    Model,
}

/// What one way made of a file: a hash of what it holds where that is asked for, or the kind of error.
pub type Read = Result<u64, &'static str>;

/// Kinds of errors, by their names in the library; `Contained` are panics of a decoder that it made errors of.
pub const KINDS: [&str; 25] = [
    "Io",
    "Directory",
    "Empty",
    "MissingSet",
    "UnknownFormat",
    "Damaged",
    "Truncated",
    "Unsupported",
    "TooLarge",
    "ForeignGlobal",
    "ForbiddenOpcode",
    "PickledTensors",
    "TorchScript",
    "ObjectArray",
    "DuplicateTensor",
    "Shape",
    "AmbiguousArray",
    "MissingArray",
    "MissingColumn",
    "DuplicateColumn",
    "TextValue",
    "ColumnType",
    "RaggedRow",
    "Contained",
    "other",
];

impl Reader {
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Npy => "npy",
            Self::Npz | Self::Potts => "npz",
            Self::Pytorch => "pt",
            Self::Pickle => "pkl",
            Self::Matlab => "mat",
            Self::Hdf5 => "h5",
            Self::Keras => "keras",
            Self::Flax => "msgpack",
            Self::Equinox => "eqx",
            Self::Onnx => "onnx",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow | Self::Stream => "arrow",
            Self::Idx => "idx",
            Self::Alignment => "fasta",
        }
    }

    /// Where the file lies in a folder of its own, for the seed `name`, and what lies beside it.
    pub fn place(self, folder: &Path, seed: &str) -> PathBuf {
        match self {
            Self::Idx if seed.starts_with("labels") => folder.join("train-labels-idx1-ubyte"),
            Self::Idx => folder.join("train-images-idx3-ubyte"),
            _ => folder.join(format!("file.{}", self.extension())),
        }
    }

    /// Whether files of the format are never tables.
    fn weights_alone(self) -> bool {
        use Reader::*;
        matches!(self, Safetensors | Pytorch | Pickle | Keras | Flax | Equinox | Onnx | Json)
    }

    /// The ways in which files of the format are read; what `inspect` says is asked of some.
    pub fn ways(self, number: u64) -> &'static [Way] {
        use Way::*;
        match self {
            Self::Idx => &[Pictures],
            Self::Alignment if number.is_multiple_of(8) => &[Sequences, Inspect],
            Self::Alignment => &[Sequences],
            Self::Potts if number.is_multiple_of(8) => &[Tensors, Model, Inspect],
            Self::Potts => &[Tensors, Model],
            Self::Npy | Self::Npz | Self::Matlab | Self::Hdf5 if number.is_multiple_of(8) => {
                &[Tensors, Table, Pieces, Labels, Inspect]
            }
            Self::Npy | Self::Npz | Self::Matlab | Self::Hdf5 => &[Tensors, Table, Pieces, Labels],
            _ if self.weights_alone() && number.is_multiple_of(8) => &[Tensors, Inspect],
            _ if self.weights_alone() => &[Tensors],
            _ if number.is_multiple_of(8) => &[Table, Pieces, Labels, Inspect],
            _ => &[Table, Pieces, Labels],
        }
    }
}

impl Way {
    pub fn read(self, path: &Path, hash: bool) -> Read {
        match self {
            Self::Tensors => tensors(path, hash),
            Self::Table => whole(path, hash),
            Self::Pieces => pieces(path, hash),
            Self::Labels => labels(path, hash),
            Self::Sequences => sequences(path, hash),
            Self::Model => model(path, hash),
            Self::Pictures => pictures(path.parent().unwrap_or(path), hash),
            Self::Inspect => {
                let config = config(path);
                inspect(&config).map(|_| 0).map_err(|e| {
                    drop(e.to_string());
                    "other"
                })
            }
        }
    }
}

fn config(path: &Path) -> Config {
    Config {
        file: path.into(),
        seed: 0,
        modules: None,
        network: NetworkSettings::default(),
        recording: RecordingSettings::default(),
        analyses: AnalysisSettings::default(),
    }
}

/// The kind of an error; its text is made too, for that must not fail either.
fn kind(error: Error) -> &'static str {
    struct First(String);
    impl Write for First {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            let word = text.chars().all(char::is_alphanumeric);
            self.0 += if word { text } else { "" };
            if self.0.is_empty() { Ok(()) } else { Err(std::fmt::Error) }
        }
    }
    if error.to_string().contains("the decoder gave up") {
        return "Contained";
    }
    let mut first = First(String::new());
    let _ = write!(first, "{:?}", error.kind());
    KINDS.into_iter().find(|kind| *kind == first.0).unwrap_or("other")
}

fn tensors(path: &Path, hash: bool) -> Read {
    let found = tensors::read(path).map_err(kind)?;
    let mut state = DefaultHasher::new();
    if hash {
        for t in &found.tensors {
            (&t.name, &t.shape, &t.dtype).hash(&mut state);
            t.data.iter().for_each(|v| v.to_bits().hash(&mut state));
        }
        found.metadata.hash(&mut state);
    }
    Ok(state.finish())
}

/// The array of an npz that is read: each in its turn.
fn array(path: &Path) -> Result<Option<String>, &'static str> {
    match table::schema(path, None) {
        Err(error) => match error.kind() {
            // Another one of each file, the same whenever it is read.
            Problem::AmbiguousArray { arrays } => {
                let length = std::fs::metadata(path).map_or(0, |m| m.len() as usize);
                Ok(arrays.get(length % arrays.len().max(1)).cloned())
            }
            _ => Err(kind(error)),
        },
        Ok(_) => Ok(None),
    }
}

fn whole(path: &Path, hash: bool) -> Read {
    let array = array(path)?;
    let what = ReadTable { array: array.as_deref(), columns: None };
    let found = table::read(path, &what).map_err(kind)?;
    let mut state = DefaultHasher::new();
    if hash {
        for column in &found.columns {
            column.name.hash(&mut state);
            match &column.values {
                Values::Number(values) => values.iter().for_each(|v| v.to_bits().hash(&mut state)),
                Values::Text(values) => values.hash(&mut state),
            }
        }
    }
    Ok(state.finish())
}

fn pieces(path: &Path, hash: bool) -> Read {
    let array = array(path)?;
    let schema = table::schema(path, array.as_deref()).map_err(kind)?;
    let numbers = schema.columns.iter().filter(|c| c.kind == Kind::Number);
    let names: Vec<String> = numbers.map(|c| c.name.clone()).take(64).collect();
    if names.is_empty() {
        return Err("NoNumbers");
    }
    let mut state = DefaultHasher::new();
    let mut take = |chunk: table::Chunk| {
        if hash {
            chunk.columns.iter().flatten().for_each(|v| v.to_bits().hash(&mut state));
        }
        Ok(())
    };
    table::stream(path, &names, array.as_deref(), 3, &mut take).map_err(kind)?;
    Ok(state.finish())
}

fn labels(path: &Path, hash: bool) -> Read {
    let array = array(path)?;
    let schema = table::schema(path, array.as_deref()).map_err(kind)?;
    let text = schema.columns.iter().rev().find(|c| !matches!(c.kind, Kind::Other(_))).ok_or("ColumnType")?;
    let mut state = DefaultHasher::new();
    let mut take = |label: &str| {
        if hash {
            label.hash(&mut state);
        }
    };
    table::labels(path, array.as_deref(), &text.name, &mut take).map_err(kind)?;
    Ok(state.finish())
}

fn pictures(folder: &Path, hash: bool) -> Read {
    let (train, test) = idx::mnist(folder).map_err(kind)?;
    let mut state = DefaultHasher::new();
    if hash {
        for set in [train, test] {
            (set.rows, set.columns, set.values, set.labels).hash(&mut state);
        }
    }
    Ok(state.finish())
}

fn sequences(path: &Path, hash: bool) -> Read {
    let found = alignment::read(path).map_err(kind)?;
    let mut state = DefaultHasher::new();
    if hash {
        (&found.names, found.columns, found.insertions, found.letters()).hash(&mut state);
    }
    Ok(state.finish())
}

fn model(path: &Path, hash: bool) -> Read {
    let found = potts::open(path).map_err(|e| {
        drop(e.to_string());
        "other"
    })?;
    let mut state = DefaultHasher::new();
    if hash {
        let model = &found.model;
        model.fields.iter().for_each(|v| v.to_bits().hash(&mut state));
        for column in model.couplings.col_iter() {
            column.iter().for_each(|v| v.to_bits().hash(&mut state));
        }
        (found.site_names(), found.state_names(), &found.letters).hash(&mut state);
    }
    Ok(state.finish())
}

/// Writes what must lie beside the file.
pub fn furnish(reader: Reader, folder: &Path) -> std::io::Result<()> {
    if reader == Reader::Idx {
        for (name, bytes) in pictures::beside() {
            std::fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
