//! Families given by closures, for tests.

use faer::MatMut;
use nullcline::diagnostics::dynamics::continuation::{Family, Kind};

type Value = Box<dyn Fn(&[f64], f64) -> Vec<f64> + Sync>;
type Rows = Box<dyn Fn(&[f64], f64) -> Vec<Vec<f64>> + Sync>;

pub struct Model {
    pub n: usize,
    pub kind: Kind,
    pub value: Value,
    /// Rows of F_x.
    pub jacobian: Rows,
    pub slope: Value,
    pub switches: Option<Value>,
}

impl Model {
    pub fn new(
        n: usize,
        kind: Kind,
        value: impl Fn(&[f64], f64) -> Vec<f64> + Sync + 'static,
        jacobian: impl Fn(&[f64], f64) -> Vec<Vec<f64>> + Sync + 'static,
        slope: impl Fn(&[f64], f64) -> Vec<f64> + Sync + 'static,
    ) -> Self {
        Self {
            n,
            kind,
            value: Box::new(value),
            jacobian: Box::new(jacobian),
            slope: Box::new(slope),
            switches: None,
        }
    }

    pub fn with_switches(mut self, switches: impl Fn(&[f64], f64) -> Vec<f64> + Sync + 'static) -> Self {
        self.switches = Some(Box::new(switches));
        self
    }
}

impl Family for Model {
    fn dim(&self) -> usize {
        self.n
    }
    fn kind(&self) -> Kind {
        self.kind
    }
    fn value(&self, x: &[f64], p: f64, y: &mut [f64]) {
        y.copy_from_slice(&(self.value)(x, p));
    }
    fn jacobian(&self, x: &[f64], p: f64, mut j: MatMut<f64>) {
        for (r, row) in (self.jacobian)(x, p).iter().enumerate() {
            for (c, v) in row.iter().enumerate() {
                j[(r, c)] = *v;
            }
        }
    }
    fn slope(&self, x: &[f64], p: f64, d: &mut [f64]) {
        d.copy_from_slice(&(self.slope)(x, p));
    }
    fn switches(&self, x: &[f64], p: f64) -> Vec<f64> {
        self.switches.as_ref().map_or(vec![], |s| s(x, p))
    }
}

pub fn near(found: f64, known: f64, within: f64) {
    assert!((found - known).abs() <= within, "found {found}, known {known}: {:e} apart", found - known);
}

pub fn logistic() -> Model {
    Model::new(
        1,
        Kind::Map,
        |x, p| vec![p * x[0] * (1.0 - x[0])],
        |x, p| vec![vec![p * (1.0 - 2.0 * x[0])]],
        |x, _| vec![x[0] * (1.0 - x[0])],
    )
}

/// x' = 1 - a x^2 + y, y' = b x with b = 0.3, a the parameter.
pub fn henon() -> Model {
    Model::new(
        2,
        Kind::Map,
        |x, a| vec![1.0 - a * x[0] * x[0] + x[1], 0.3 * x[0]],
        |x, a| vec![vec![-2.0 * a * x[0], 1.0], vec![0.3, 0.0]],
        |x, _| vec![-x[0] * x[0], 0.0],
    )
}

/// x' = p x (1 - y), y' = x.
pub fn delayed_logistic() -> Model {
    Model::new(
        2,
        Kind::Map,
        |x, p| vec![p * x[0] * (1.0 - x[1]), x[0]],
        |x, p| vec![vec![p * (1.0 - x[1]), -p * x[0]], vec![1.0, 0.0]],
        |x, _| vec![x[0] * (1.0 - x[1]), 0.0],
    )
}

/// dx/dt = p x - x^3.
pub fn pitchfork() -> Model {
    Model::new(
        1,
        Kind::Flow,
        |x, p| vec![p * x[0] - x[0].powi(3)],
        |x, p| vec![vec![p - 3.0 * x[0] * x[0]]],
        |x, _| vec![x[0]],
    )
}

/// dx/dt = 1 - (b + 1) x + a x^2 y, dy/dt = b x - a x^2 y with a = 1, b the parameter.
pub fn brusselator() -> Model {
    Model::new(
        2,
        Kind::Flow,
        |x, b| {
            let r = x[0] * x[0] * x[1];
            vec![1.0 - (b + 1.0) * x[0] + r, b * x[0] - r]
        },
        |x, b| {
            let (u, v) = (2.0 * x[0] * x[1], x[0] * x[0]);
            vec![vec![-(b + 1.0) + u, v], vec![b - u, -v]]
        },
        |x, _| vec![-x[0], x[0]],
    )
}
