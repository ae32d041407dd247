//! Networks as they were read: their step, their derivatives, their read-out.

use crate::array::{of_columns, rows};
use crate::job::{raised, read};
use faer::Mat;
use nullcline::analyses::{Analyze, Source, open, written};
use nullcline::systems::checkpoint;
use nullcline::systems::rule::{Rule, Workspace, linearise};
use numpy::ndarray::Array3;
use numpy::{IntoPyArray, PyArray2, PyArray3, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// A network that was read from a file or from arrays.
#[pyclass(frozen)]
pub struct Network {
    network: checkpoint::Network,
}

type Derivatives<'py> = (Bound<'py, PyArray3<f64>>, Bound<'py, PyArray3<f64>>);

impl Network {
    /// A rule's values at states under inputs.
    fn valued<'py>(
        &self,
        py: Python<'py>,
        rule: &dyn Rule,
        [states, inputs]: [&PyReadonlyArray2<'py, f64>; 2],
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let [x, u] = self.checked(states, inputs)?;
        let y = py.detach(|| {
            let mut room = Workspace::new(rule, x.ncols(), x.ncols());
            let mut y = Mat::zeros(x.nrows(), x.ncols());
            room.eval(rule, x.as_ref(), u.as_ref(), y.as_mut());
            y
        });
        Ok(of_columns(py, y.as_ref()))
    }

    fn checked(
        &self,
        states: &PyReadonlyArray2<'_, f64>,
        inputs: &PyReadonlyArray2<'_, f64>,
    ) -> PyResult<[Mat<f64>; 2]> {
        let n = self.network.system.field().dim();
        let (x, u) = (rows("states", states, n)?, rows("inputs", inputs, self.network.inputs)?);
        match u.ncols() {
            k if k == x.ncols() => Ok([x, u]),
            1 => {
                let u = Mat::from_fn(u.nrows(), x.ncols(), |i, _| u[(i, 0)]);
                Ok([x, u])
            }
            k => {
                let message = format!("inputs: found {k} rows, expected 1 or {}, as of states", x.ncols());
                Err(PyValueError::new_err(message))
            }
        }
    }
}

#[pymethods]
impl Network {
    /// Of the options of `analyze`, as JSON.
    #[new]
    fn new(py: Python<'_>, settings: &str) -> PyResult<Self> {
        let settings = read(settings)?;
        let network = py.detach(|| {
            let failed = |e: nullcline::analyses::Error| (e.exit_status(), e.to_string());
            let job: Analyze = written::read("analyze", &settings).map_err(failed)?;
            match job.config().and_then(|config| open(&config)).map_err(failed)? {
                Source::Network(network) => Ok(*network),
                Source::Recording { .. } => {
                    let file = job.file.display();
                    let advice = "expected a network's weights; say what they are with cell and map";
                    Err((3, format!("{file}: found a recording, {advice}")))
                }
            }
        });
        network.map(|network| Self { network }).map_err(|(status, text)| raised(status, text))
    }

    /// One line that says what it is.
    fn describe(&self) -> String {
        self.network.describe()
    }

    /// What of it was assumed, or not used, a sentence each.
    #[getter]
    fn notes(&self) -> Vec<String> {
        let n = &self.network;
        let doubtful = n.notes.iter().filter(|n| n.doubtful()).map(|n| n.told("activation"));
        doubtful.chain(n.left_out.iter().cloned()).collect()
    }

    /// The kind of its cells.
    #[getter]
    fn cell(&self) -> &'static str {
        self.network.cell.name
    }

    /// Units of each layer.
    #[getter]
    fn units(&self) -> Vec<usize> {
        self.network.units.clone()
    }

    /// Length of the state.
    #[getter]
    fn state(&self) -> usize {
        self.network.system.field().dim()
    }

    /// Number of inputs.
    #[getter]
    fn inputs(&self) -> usize {
        self.network.inputs
    }

    /// Whether it is a flow: `field` is then dx/dt.
    #[getter]
    fn flow(&self) -> bool {
        self.network.system.is_flow()
    }

    /// Time that a step takes.
    #[getter]
    fn time_step(&self) -> f64 {
        self.network.system.time_step()
    }

    /// Names of the state's coordinates.
    #[getter]
    fn state_names(&self) -> Vec<String> {
        self.network.state_names.clone()
    }

    /// States (b x n) a step later under inputs (b x d, or 1 x d).
    fn step<'py>(
        &self,
        py: Python<'py>,
        states: PyReadonlyArray2<'py, f64>,
        inputs: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        self.valued(py, self.network.system.step(), [&states, &inputs])
    }

    /// F at states (b x n) under inputs (b x d, or 1 x d): of a map the states a step later, of a flow dx/dt.
    fn field<'py>(
        &self,
        py: Python<'py>,
        states: PyReadonlyArray2<'py, f64>,
        inputs: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        self.valued(py, self.network.system.field(), [&states, &inputs])
    }

    /// dF/dx (b x n x n) and dF/du (b x n x d) there.
    fn derivatives<'py>(
        &self,
        py: Python<'py>,
        states: PyReadonlyArray2<'py, f64>,
        inputs: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Derivatives<'py>> {
        let [x, u] = self.checked(&states, &inputs)?;
        let field = self.network.system.field();
        let (b, n, d) = (x.ncols(), x.nrows(), u.nrows());
        let all: Vec<(Mat<f64>, Mat<f64>)> = py.detach(|| {
            let column = |m: &Mat<f64>, k: usize| m.col(k).iter().copied().collect::<Vec<f64>>();
            let one = |k| linearise(field, &column(&x, k), &column(&u, k));
            (0..b).into_par_iter().map(one).map(|(_, j, g)| (j, g)).collect()
        });
        let j = Array3::from_shape_fn((b, n, n), |(k, i, l)| all[k].0[(i, l)]);
        let g = Array3::from_shape_fn((b, n, d), |(k, i, l)| all[k].1[(i, l)]);
        Ok((j.into_pyarray(py), g.into_pyarray(py)))
    }

    /// The read-out's weights (o x n) and biases (1 x o); none if there is none.
    #[getter]
    fn readout<'py>(&self, py: Python<'py>) -> Option<(Bound<'py, PyArray2<f64>>, Vec<f64>)> {
        let readout = self.network.readout.as_ref()?;
        Some((of_columns(py, readout.weight.transpose()), readout.bias.clone()))
    }

    /// The recurrent weights by name, as they act on the state.
    #[getter]
    fn recurrent<'py>(&self, py: Python<'py>) -> Vec<(String, Bound<'py, PyArray2<f64>>)> {
        let one = |(name, w): &(String, Mat<f64>)| (name.clone(), of_columns(py, w.transpose()));
        self.network.recurrent.iter().map(one).collect()
    }
}
