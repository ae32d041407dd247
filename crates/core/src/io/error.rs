//! What can be wrong with a file: typed, naming the place, what was found, what was expected, what to do.

use crate::memory::written;
use std::io;
use std::path::{Path, PathBuf};

/// A file that could not be read or written.
///
/// Its text names the file, the place in it, what was found and expected, and what to do.
///
/// ```
/// use nullcline_core::io::{error::Problem, table::{ReadTable, read}};
///
/// let columns = ["no_such_unit".to_owned()];
/// let what = ReadTable { columns: Some(&columns), ..ReadTable::default() };
/// let error = read("../../datasets/ibl_activity.csv".as_ref(), &what).unwrap_err();
/// assert!(matches!(error.kind(), Problem::MissingColumn { name, .. } if name == "no_such_unit"));
/// assert!(error.path().ends_with("ibl_activity.csv"));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct Error {
    path: PathBuf,
    problem: Box<Problem>,
}

impl Error {
    /// The problem `problem` of the file at `path`.
    pub fn new(path: impl Into<PathBuf>, problem: Problem) -> Self {
        Self { path: path.into(), problem: Box::new(problem) }
    }

    /// The file concerned.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the disk had no room left for the file.
    pub fn is_full(&self) -> bool {
        matches!(self.kind(), Problem::Io { source, .. } if full(source))
    }

    /// What is wrong, to match on.
    pub fn kind(&self) -> &Problem {
        &self.problem
    }
}

/// Whether a disk is full, or what one may use of it.
pub fn full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull, WriteZero};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge | WriteZero)
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant's fields are explained by its message")]
pub enum Problem {
    /// The system refused to open, read or write the file.
    #[error("cannot {doing} the file: {source}; check the path, the permissions and the free space")]
    Io { doing: &'static str, source: io::Error },

    /// A folder stands where a file was expected.
    #[error("this is a folder, expected a file; name the file inside it")]
    Directory,

    /// A pipe, a device or a socket.
    #[error(
        "this is {found}, expected a file: it is read more than once, so write what comes from there to a file first \
         (`< file` in a shell gives /dev/stdin a file)"
    )]
    NoFile { found: &'static str },

    /// The file is another than when reading began.
    #[error(
        "the file changed while it was read ({before} bytes before, {now} now): wait until it is written, or read a copy"
    )]
    Changed { before: u64, now: u64 },

    /// A file of holes.
    #[error(
        "of the file's {} only {} are on the disk: it was not written to the end; copy or save it again",
        written(*length),
        written(*stored)
    )]
    Sparse { length: u64, stored: u64 },

    /// The file has no bytes.
    #[error("the file is empty (0 bytes); it was probably not written to the end, so write it again")]
    Empty,

    /// A file of a set of several is not in the folder.
    #[error(
        "found none of {}, expected one of them; download that file of the set, put it into this folder under one \
         of those names, and name the folder",
        listed(names)
    )]
    MissingSet { names: Vec<String> },

    /// The content is none of the formats that are read here.
    #[error("found {found}, expected {expected}; {advice}")]
    UnknownFormat { found: String, expected: &'static str, advice: &'static str },

    /// The content contradicts its own format.
    #[error("damaged {format} at {place}: {detail}; copy or save the file again")]
    Damaged { format: &'static str, place: String, detail: String },

    /// The file ends before its content does.
    #[error(
        "truncated {format} at {place}: found {found} bytes, expected {expected}; copy or save the file again"
    )]
    Truncated { format: &'static str, place: String, found: u64, expected: u64 },

    /// A valid file uses something that is not read here.
    #[error("{place}: found {found}, expected {expected}; {advice}")]
    Unsupported { place: String, found: String, expected: &'static str, advice: &'static str },

    /// Something claims to be larger than any honest file needs.
    #[error("{place}: found {found} {unit}, expected at most {limit}; the file is damaged or hostile")]
    TooLarge { place: String, unit: &'static str, found: u64, limit: u64 },

    /// Values that would take more memory than a file of its length may ask for.
    #[error(
        "{place}: asks for {} of memory, expected at most {} for a file of its length; if it is meant so, take fewer \
         columns, or say --memory SIZE",
        written(*needs),
        written(*limit)
    )]
    Memory { place: String, needs: u64, limit: u64 },

    /// A pickle asks for a name outside the tensor subset.
    #[error(
        "the pickle {role} `{name}`, expected only tensors in dictionaries; nothing in it was executed. \
         If you trust where the file comes from, save `model.state_dict()` from PyTorch and read that"
    )]
    ForeignGlobal { name: String, role: &'static str },

    /// A pickle uses an instruction outside the tensor subset.
    #[error(
        "the pickle uses opcode {opcode:#04x} at byte {offset}, expected only those of tensors in dictionaries; \
         nothing in it was executed. Save `model.state_dict()` with torch.save, or as safetensors"
    )]
    ForbiddenOpcode { opcode: u8, offset: usize },

    /// Tensors of PyTorch in a pickle by `pickle.dump`.
    #[error(
        "found tensors of PyTorch written by pickle.dump, expected a file by torch.save; nothing in it was executed. \
         If you trust where the file comes from, write it again: torch.save(pickle.load(open(old, \"rb\")), new)"
    )]
    PickledTensors,

    /// A compiled PyTorch program.
    #[error(
        "found a TorchScript program, expected tensors; save its weights: \
         torch.save(torch.jit.load(file).state_dict(), new)"
    )]
    TorchScript,

    /// A numpy array of Python objects.
    #[error(
        "array `{array}`: found pickled Python objects, expected numbers; nothing is ever executed here. {}",
        unpickled(shape)
    )]
    ObjectArray { array: String, shape: Vec<usize> },

    /// Two tensors or arrays share one name.
    #[error("tensor `{name}`: found twice, expected once; rename one of them")]
    DuplicateTensor { name: String },

    /// A tensor's shape does not agree with its number of values.
    #[error("tensor `{name}`: found {found} values, expected {expected} from the shape {shape:?}")]
    Shape { name: String, shape: Vec<usize>, found: usize, expected: usize },

    /// An npz with several arrays, and none was named.
    #[error("found {} arrays ({}), expected one; name the array to read", arrays.len(), listed(arrays))]
    AmbiguousArray { arrays: Vec<String> },

    /// The named array is not in the file.
    #[error("array `{name}`: not found, expected {}", one_of(arrays))]
    MissingArray { name: String, arrays: Vec<String> },

    /// The named column is not in the table.
    #[error("column `{name}`: not found, expected one of {}", listed(columns))]
    MissingColumn { name: String, columns: Vec<String> },

    /// Two columns share one name.
    #[error("column `{name}`: found twice, expected once; rename one of them")]
    DuplicateColumn { name: String },

    /// A text stands where a number was asked for; rows count from 1, without the header.
    #[error(
        "column `{column}`, row {row}: found the text `{value}`, expected a number; leave the column out or clean it"
    )]
    TextValue { column: String, row: usize, value: String },

    /// A column of a type that is no number and no text.
    #[error(
        "column `{column}`: found the type {found}, expected numbers or text; leave it out or flatten it"
    )]
    ColumnType { column: String, found: String },

    /// A row of a text table with too many or too few fields; lines count from 1.
    #[error(
        "line {line} has a wrong number of fields: found {found}, expected {expected} as in the first row; check quotes and separators"
    )]
    RaggedRow { line: u64, found: u64, expected: u64 },

    /// A quoted cell holds what looks like further rows.
    #[error(
        "line {line}: the quoted cell of column `{column}` goes over several lines, and one of them looks like a row of the table \
         (`{text}`): a quote is opened or closed at the wrong place; mend it, or take the line breaks out of the cell"
    )]
    SwallowedRows { line: u64, column: String, text: String },

    /// Decimal commas and decimal points in one file.
    #[error(
        "column `{column}`, row {row}: found `{value}`, which mixes decimal commas with decimal points in one file, \
         expected one of them; write the numbers with decimal points"
    )]
    MixedDecimals { column: String, row: usize, value: String },

    /// A table without rows or without columns.
    #[error(
        "found {rows} rows and {columns} columns, expected at least one of each; record or export the table again"
    )]
    NoRows { rows: usize, columns: usize },

    /// Columns of one table differ in length.
    #[error("column `{column}`: found {found} rows, expected {expected} as in the first column")]
    UnequalColumns { column: String, found: usize, expected: usize },
}

