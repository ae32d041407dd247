//! The fields of a Parquet file, and the types that their values are decoded to.
//!
//! The file's own schema counts, not the Arrow schema that some writers put beside it: units of time are those of the
//! values, and a dictionary is the values that it stands for.

use polars_arrow::datatypes::{ArrowDataType as DataType, Field};
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{
    ParquetType, PhysicalType, PrimitiveConvertedType, PrimitiveLogicalType, PrimitiveType,
};
use polars_parquet::read::schema::{SchemaDescriptor, parquet_to_arrow_schema};

/// A field at the root of the schema.
pub(super) struct Root {
    pub field: Field,
    /// Its first column among those of the file; the only one of fields that are read.
    pub leaf: usize,
}

/// The fields that have columns.
pub(super) fn roots(schema: &SchemaDescriptor) -> Vec<Root> {
    let (mut roots, mut leaf) = (vec![], 0);
    for root in schema.fields() {
        let columns = columns(root);
        if columns > 0 {
            roots.extend(field(root, schema, leaf, columns).map(|field| Root { field, leaf }));
        }
        leaf += columns;
    }
    roots
}

fn columns(of: &ParquetType) -> usize {
    match of {
        ParquetType::PrimitiveType(_) => 1,
        ParquetType::GroupType { fields, .. } => fields.iter().map(columns).sum(),
    }
}

fn field(root: &ParquetType, schema: &SchemaDescriptor, leaf: usize, columns: usize) -> Option<Field> {
    let found = parquet_to_arrow_schema(std::slice::from_ref(root)).iter_values().next().cloned()?;
    let column = &schema.columns().get(leaf)?.descriptor;
    let optional = root.get_field_info().repetition == Repetition::Optional;
    let dtype = match found.dtype {
        flat if column.max_rep_level == 0 && matches!(root, ParquetType::PrimitiveType(_)) => {
            decoded(flat, &column.primitive_type)
        }
        // Whether an item may be missing is known by the levels: names of the groups differ from writer to writer.
        DataType::LargeList(item) if column.max_rep_level == 1 && columns == 1 => {
            let levels = column.max_def_level - 1 - i16::from(optional);
            let dtype = match levels {
                0 | 1 => decoded(item.dtype, &column.primitive_type),
                _ => DataType::Unknown,
            };
            DataType::LargeList(Box::new(Field::new(item.name, dtype, levels == 1)))
        }
        other => nested(other),
    };
    Some(Field::new(found.name, dtype, optional))
}

/// A type that is not read: never taken for a list of numbers.
fn nested(of: DataType) -> DataType {
    match of {
        DataType::LargeList(item) => {
            let dtype = if item.dtype.is_nested() { item.dtype } else { DataType::Unknown };
            DataType::LargeList(Box::new(Field::new(item.name, dtype, true)))
        }
        other => other,
    }
}

/// The type of a column's values, where it is another than the decoder takes them for.
fn decoded(found: DataType, column: &PrimitiveType) -> DataType {
    use PrimitiveLogicalType::{Float16, Json, Unknown};
    match (found, column.logical_type, column.physical_type) {
        (_, Some(Float16), PhysicalType::FixedLenByteArray(2)) => DataType::Float16,
        (_, Some(Unknown), _) => DataType::Null,
        (DataType::BinaryView, Some(Json), _) => DataType::Utf8View,
        (DataType::BinaryView, None, _) if column.converted_type == Some(PrimitiveConvertedType::Json) => {
            DataType::Utf8View
        }
        (DataType::Decimal(digits, scale), _, PhysicalType::FixedLenByteArray(17..)) => {
            DataType::Decimal256(digits, scale)
        }
        (found, ..) => found,
    }
}
