//! CSV, and the words that changes of each format put in.

use super::Seed;
use crate::readers::Reader;

pub fn csv() -> Vec<Seed> {
    let own = [
        ("comma", "a,b,c\n1,2.5,x\n3,-4e-3,y\n,NaN,\"z, \"\"w\"\"\"\n"),
        ("semicolon", "zeit;wert\r\n1;2,5\r\n2;1.234,75\r\n3;-0,125\r\n"),
        ("tab", "t\tx\ty\n0\t1.5\ttrue\n1\t2.5\tfalse\n2\tn/a\ttrue\n"),
        ("blanks", "# run 7\n# t x y\n  0.0  1.0  2.0\n  0.5 -1.0  4.0\n  1.0  3.0 -2.0\n"),
        ("bar", "sep=|\nu|v\n1|2\n3|4\n"),
        ("nameless", "1.5,2.5,3.5\n4.5,5.5,6.5\n7.5,8.5,9.5\n"),
        ("counted", ",0,1,2\n0,0.1,0.2,0.3\n1,0.4,0.5,0.6\n2,0.7,0.8,0.9\n"),
        ("mark", "\u{feff}x,y\r1,2\r3,4\r"),
        ("late", &("v\n".to_owned() + &"1\n".repeat(1100) + "word\n2\n")),
    ];
    let own = own.map(|(name, text)| Seed::plain(name, text.as_bytes().to_vec()));
    let golden = ["io/european.csv", "io/pandas.csv", "io/pandas_index.csv"].map(Seed::golden);
    own.into_iter().chain(golden).collect()
}

pub fn alignments() -> Vec<Seed> {
    let own = [
        ("fasta", ">one\nACD-EF\n>two of them\nACDWE\nF\n\n>three\r\nA--WEF\r\n"),
        ("a2m", ">one\nAC.D-aEF\n>two\nACxD-.EF\n;a comment\n>three\nA--w-.EFG\n"),
        ("stockholm", "# STOCKHOLM 1.0\n#=GF ID x\none  ACD..EF\ntwo  AC-gaEF\n\none  GG\ntwo  G-\n//\n"),
    ];
    own.map(|(name, text)| Seed::plain(name, text.as_bytes().to_vec())).into_iter().collect()
}

