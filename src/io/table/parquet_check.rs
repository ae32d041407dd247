//! The footer of a Parquet file, walked before a decoder believes its counts.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::super::error::Problem;
use super::types::MOST_COLUMNS;

const FORMAT: &str = "parquet";
/// Structures and lists inside each other: the format itself has nine.
const DEEPEST: usize = 32;
/// Groups inside each other in the schema.
const DEEPEST_SCHEMA: usize = 64;
/// The list of schema elements in the footer, and the number of children in each.
const SCHEMA: &[i64] = &[2];
const CHILDREN: &[i64] = &[2, 5];

/// Fails at a footer that claims more than its bytes can hold, or a schema that is no tree of sensible depth.
pub(super) fn footer(mut file: &File) -> Result<(), Problem> {
    let length = file.metadata().map_err(Problem::reading)?.len();
    let short =
        |expected| Problem::Truncated { format: FORMAT, place: "the footer".into(), found: length, expected };
    let end = length.checked_sub(8).ok_or_else(|| short(12))?;
    let mut tail = [0; 8];
    file.seek(SeekFrom::Start(end)).map_err(Problem::reading)?;
    file.read_exact(&mut tail).map_err(Problem::reading)?;
    let [a, b, c, d, magic @ ..] = tail;
    if &magic != b"PAR1" {
        // An encrypted footer, or none: the decoder says what it misses.
        return Ok(());
    }
    let size = u64::from(u32::from_le_bytes([a, b, c, d]));
    let start = end.checked_sub(size).ok_or_else(|| short(size + 12))?;
    let mut bytes = vec![];
    file.seek(SeekFrom::Start(start)).map_err(Problem::reading)?;
    file.take(size).read_to_end(&mut bytes).map_err(Problem::reading)?;
    let mut walk = Walk { bytes: &bytes, path: vec![], schema: Schema::default() };
    walk.fields().ok_or_else(|| damaged("counts or lengths that its bytes cannot hold"))?;
    walk.schema.check()
}

fn damaged(detail: &str) -> Problem {
    Problem::damaged(FORMAT, "the footer", detail)
}

/// The schema's elements in their order, each by its number of children.
#[derive(Default)]
struct Schema {
    children: Vec<i64>,
    /// Children of the element that is being read.
    own: i64,
}

impl Schema {
    fn check(&self) -> Result<(), Problem> {
        let mut open: Vec<i64> = vec![];
        for (k, children) in self.children.iter().enumerate() {
            match open.last_mut() {
                Some(left) => *left -= 1,
                None if k > 0 => return Err(damaged("a schema of several trees")),
                None => {}
            }
            if *children < 0 || *children > self.children.len() as i64 {
                return Err(damaged("a schema with more children than elements"));
            }
            open.push(*children);
            if open.len() > DEEPEST_SCHEMA {
                let (found, limit) = (open.len() as u64, DEEPEST_SCHEMA as u64);
                let place = "the schema in the footer".into();
                return Err(Problem::TooLarge { place, unit: "levels of groups", found, limit });
            }
            while open.last() == Some(&0) {
                open.pop();
            }
        }
        if !open.is_empty() {
            return Err(damaged("a schema with more children than elements"));
        }
        let (found, limit) = (self.children.len() as u64, 2 * MOST_COLUMNS as u64);
        if found > limit {
            let place = "the schema in the footer".into();
            return Err(Problem::TooLarge { place, unit: "elements", found, limit });
        }
        Ok(())
    }
}

/// Goes over a structure of Thrift's compact protocol; none where it ends too early or makes no sense.
struct Walk<'a> {
    bytes: &'a [u8],
    /// Numbers of the fields that the walk is in.
    path: Vec<i64>,
    schema: Schema,
}

impl Walk<'_> {
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
        if self.path == SCHEMA {
            self.schema.children.push(std::mem::take(&mut self.schema.own));
        }
        Some(())
    }

    fn value(&mut self, kind: u8) -> Option<()> {
        match kind {
            1..=3 => self.skip(1),
            4..=6 => {
                let value = self.zigzag()?;
                if self.path == CHILDREN {
                    self.schema.own = value;
                }
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

    /// Items, which take a byte each at least.
    fn items(&mut self, count: u64, kinds: &[u8]) -> Option<()> {
        if count > self.bytes.len() as u64 {
            return None;
        }
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
    use super::*;

    fn walk(bytes: &[u8]) -> Option<Vec<i64>> {
        let mut walk = Walk { bytes, path: vec![], schema: Schema::default() };
        walk.fields()?;
        Some(walk.schema.children)
    }

    /// A footer with elements that have so many children.
    fn schema(children: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x29, 0xfc, children.len() as u8];
        for c in children {
            bytes.extend([0x55, 2 * c, 0]);
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn the_tree_of_the_schema_is_checked() {
        let check = |children: &[u8]| {
            Schema { children: walk(&schema(children)).unwrap(), own: 0 }.check().map_err(|e| e.to_string())
        };
        assert!(check(&[2, 0, 1, 0]).is_ok() && check(&[0]).is_ok());
        for wrong in [&[2, 0][..], &[9, 0], &[1, 0, 0], &[0, 0]] {
            assert!(check(wrong).is_err(), "{wrong:?}");
        }
        let mut deep = vec![1; 64];
        deep.push(0);
        assert!(check(&deep).unwrap_err().contains("65 levels"), "{:?}", check(&deep));
    }

    #[test]
    fn counts_beyond_the_bytes_and_endless_nesting_are_refused() {
        assert!(walk(&[0x15, 0x02, 0x00]).is_some());
        assert!(walk(&[0x15, 0x02]).is_none(), "no end");
        assert!(walk(&[0x19, 0xf5, 0xff, 0xff, 0xff, 0x7f, 0x00]).is_none(), "a list of 2^27");
        assert!(walk(&[0x18, 0xff, 0x7f, 0x00]).is_none(), "a text of 16383 bytes");
        assert!(walk(&[&[0x1c; 100][..], &[0; 101]].concat()).is_none(), "100 structures");
        assert!(walk(&[&[0x19][..], &[0x19; 100], &[0; 101]].concat()).is_none(), "100 lists");
    }
}
