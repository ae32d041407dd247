//! Matrices of numpy, rows by columns, and those of faer.

use faer::{Mat, MatRef};
use numpy::ndarray::Array2;
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Rows of numbers as columns of a matrix.
///
/// # Errors
/// Rows of another length than `columns`, named by `what`.
pub fn rows(what: &str, array: &PyReadonlyArray2<'_, f64>, columns: usize) -> PyResult<Mat<f64>> {
    let view = array.as_array();
    if view.ncols() != columns {
        let message = format!("{what}: found rows of {}, expected {columns}", view.ncols());
        return Err(PyValueError::new_err(message));
    }
    Ok(Mat::from_fn(columns, view.nrows(), |i, k| view[(k, i)]))
}

/// Columns of a matrix as rows of numbers.
pub fn of_columns<'py>(py: Python<'py>, matrix: MatRef<'_, f64>) -> Bound<'py, PyArray2<f64>> {
    Array2::from_shape_fn((matrix.ncols(), matrix.nrows()), |(k, i)| matrix[(i, k)]).into_pyarray(py)
}