const ALIGNMENT: [&str; 16] = [
    ">",
    ">\n",
    "\n",
    "\r\n",
    ";",
    "-",
    ".",
    "*",
    "# STOCKHOLM 1.0\n",
    "//",
    "#=GC",
    " ",
    "\t",
    "\0",
    "\u{feff}",
    "acgt",
];
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1e308",
    "1e999",
    "-1e-400",
    "4294967296",
    "9007199254740993",
    "18446744073709551615",
    "9223372036854775808",
    "NaN",
    "-inf",
    "nan(ind)",
    "0x7f",
    "1.234.567,8",
    "1,234,567.8",
    "00000000000000000001",
];
const CSV: [&str; 22] = [
    ",", ";", "\t", "|", "\"", "\"\"", "\"\n", "\n", "\r", "\r\n", "\n\n\n", "#", "%", "//", "sep=;\n",
    "\u{feff}", "true", "n/a", "#N/A", "\0", " ", "\u{85}",
];
const ARRAYS: [&str; 30] = [
    "'",
    "(",
    ")",
    "[",
    "{",
    "((((((((((((((((",
    "[[[[[[[[[[[[[[[[",
    "{'a':",
    ",",
    "True",
    "False",
    "None",
    "'<f8'",
    "'>i2'",
    "'|O'",
    "'<U1000000'",
    "'|V9'",
    "'<c16'",
    "'|S0'",
    "'<M8[ns]'",
    "('a', '<f8')",
    "('a', '<f8', (1000000,))",
    "(0, 1152921504606846976)",
    "(4294967296, 0, 4294967296)",
    "'descr':",
    "'shape':",
    "'fortran_order':",
    "\\",
    "#",
    "b'",
];
const JSON: [&str; 26] = [
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    "[[[[[[[[[[[[[[[[[[[[",
    ":",
    ",",
    "null",
    "true",
    "\"dtype\":",
    "\"F64\"",
    "\"F32\"",
    "\"BF16\"",
    "\"F8_E5M2\"",
    "\"I8\"",
    "\"U64\"",
    "\"shape\":",
    "[0,18446744073709551615]",
    "\"data_offsets\":",
    "\"data_offsets\":[0,0]",
    "\"__metadata__\":",
    "{\"a\":{\"a\":{\"a\":",
];
/// Instructions of pickles, with what they take.
const PICKLE: [&[u8]; 40] = [
    b"(",
    b".",
    b"0",
    b"1",
    b"2",
    b"t",
    b"l",
    b"d",
    b"]",
    b")",
    b"}",
    b"a",
    b"e",
    b"s",
    b"u",
    b"b",
    b"R",
    b"Q",
    b"N",
    b"\x88",
    b"\x80\x02",
    b"\x85",
    b"\x86",
    b"\x87",
    b"\x81",
    b"\x8f",
    b"\x90",
    b"\x94",
    b"\x93",
    b"\x95\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"J\xff\xff\xff\x7f",
    b"K\xff",
    b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x8b\xff\xff\xff\x7f",
    b"B\xff\xff\xff\x7f",
    b"X\xff\xff\xff\xff",
    b"q\x00",
    b"h\x00",
    b"r\xff\xff\xff\xff",
    b"ctorch._utils\n_rebuild_tensor_v2\n",
];
const GLOBALS: [&[u8]; 10] = [
    b"ccollections\nOrderedDict\n",
    b"ctorch\nFloatStorage\n",
    b"ctorch\nBoolStorage\n",
    b"cnumpy\ndtype\n",
    b"cnumpy.core.multiarray\n_reconstruct\n",
    b"cnumpy\nndarray\n",
    b"c_codecs\nencode\n",
    b"cos\nsystem\n",
    b"cnumpy.core.multiarray\nscalar\n",
    b"ctorch._utils\n_rebuild_parameter\n",
];

/// What thrift and flatbuffers are made of: ends, long lists, deep structures.
const BINARY: [&[u8]; 12] = [
    b"\0",
    b"\x0c",
    b"\x1c",
    b"\x3c\x3c\x3c\x3c\x3c\x3c\x3c\x3c",
    b"\x19\xfc\xff\xff\xff\xff\x0f",
    b"\xfc\xff\xff\xff\x0f",
    b"\x15\xfe\xff\xff\xff\x0f",
    b"\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x18\xff\xff\xff\xff\x0f",
    b"\xff\xff\xff\xff",
    b"PAR1",
    b"ARROW1\0\0",
];

fn bytes<const N: usize>(words: [&'static str; N]) -> Vec<&'static [u8]> {
    words.map(str::as_bytes).to_vec()
}

/// The words of a format.
pub fn words(reader: Reader) -> Vec<&'static [u8]> {
    match reader {
        Reader::Csv => [bytes(CSV), bytes(NUMBERS)].concat(),
        Reader::Npy | Reader::Npz | Reader::Potts => [bytes(ARRAYS), bytes(NUMBERS)].concat(),
        Reader::Safetensors | Reader::Json => [bytes(JSON), bytes(NUMBERS)].concat(),
        Reader::Matlab | Reader::Hdf5 | Reader::Keras | Reader::Flax | Reader::Onnx => BINARY.to_vec(),
        Reader::Equinox => [bytes(ARRAYS), bytes(NUMBERS)].concat(),
        Reader::Pytorch | Reader::Pickle => [PICKLE.to_vec(), GLOBALS.to_vec()].concat(),
        Reader::Parquet | Reader::Arrow | Reader::Stream => BINARY.to_vec(),
        Reader::Idx => vec![],
        Reader::Alignment => bytes(ALIGNMENT),
    }
}
