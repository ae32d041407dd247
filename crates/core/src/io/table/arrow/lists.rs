//! Lists of one length: a vector of numbers in every row.

use polars_arrow::array::{Array, FixedSizeListArray, ListArray};

use super::super::super::error::Problem;
use super::super::Values;
use super::super::source::Part;
use super::values::part;

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
        let items = items.as_ref();
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
pub(super) fn common_width(arrays: &[Box<dyn Array>]) -> Result<usize, String> {
    let (mut known, mut before): (Option<(usize, usize)>, _) = (None, 0);
    for array in arrays {
        let (_, ranges) = ranges(array.as_ref()).ok_or("lists that are damaged")?;
        for (row, length) in ranges.iter().enumerate().filter_map(|(row, r)| r.map(|r| (before + row, r.1))) {
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
        before += array.len();
    }
    known.map(|(_, width)| width).ok_or_else(|| "lists without items".into())
}

/// Where each list starts among the items and how long it is; none for a missing one.
type Ranges = Vec<Option<(usize, usize)>>;

/// The items of all lists, and where they lie.
///
/// Some rows of lists of any length keep the items of all rows: they are cut out.
fn ranges(array: &dyn Array) -> Option<(Box<dyn Array>, Ranges)> {
    fn of<O: TryInto<usize> + Copy>(
        array: &dyn Array,
        items: &dyn Array,
        offsets: &[O],
    ) -> Option<(Box<dyn Array>, Ranges)> {
        let place = |offset: &O| -> Option<usize> { (*offset).try_into().ok() };
        let (first, last) = (place(offsets.first()?)?, place(offsets.last()?)?);
        let length = last.checked_sub(first).filter(|_| last <= items.len())?;
        let range = |row: usize| -> Option<Option<(usize, usize)>> {
            let (start, end) = (place(offsets.get(row)?)?, place(offsets.get(row + 1)?)?);
            let range = (start.checked_sub(first)?, end.checked_sub(start)?);
            Some(array.is_valid(row).then_some(range))
        };
        Some((items.sliced(first, length), (0..array.len()).map(range).collect::<Option<_>>()?))
    }
    let any = array.as_any();
    if let Some(lists) = any.downcast_ref::<FixedSizeListArray>() {
        let width = lists.values().len().checked_div(lists.len()).unwrap_or(0);
        let ranges = (0..lists.len()).map(|row| lists.is_valid(row).then_some((row * width, width)));
        return Some((lists.values().clone(), ranges.collect()));
    }
    if let Some(lists) = any.downcast_ref::<ListArray<i32>>() {
        return of(array, lists.values().as_ref(), lists.offsets().as_slice());
    }
    let lists = any.downcast_ref::<ListArray<i64>>()?;
    of(array, lists.values().as_ref(), lists.offsets().as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars_arrow::array::PrimitiveArray;
    use polars_arrow::bitmap::Bitmap;
    use polars_arrow::offset::{Offset, Offsets};

    /// A thousand lists of a number and nothing; none in row 501.
    fn lists<O: Offset>() -> ListArray<O> {
        let items = (0..1000).filter(|i| *i != 501).flat_map(|i| [Some(f64::from(i)), None]);
        let items = PrimitiveArray::<f64>::from_iter(items).boxed();
        let lengths = (0..1000).map(|i| if i == 501 { 0 } else { 2 });
        let valid = Bitmap::from_iter((0..1000).map(|i| i != 501));
        let dtype = ListArray::<O>::default_datatype(items.dtype().clone());
        ListArray::new(dtype, Offsets::try_from_lengths(lengths).unwrap().into(), items, Some(valid))
    }

    #[test]
    fn some_rows_bring_their_own_items_alone() {
        for part in [lists::<i32>().boxed().sliced(500, 3), lists::<i64>().boxed().sliced(500, 3)] {
            let part = part.as_ref();
            let (items, ranges) = ranges(part).unwrap();
            assert_eq!((items.len(), &ranges[..]), (4, &[Some((0, 2)), None, Some((2, 2))][..]));
            let list = List::open(part, 2, "v", 500).unwrap().unwrap();
            let Some(Part { values: Values::Number(first), nulls: 1 }) = list.item(0) else { panic!() };
            assert_eq!(format!("{first:?}"), "[500.0, NaN, 502.0]");
        }
    }
}
