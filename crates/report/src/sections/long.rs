//! Long tables: a row a value or few, told by two indices.

use crate::tables::{Cells, TableOut};

/// A long table of two indices and some values.
#[derive(Default)]
pub(super) struct Long {
    index: [Vec<i64>; 2],
    values: Vec<Vec<f64>>,
}

impl Long {
    /// Adds a row; indices count from 1.
    pub fn row<const K: usize>(&mut self, index: [usize; 2], values: [f64; K]) {
        self.values.resize(K, vec![]);
        for (column, i) in self.index.iter_mut().zip(index) {
            column.push(i as i64);
        }
        for (column, v) in self.values.iter_mut().zip(values) {
            column.push(v);
        }
    }

    /// The table; `unit` is a column of names after the indices.
    pub fn table(
        self,
        name: &str,
        caption: &str,
        index: [&str; 2],
        values: &[&str],
        unit: Option<Vec<String>>,
    ) -> TableOut {
        let mut columns: Vec<(String, Cells)> =
            index.into_iter().zip(self.index).map(|(n, v)| (n.to_owned(), Cells::Int(v))).collect();
        if let Some(unit) = unit {
            columns.push(("unit".into(), Cells::Text(unit)));
        }
        let mut data = self.values;
        data.resize(values.len(), vec![]);
        columns.extend(values.iter().zip(data).map(|(n, v)| ((*n).to_owned(), Cells::Float(v))));
        TableOut { name: name.into(), caption: caption.into(), columns }
    }
}
