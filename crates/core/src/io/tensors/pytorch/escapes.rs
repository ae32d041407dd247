//! Texts of protocol 0: lines of Latin-1 with escapes.

/// A Unicode text, in which only `\\uXXXX` and `\\UXXXXXXXX` stand for something else; none at a wrong one.
pub(super) fn unicode(line: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let digits = match (byte, after.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => {
                text.push(char::from(*byte));
                continue;
            }
        };
        text.push(char::from_u32(hexadecimal(after.get(1..=digits)?)?)?);
        rest = after.get(1 + digits..)?;
    }
    Some(text)
}

/// A string of Python 2 in quotes, as `repr` writes it: each byte as the character of its number; none at a wrong escape.
pub(super) fn quoted(line: &[u8]) -> Option<String> {
    let line = line.trim_ascii();
    let inner = match line {
        [open @ (b'\'' | b'"'), inner @ .., close] if open == close => inner,
        _ => return None,
    };
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            text.push(char::from(*byte));
            continue;
        }
        let (escape, after) = after.split_first()?;
        rest = after;
        text.push(match escape {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'\\' | b'\'' | b'"' => char::from(*escape),
            b'x' => {
                rest = after.get(2..)?;
                char::from(u8::try_from(hexadecimal(after.get(..2)?)?).ok()?)
            }
            _ => return None,
        });
    }
    Some(text)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let digit = |d: &u8| char::from(*d).to_digit(16);
    digits.iter().try_fold(0u32, |value, d| value.checked_mul(16)?.checked_add(digit(d)?))
}
