//! Tensors as the network uses them: as the file holds them, or computed from what it holds.

use crate::io::tensors::Tensor;
use std::borrow::Cow;

/// A tensor with the names of the file's tensors that it was made of.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its name, shape and values.
    pub tensor: Cow<'a, Tensor>,
    /// The tensors of the file that are used up by it.
    pub from: Vec<&'a str>,
    /// How it was made, as a sentence, where it does not lie in the file as it is.
    pub how: Option<String>,
}

impl<'a> Entry<'a> {
    /// A tensor of the file as it is.
    pub fn plain(tensor: &'a Tensor) -> Self {
        Self { tensor: Cow::Borrowed(tensor), from: vec![&tensor.name], how: None }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.tensor.name
    }

    /// Rows and columns, of a matrix.
    pub fn matrix(&self) -> Option<(usize, usize)> {
        match self.tensor.shape[..] {
            [r, c] => Some((r, c)),
            _ => None,
        }
    }

    /// The same tensor with other values and shape.
    pub fn with(&self, shape: Vec<usize>, data: Vec<f64>) -> Self {
        let tensor = Tensor { name: self.tensor.name.clone(), dtype: self.tensor.dtype.clone(), shape, data };
        Self { tensor: Cow::Owned(tensor), from: self.from.clone(), how: self.how.clone() }
    }

    /// The transpose of a matrix; anything else stays as it is.
    pub fn turned(&self) -> Self {
        let Some((rows, columns)) = self.matrix() else { return self.clone() };
        let mut data = Vec::with_capacity(rows * columns);
        for j in 0..columns {
            data.extend((0..rows).map(|i| self.tensor.data[i * columns + j]));
        }
        self.with(vec![columns, rows], data)
    }

    /// Blocks of as many rows each in another order: block `i` of the result is block `order[i]`. What has not as many
    /// stays as it is, and has the wrong shape.
    pub fn ordered(&self, order: &[usize]) -> Self {
        if !self.tensor.data.len().is_multiple_of(order.len()) {
            return self.clone();
        }
        let size = self.tensor.data.len() / order.len().max(1);
        let block = |i: &usize| &self.tensor.data[i * size..(i + 1) * size];
        self.with(self.tensor.shape.clone(), order.iter().flat_map(block).copied().collect())
    }

    /// Matrices of as many columns, or vectors, one above the other.
    pub fn stacked(name: &str, parts: &[Entry<'a>]) -> Self {
        let mut shape = parts[0].tensor.shape.clone();
        shape[0] = parts.iter().map(|p| p.tensor.shape[0]).sum();
        let data = parts.iter().flat_map(|p| p.tensor.data.iter().copied()).collect();
        let tensor = Tensor { name: name.to_owned(), dtype: parts[0].tensor.dtype.clone(), shape, data };
        let from = parts.iter().flat_map(|p| p.from.iter().copied()).collect();
        Self { tensor: Cow::Owned(tensor), from, how: None }
    }
}

/// A name without its last component, and that component; `.` and `/` separate.
pub fn parted(name: &str) -> (&str, &str) {
    name.rfind(['.', '/']).map_or(("", name), |i| (&name[..i], &name[i + 1..]))
}

/// `prefix` and `leaf` joined by the separator that `like` uses.
pub fn joined(prefix: &str, leaf: &str, like: &str) -> String {
    let separator = if like.as_bytes().get(prefix.len()) == Some(&b'/') { '/' } else { '.' };
    if prefix.is_empty() { leaf.to_owned() } else { format!("{prefix}{separator}{leaf}") }
}
