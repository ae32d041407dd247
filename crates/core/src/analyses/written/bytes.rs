//! Paths that are not UTF-8, as text from which they are read back to the byte.

use serde_json::{Map, Value};
use std::ffi::{OsStr, OsString};

/// The only key of such a path.
const KEY: &str = "escaped";

/// `{"escaped": TEXT}`: bytes beyond ASCII, controls and `%` as `%` with two hexadecimal digits.
pub(super) fn write(path: &OsStr) -> Value {
    let plain = |b: &u8| (b' '..=b'~').contains(b) && *b != b'%';
    let text: String = path
        .as_encoded_bytes()
        .iter()
        .map(|b| if plain(b) { char::from(*b).to_string() } else { format!("%{b:02X}") })
        .collect();
    Value::Object([(KEY.to_owned(), Value::String(text))].into_iter().collect())
}

/// The path that was written; none of anything else.
pub(super) fn read(value: &Map<String, Value>) -> Option<OsString> {
    let text = value.get(KEY).filter(|_| value.len() == 1)?.as_str()?;
    let (mut bytes, mut rest) = (vec![], text.as_bytes());
    while let [first, more @ ..] = rest {
        let (byte, after) = match (first, more) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |c: &u8| char::from(*c).to_digit(16);
                (u8::try_from(16 * digit(high)? + digit(low)?).ok()?, after)
            }
            (b'%', _) => return None,
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    native(bytes)
}

#[cfg(unix)]
fn native(bytes: Vec<u8>) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes))
}

/// Elsewhere bytes alone make no name unless they are UTF-8.
#[cfg(not(unix))]
fn native(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(Into::into)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (1..=255).collect();
        let name = OsStr::from_bytes(&all);
        let written = write(name);
        assert!(written["escaped"].as_str().unwrap().is_ascii());
        assert_eq!(read(written.as_object().unwrap()).as_deref(), Some(name));
        assert_eq!(write(OsStr::from_bytes(b"a%\xff/b c"))["escaped"], "a%25%FF/b c");
        for wrong in ["%", "%f", "%zz"] {
            assert_eq!(read(serde_json::json!({"escaped": wrong}).as_object().unwrap()), None, "{wrong}");
        }
        assert_eq!(read(&Map::new()), None);
    }
}
