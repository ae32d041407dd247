//! Arrays of numpy, read where they lie.

use crate::job::closing;
use nullcline::io::held::{self, Bytes, Parts, Place};
use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of an array, and how many of them were read so far.
struct Array {
    bytes: Py<PyArray1<u8>>,
    length: u64,
    read: Arc<AtomicU64>,
}

impl Bytes for Array {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        if closing() {
            return Err(io::Error::other("Python ends"));
        }
        Python::attach(|py| {
            let array = self.bytes.bind(py).try_readonly().map_err(io::Error::other)?;
            let all = array.as_slice().map_err(io::Error::other)?;
            let place = at as usize..at as usize + out.len();
            out.copy_from_slice(all.get(place).ok_or(io::ErrorKind::UnexpectedEof)?);
            self.read.fetch_add(out.len() as u64, Ordering::Relaxed);
            Ok(())
        })
    }
}

type Bytes1<'py> = Bound<'py, PyArray1<u8>>;
/// A name, a header and the bytes of the values.
type Named<'py> = (String, Bytes1<'py>, Bytes1<'py>);

/// Arrays that jobs read by a path as long as this lives. Nothing is copied until they do.
#[pyclass(frozen)]
pub struct Held {
    place: Place,
    read: Arc<AtomicU64>,
}

#[pymethods]
impl Held {
    /// Arrays by name, each a header of npy and the bytes of the values behind it.
    #[new]
    fn new(name: &str, arrays: Vec<Named<'_>>) -> PyResult<Self> {
        let read = Arc::new(AtomicU64::new(0));
        let part = |bytes: &Bytes1<'_>| -> PyResult<Arc<dyn Bytes>> {
            let length = bytes.len()? as u64;
            Ok(Arc::new(Array { bytes: bytes.clone().unbind(), length, read: Arc::clone(&read) }))
        };
        let one = |(name, header, values): &Named<'_>| -> PyResult<(String, Parts)> {
            Ok((name.clone(), vec![part(header)?, part(values)?]))
        };
        let arrays = arrays.iter().map(one).collect::<PyResult<_>>()?;
        Ok(Self { place: held::keep(name, arrays), read })
    }

    /// The path under which they are read.
    #[getter]
    fn path(&self) -> String {
        self.place.path().display().to_string()
    }

    /// Bytes that were copied out of them so far.
    #[getter]
    fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}
