//! Functions of Python as systems: networks of any kind, at the speed of Python.

use crate::job::{Watch, beside};
use faer::{Mat, MatMut, MatRef};
use nullcline::analyses::summary;
use nullcline::diagnostics::dynamics::fixed_points::{Options, fixed_points};
use nullcline::job::Observer;
use nullcline::systems::rule::{Block, Point, Rule, linearise};
use nullcline::systems::time::{Flow, Map, System};
use numpy::ndarray::Array2;
use numpy::{IntoPyArray, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// F, its products with tangents and cotangents, all of rows at once: (b x n) to (b x n).
#[derive(Clone)]
struct Function {
    n: usize,
    value: Arc<Py<PyAny>>,
    jvp: Arc<Py<PyAny>>,
    vjp: Arc<Py<PyAny>>,
    /// The interval of each number; none where it is not known.
    bounds: Arc<[[f64; 2]]>,
    /// What was raised first.
    raised: Arc<Mutex<Option<PyErr>>>,
    watch: Arc<Watch>,
}

impl Function {
    fn raise(&self, error: PyErr) {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Calls `f` with columns as rows; numbers that are none where it raises.
    fn call(&self, what: &str, f: &Py<PyAny>, columns: &[MatRef<'_, f64>], mut out: MatMut<'_, f64>) {
        let (n, b) = (out.nrows(), out.ncols());
        if b == 0 {
            return;
        }
        self.watch.look();
        // What comes after an error is of no use.
        if self.raised.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            out.fill(f64::NAN);
            return;
        }
        let called = Python::attach(|py| -> PyResult<()> {
            let rows =
                columns.iter().map(|m| Array2::from_shape_fn((b, n), |(k, i)| m[(i, k)]).into_pyarray(py));
            let rows: Vec<_> = rows.collect();
            let found = match &rows[..] {
                [x] => f.bind(py).call1((x,))?,
                [x, y] => f.bind(py).call1((x, y))?,
                _ => return Ok(()),
            };
            let array: PyReadonlyArray2<'_, f64> = found.extract().map_err(|_| {
                PyValueError::new_err(format!(
                    "{what}: found {found}, expected an array of {b} x {n} float64"
                ))
            })?;
            let view = array.as_array();
            if view.dim() != (b, n) {
                let found = view.dim();
                return Err(PyValueError::new_err(format!(
                    "{what}: found an array of {} x {}, expected {b} x {n}, a row a state",
                    found.0, found.1
                )));
            }
            for k in 0..b {
                for i in 0..n {
                    out[(i, k)] = view[(k, i)];
                }
            }
            Ok(())
        });
        if let Err(e) = called {
            self.raise(e);
            out.fill(f64::NAN);
        }
    }
}

/// The state of each of `columns` tangents.
fn repeated(x: MatRef<'_, f64>, columns: usize) -> Mat<f64> {
    let each = columns / x.ncols().max(1);
    Mat::from_fn(x.nrows(), columns, |i, j| x[(i, j / each.max(1))])
}

impl Rule for Function {
    fn dim(&self) -> usize {
        self.n
    }
    fn tape_rows(&self) -> usize {
        0
    }
    fn scratch_rows(&self) -> usize {
        0
    }
    fn layout(&self) -> Vec<Block> {
        vec![]
    }
    fn read_params(&self, _: &mut [f64]) {}
    fn write_params(&mut self, _: &[f64]) {}

    fn eval(
        &self,
        x: MatRef<'_, f64>,
        _: MatRef<'_, f64>,
        y: MatMut<'_, f64>,
        _: MatMut<'_, f64>,
        _: MatMut<'_, f64>,
    ) {
        self.call("the function", &self.value, &[x], y);
    }

    fn jvp(
        &self,
        at: Point<'_>,
        dx: MatRef<'_, f64>,
        _: Option<MatRef<'_, f64>>,
        dy: MatMut<'_, f64>,
        _: MatMut<'_, f64>,
    ) {
        let x = repeated(at.x, dx.ncols());
        self.call("jvp", &self.jvp, &[x.as_ref(), dx], dy);
    }

    fn vjp(
        &self,
        at: Point<'_>,
        gy: MatRef<'_, f64>,
        gx: MatMut<'_, f64>,
        _: Option<MatMut<'_, f64>>,
        _: MatMut<'_, f64>,
    ) {
        let x = repeated(at.x, gy.ncols());
        self.call("vjp", &self.vjp, &[x.as_ref(), gy], gx);
    }

    fn param_vjp(&self, _: Point<'_>, _: MatRef<'_, f64>, _: &mut [f64], _: MatMut<'_, f64>) {}

    fn range(&self, i: usize) -> [f64; 2] {
        self.bounds.get(i).copied().unwrap_or([f64::NEG_INFINITY, f64::INFINITY])
    }
}

/// Fixed points of a function of Python, as the module of a summary, and the Jacobian at each.
#[pyfunction]
#[pyo3(signature = (value, jvp, vjp, states, *, bounds, flow, starts, noise, slow_threshold, seed, threads, progress))]
pub fn fixed_points_of(
    py: Python<'_>,
    value: Py<PyAny>,
    jvp: Py<PyAny>,
    vjp: Py<PyAny>,
    states: PyReadonlyArray2<'_, f64>,
    bounds: Vec<[f64; 2]>,
    flow: bool,
    starts: Option<usize>,
    noise: Option<f64>,
    slow_threshold: Option<f64>,
    seed: u64,
    threads: Option<usize>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(String, Vec<Vec<f64>>)> {
    let view = states.as_array();
    let n = view.ncols();
    if n == 0 || view.nrows() == 0 {
        return Err(PyValueError::new_err("states: found none, expected rows of states to begin from"));
    }
    let x = Mat::from_fn(n, view.nrows(), |i, k| view[(k, i)]);
    let raised = Arc::new(Mutex::new(None));
    let [value, jvp, vjp] = [value, jvp, vjp].map(Arc::new);
    let seen = Arc::clone(&raised);
    let defaults = Options::for_dimension(n);
    let starts = starts.unwrap_or(defaults.starts);
    let options = Options {
        starts,
        second_starts: starts / 2,
        budget: defaults.budget.max(2 * starts),
        noise: noise.unwrap_or(defaults.noise),
        slow_threshold: slow_threshold.unwrap_or(defaults.slow_threshold),
        seed,
        ..defaults
    };
    let (module, jacobians) = beside(py, threads, progress.as_ref(), move |watch| {
        let function =
            Function { n, value, jvp, vjp, bounds: bounds.into(), raised: seen, watch: Arc::clone(watch) };
        let system: Box<dyn System> = match flow {
            true => Box::new(Flow::new(function.clone(), 0.1)),
            false => Box::new(Map::new(function.clone())),
        };
        let done = AtomicU64::new(0);
        watch.start("fixed points", options.starts as u64);
        let tick = || watch.at((1 + done.fetch_add(1, Ordering::Relaxed)).min(options.starts as u64));
        let found = fixed_points(system.as_ref(), x.as_ref(), &[], &options, &tick);
        let one = |state: &Vec<f64>| {
            let j = linearise(&function, state, &[]).1;
            (0..n * n).map(|k| j[(k / n, k % n)]).collect::<Vec<f64>>()
        };
        let jacobians = found.points.iter().map(|p| one(&p.state)).collect::<Vec<_>>();
        (serde_json::to_string(&summary::FixedPoints::of_search(&found)), jacobians)
    })?;
    if let Some(error) = raised.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(error);
    }
    Ok((module.map_err(|e| PyValueError::new_err(e.to_string()))?, jacobians))
}
