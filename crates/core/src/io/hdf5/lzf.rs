//! LZF, the fast compression that h5py brings along.
//!
//! A byte below 32 says how many bytes follow as they are (one more than it says). Any other begins a copy of what was unpacked:
//! its upper three bits are the length less two (7: a byte more follows that is added), its lower five and the next byte the
//! distance less one.

/// What `bytes` unpack to; none if they are damaged or it is longer than `most`.
pub(super) fn unpack(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut input = bytes.iter();
    while let Some(&control) = input.next() {
        let control = usize::from(control);
        if control < 32 {
            let (plain, rest) = input.as_slice().split_at_checked(control + 1)?;
            out.extend_from_slice(plain);
            input = rest.iter();
        } else {
            let mut length = control >> 5;
            if length == 7 {
                length += usize::from(*input.next()?);
            }
            let distance = ((control & 31) << 8 | usize::from(*input.next()?)) + 1;
            let start = out.len().checked_sub(distance)?;
            // The copy may run into itself.
            for k in start..start + length + 2 {
                let byte = *out.get(k)?;
                out.push(byte);
            }
        }
        if out.len() > most {
            return None;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::unpack;

    #[test]
    fn copies_run_into_themselves() {
        // `ab`, then eight bytes from two back.
        assert_eq!(unpack(&[1, b'a', b'b', 6 << 5, 1], 100).unwrap(), b"ababababab");
        // A length of 7 + 3 + 2 from one back.
        assert_eq!(unpack(&[0, b'x', 7 << 5, 3, 0], 100).unwrap(), b"xxxxxxxxxxxxx");
    }

    #[test]
    fn damage_is_told() {
        assert_eq!(unpack(&[3, b'a'], 100), None, "too few bytes");
        assert_eq!(unpack(&[0, b'a', 32, 5], 100), None, "a copy from before the start");
        assert_eq!(unpack(&[0, b'x', 7 << 5, 200, 0], 100), None, "too long");
        assert_eq!(unpack(&[], 0), Some(vec![]));
    }
}