impl Problem {
    pub(crate) fn damaged(format: &'static str, place: impl Into<String>, detail: impl ToString) -> Self {
        let mut detail = detail.to_string().trim().replace("\\n", " ").replace('\n', " ");
        detail.truncate(detail.trim_end().len());
        if let Some((end, _)) = detail.char_indices().nth(300) {
            detail.truncate(end);
        }
        Self::Damaged { format, place: place.into(), detail }
    }

    /// Fails if `values` numbers are more than `limit` bytes can hold.
    pub fn afford(place: impl Into<String>, values: u64, limit: u64) -> Result<(), Self> {
        let needs = values.saturating_mul(8);
        match needs <= limit {
            true => Ok(()),
            false => Err(Self::Memory { place: place.into(), needs, limit }),
        }
    }

    pub(crate) fn reading(source: io::Error) -> Self {
        Self::Io { doing: "read", source }
    }

    /// A write that failed.
    pub fn writing(source: io::Error) -> Self {
        Self::Io { doing: "write", source }
    }

    /// Says what a failed read of `format` at `place` means: an end of file is a truncation, other
    /// complaints of a decoder are damage.
    pub(crate) fn read(format: &'static str, place: &str, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::UnexpectedEof => Self::damaged(format, place, "the data end too early"),
            io::ErrorKind::Unsupported => Self::Unsupported {
                place: place.into(),
                found: source.to_string(),
                expected: "data as they are, or deflated",
                advice: "save the file again by numpy.savez or torch.save",
            },
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                Self::damaged(format, place, source)
            }
            _ => Self::reading(source),
        }
    }
}

/// How an array of objects of some shape can be saved as numbers.
fn unpickled(shape: &[usize]) -> &'static str {
    match shape.len() {
        0 => {
            "With a = numpy.load(file, allow_pickle=True).item(), save its arrays: numpy.savez(new, **a) if a is a \
             dictionary of arrays"
        }
        1 => {
            "With a = numpy.load(file, allow_pickle=True): trials of unequal length (time x units) are saved by \
             numpy.save(new, numpy.column_stack([numpy.repeat(range(len(a)), [len(t) for t in a]), numpy.concatenate(a)])) \
             and read with --trial x0; records with text by pandas.DataFrame(a).to_csv(new, index=False); plain numbers by \
             numpy.save(new, a.astype(float))"
        }
        _ => "Save it with a numeric dtype: numpy.save(new, array.astype(float))",
    }
}

/// Names, of which one was expected.
fn one_of(names: &[String]) -> String {
    if names.is_empty() {
        "an array that can be read; there is none of that name".into()
    } else {
        format!("one of {}", listed(names))
    }
}

/// At most a dozen names, so that a message stays readable.
pub fn listed(names: &[String]) -> String {
    let mut text =
        names.iter().take(12).map(|n| format!("`{}`", super::shown::name(n))).collect::<Vec<_>>().join(", ");
    if names.len() > 12 {
        text.push_str(&format!(", ... ({} in all)", names.len()));
    }
    text
}
