//! The footer of a Parquet file, walked over before a decoder believes what it claims.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::super::super::error::Problem;
use super::super::types::MOST_COLUMNS;
use super::FORMAT;
use super::thrift::walk;

/// Groups inside each other in the schema.
const DEEPEST_SCHEMA: usize = 64;
/// The list of schema elements in the footer, and the number of children in each.
const SCHEMA: &[i64] = &[2];
const CHILDREN: &[i64] = &[2, 5];

/// Fails at a footer that claims more than its bytes can hold, or a schema that is no tree of sensible depth.
pub(super) fn check(mut file: &File) -> Result<(), Problem> {
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
    let mut schema = Schema::default();
    walk(&bytes, &mut |path, value| schema.see(path, value))
        .ok_or_else(|| damaged("counts or lengths that its bytes cannot hold"))?;
    schema.check()
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
    fn see(&mut self, path: &[i64], value: Option<i64>) {
        match (path, value) {
            (CHILDREN, Some(children)) => self.own = children,
            (SCHEMA, None) => self.children.push(std::mem::take(&mut self.own)),
            _ => {}
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Schema {
        let mut schema = Schema::default();
        walk(bytes, &mut |path, value| schema.see(path, value)).unwrap();
        schema
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
        let check = |children: &[u8]| read(&schema(children)).check().map_err(|e| e.to_string());
        assert!(check(&[2, 0, 1, 0]).is_ok() && check(&[0]).is_ok());
        for wrong in [&[2, 0][..], &[9, 0], &[1, 0, 0], &[0, 0]] {
            assert!(check(wrong).is_err(), "{wrong:?}");
        }
        let mut deep = vec![1; 64];
        deep.push(0);
        assert!(check(&deep).unwrap_err().contains("65 levels"), "{:?}", check(&deep));
    }
}
