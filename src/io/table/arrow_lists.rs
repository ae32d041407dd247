//! Lists of one length: a vector of numbers in every row.

use arrow_array::Array;
use arrow_array::cast::AsArray;

use super::super::error::Problem;
use super::Values;
use super::arrow_values::part;
use super::source::Part;

/// A column of lists, opened.
pub(super) struct List {
    items: Vec<f64>,
    valid: Vec<bool>,
    /// Where each row's items start; none for a missing list.
    starts: Vec<Option<usize>>,
}

impl List {
    /// Opens lists of `width` items that come after `before` rows of the column `name`; none if these are no lists of
    /// numbers.
    pub(super) fn open(
        array: &dyn Array,
        width: usize,
        name: &str,
        before: usize,
    ) -> Result<Option<Self>, Problem> {
        let Some((items, ranges)) = ranges(array) else { return Ok(None) };
        let wrong = ranges.iter().position(|r| r.is_some_and(|(_, length)| length != width));
        if let Some(row) = wrong {
            let length = ranges[row].map_or(0, |r| r.1);
            return Err(Problem::Unsupported {
                place: format!("column `{name}`, row {}", before + row + 1),
                found: format!("a list of {length}, where the first has {width}"),
                expected: "lists of one length, an item a unit",
                advice: "write them with one length, or one column a unit",
            });
        }
        let valid = (0..items.len()).map(|i| items.is_valid(i)).collect();
        let Some(Part { values: Values::Number(items), .. }) = part(items, false) else { return Ok(None) };
        Ok(Some(Self { items, valid, starts: ranges.iter().map(|r| r.map(|(start, _)| start)).collect() }))
    }

    /// One item of every list.
    pub(super) fn item(&self, item: usize) -> Option<Part> {
        let mut nulls = 0;
        let value = |start: &Option<usize>| {
            let at = start.map(|s| s + item);
            nulls += usize::from(at.is_none_or(|at| !self.valid.get(at).copied().unwrap_or(true)));
            at.map_or(Some(f64::NAN), |at| self.items.get(at).copied())
        };
        let values: Option<Vec<f64>> = self.starts.iter().map(value).collect();
        Some(Part { values: Values::Number(values?), nulls })
    }
}

/// The length that all lists have; otherwise words for what they are.
pub(super) fn common_width(array: &dyn Array) -> Result<usize, String> {
    let Some((_, ranges)) = ranges(array) else { return Err(array.data_type().to_string()) };
    let mut known: Option<(usize, usize)> = None;
    for (row, length) in ranges.iter().enumerate().filter_map(|(row, r)| r.map(|r| (row, r.1))) {
        match known {
            Some((first, width)) if width != length => {
                return Err(format!(
                    "lists of unequal length ({width} in row {}, {length} in row {})",
                    first + 1,
                    row + 1
                ));
            }
            _ => known = known.or(Some((row, length))),
        }
    }
    known.map(|(_, width)| width).ok_or_else(|| "lists without items".into())
}

/// The items of all lists, and where each list starts and how long it is; none for a missing one.
#[allow(clippy::type_complexity, reason = "used twice, here")]
fn ranges(array: &dyn Array) -> Option<(&dyn Array, Vec<Option<(usize, usize)>>)> {
    fn of<O: TryInto<usize> + Copy>(array: &dyn Array, offsets: &[O]) -> Option<Vec<Option<(usize, usize)>>> {
        let place = |row: usize| -> Option<Option<(usize, usize)>> {
            let start: usize = offsets.get(row).copied()?.try_into().ok()?;
            let end: usize = offsets.get(row + 1).copied()?.try_into().ok()?;
            Some(array.is_valid(row).then_some((start, end.checked_sub(start)?)))
        };
        (0..array.len()).map(place).collect()
    }
    if let Some(lists) = array.as_fixed_size_list_opt() {
        let width = usize::try_from(lists.value_length()).ok()?;
        let ranges = (0..lists.len()).map(|row| lists.is_valid(row).then_some((row * width, width)));
        return Some((lists.values().as_ref(), ranges.collect()));
    }
    if let Some(lists) = array.as_list_opt::<i32>() {
        return Some((lists.values().as_ref(), of(array, lists.value_offsets())?));
    }
    let lists = array.as_list_opt::<i64>()?;
    Some((lists.values().as_ref(), of(array, lists.value_offsets())?))
}
