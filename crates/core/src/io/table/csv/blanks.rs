//! Runs of blanks as separators.

use std::io::{self, BufRead, Read};

/// Text in which every run of blanks and tabs between two fields has become one tab; runs at the ends of a line
/// are gone, those in quotes are kept.
pub(super) struct Blanks<R> {
    inner: R,
    on: bool,
    quoted: bool,
    at_start: bool,
    pending: bool,
    /// A byte that did not fit behind its tab.
    kept: Option<u8>,
}

impl<R: BufRead> Blanks<R> {
    /// Passes `inner` on, unchanged unless `on`.
    pub(super) fn new(inner: R, on: bool) -> Self {
        Self { inner, on, quoted: false, at_start: true, pending: false, kept: None }
    }
}

impl<R: BufRead> Read for Blanks<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.on || out.is_empty() {
            return self.inner.read(out);
        }
        let mut written = 0;
        if let Some(byte) = self.kept.take() {
            out[0] = byte;
            written = 1;
        }
        loop {
            let bytes = self.inner.fill_buf()?;
            if bytes.is_empty() || written == out.len() {
                return Ok(written);
            }
            let mut used = 0;
            for &byte in bytes {
                if written == out.len() {
                    break;
                }
                used += 1;
                match byte {
                    b' ' | b'\t' if !self.quoted => {
                        self.pending = !self.at_start;
                        continue;
                    }
                    b'\n' | b'\r' if !self.quoted => {
                        self.pending = false;
                        self.at_start = true;
                    }
                    _ => {
                        self.quoted ^= byte == b'"';
                        self.at_start = false;
                    }
                }
                if std::mem::take(&mut self.pending) {
                    out[written] = b'\t';
                    written += 1;
                    if written == out.len() {
                        self.kept = Some(byte);
                        break;
                    }
                }
                out[written] = byte;
                written += 1;
            }
            self.inner.consume(used);
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_become_tabs_whatever_the_buffers() {
        let text = "  a  \"b  c\" \t d \r\n\n1 2\t3  \n";
        for size in 1..9 {
            let inner = io::BufReader::with_capacity(size, text.as_bytes());
            let mut reader = Blanks::new(inner, true);
            let (mut all, mut part) = (Vec::new(), vec![0; size]);
            loop {
                match reader.read(&mut part).unwrap() {
                    0 => break,
                    n => all.extend_from_slice(&part[..n]),
                }
            }
            assert_eq!(String::from_utf8(all).unwrap(), "a\t\"b  c\"\td\r\n\n1\t2\t3\n", "{size}");
        }
    }
}
