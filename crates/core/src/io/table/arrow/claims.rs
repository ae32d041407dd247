//! The schema that an Arrow file claims, walked over before a decoder builds it: deep, wide or endlessly named ones are refused.

use std::collections::HashSet;

use polars_arrow::io::ipc::format::ipc::{FieldRef, SchemaRef, TypeRef};

use super::super::super::error::Problem;
use super::super::types::MOST_COLUMNS;
use super::check::damaged;

/// Types inside each other.
const DEEPEST: usize = 64;
/// Bytes of all names.
const NAMES: usize = 1 << 26;

/// Fails at a schema that no memory holds, at two columns of one name, and at types that the decoder does not know.
pub(super) fn schema(schema: SchemaRef<'_>) -> Result<(), Problem> {
    let fields = schema.fields().map_err(damaged)?.ok_or_else(|| damaged("a schema without fields"))?;
    let (mut names, mut walk) = (HashSet::new(), Walk::default());
    for field in fields {
        let field = field.map_err(damaged)?;
        let name = field.name().map_err(damaged)?.unwrap_or_default();
        walk.field(field, name, 1)?;
        if !names.insert(name) {
            return Err(Problem::DuplicateColumn { name: name.into() });
        }
    }
    Ok(())
}

#[derive(Default)]
struct Walk {
    fields: usize,
    names: usize,
}

impl Walk {
    /// Goes over a field of the column `column`.
    fn field(&mut self, field: FieldRef<'_>, column: &str, depth: usize) -> Result<(), Problem> {
        self.fields += 1;
        self.names += field.name().map_err(damaged)?.map_or(0, str::len);
        let bounds = [
            ("columns", self.fields, MOST_COLUMNS),
            ("levels of types", depth, DEEPEST),
            ("bytes of names", self.names, NAMES),
        ];
        for (unit, found, limit) in bounds {
            if found > limit {
                let (found, limit) = (found as u64, limit as u64);
                return Err(Problem::TooLarge { place: "the schema".into(), unit, found, limit });
            }
        }
        let unread = match field.type_().map_err(damaged)? {
            Some(TypeRef::ListView(_) | TypeRef::LargeListView(_)) => Some("a list view"),
            Some(TypeRef::RunEndEncoded(_)) => Some("run-end encoding"),
            Some(TypeRef::Decimal(d)) if d.scale().map_err(damaged)? < 0 => {
                Some("decimal numbers with zeros before the point")
            }
            // At the root the reader helps itself.
            Some(TypeRef::Decimal(d)) if d.bit_width().map_err(damaged)? == 256 => {
                let plain = depth == 1 && field.dictionary().map_err(damaged)?.is_none();
                (!plain).then_some("decimal numbers of 256 bits in a list or dictionary")
            }
            _ => None,
        };
        if let Some(found) = unread {
            return Err(Problem::Unsupported {
                place: format!("column `{column}`"),
                found: found.into(),
                expected: "plain columns, dictionaries or lists",
                advice: "cast the column, or leave it out",
            });
        }
        for child in field.children().map_err(damaged)?.into_iter().flatten() {
            self.field(child.map_err(damaged)?, column, depth + 1)?;
        }
        Ok(())
    }
}
