//! Thrift's compact protocol, walked over before a decoder believes its counts.

/// Structures and lists inside each other: Parquet itself has nine.
const DEEPEST: usize = 32;

/// Tells of what a walk meets: the numbers of the fields that it is in, and a whole number, or none at the end of a structure.
pub(super) type Seen<'a> = &'a mut dyn FnMut(&[i64], Option<i64>);

/// Goes over the structure at the start of `bytes`; its length, or none where it ends too early or makes no sense.
pub(super) fn walk(bytes: &[u8], seen: Seen<'_>) -> Option<usize> {
    let mut walk = Walk { bytes, path: vec![], seen };
    walk.fields()?;
    Some(bytes.len() - walk.bytes.len())
}

struct Walk<'a, 'b> {
    bytes: &'a [u8],
    /// Numbers of the fields that the walk is in.
    path: Vec<i64>,
    seen: Seen<'b>,
}

impl Walk<'_, '_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    /// The fields of a structure, up to its end.
    fn fields(&mut self) -> Option<()> {
        if self.path.len() > DEEPEST {
            return None;
        }
        let mut field = 0i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                break;
            }
            field = match head >> 4 {
                0 => self.zigzag()?,
                step => field.checked_add(i64::from(step))?,
            };
            self.path.push(field);
            // The kind of a boolean is its value.
            if !matches!(head & 0xf, 1 | 2) {
                self.value(head & 0xf)?;
            }
            self.path.pop();
        }
        (self.seen)(&self.path, None);
        Some(())
    }

    fn value(&mut self, kind: u8) -> Option<()> {
        match kind {
            1..=3 => self.skip(1),
            4..=6 => {
                let value = self.zigzag()?;
                (self.seen)(&self.path, Some(value));
                Some(())
            }
            7 => self.skip(8),
            8 => {
                let length = self.varint()?;
                self.skip(length)
            }
            9 | 10 => self.list(),
            11 => self.map(),
            12 => self.fields(),
            // A UUID.
            13 => self.skip(16),
            _ => None,
        }
    }

    fn list(&mut self) -> Option<()> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        self.items(count, &[head & 0xf])
    }

    fn map(&mut self) -> Option<()> {
        let count = self.varint()?;
        if count == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        self.items(count, &[kinds >> 4, kinds & 0xf])
    }

    /// Items, which take a byte each at least: too many of them meet the end.
    fn items(&mut self, count: u64, kinds: &[u8]) -> Option<()> {
        // A list in lists adds no field, but it is deeper.
        let depth = self.path.len();
        if kinds.iter().any(|k| (9..=11).contains(k)) {
            self.path.push(0);
        }
        if self.path.len() > DEEPEST {
            return None;
        }
        for _ in 0..count {
            for kind in kinds {
                self.value(*kind)?;
            }
        }
        self.path.truncate(depth);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::walk;

    #[test]
    fn counts_beyond_the_bytes_and_endless_nesting_are_refused() {
        let walk = |bytes: &[u8]| walk(bytes, &mut |_, _| {});
        assert_eq!(walk(&[0x15, 0x02, 0x00, 0x00]), Some(3));
        assert_eq!(walk(&[0x15, 0x02]), None, "no end");
        assert_eq!(walk(&[0x19, 0xf5, 0xff, 0xff, 0xff, 0x7f, 0x00]), None, "a list of 2^27");
        assert_eq!(walk(&[0x1b, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x00]), None, "a map of nothing, often");
        assert_eq!(walk(&[0x18, 0xff, 0x7f, 0x00]), None, "a text of 16383 bytes");
        assert_eq!(walk(&[&[0x1c; 100][..], &[0; 101]].concat()), None, "100 structures");
        assert_eq!(walk(&[&[0x19][..], &[0x19; 100], &[0; 101]].concat()), None, "100 lists");
    }
}
