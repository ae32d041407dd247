//! The two units of eq. 19, W = alpha R(theta), in both times: a loop for maps over (alpha, theta).
//!
//! The general diagnostics serve any rule; a map of 256 x 256 cells asks for some 10^10 steps of this one.

pub mod exponents;
pub mod grid;
pub mod returns;

/// How a step is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// dx/dt = -x + tanh(W x), eq. 20.
    Continuous,
    /// x(t + 1) = tanh(W x(t)), eq. 21.
    Discrete,
}

/// Steps of the map in a block, between which tangents keep their scale: at alpha = 10 a step may shrink
/// areas by e^-55.
pub const STEPS: usize = 8;
/// Time of a block of the flow.
pub const BLOCK: f64 = 0.5;
/// Longest step of the Runge-Kutta scheme for gains up to [`GAIN`]; shorter in proportion above.
pub const DT: f64 = 0.05;
/// Gain that the longest step is good for.
pub const GAIN: f64 = 5.0;

impl Time {
    /// Time of a block.
    pub fn block(self) -> f64 {
        match self {
            Self::Continuous => BLOCK,
            Self::Discrete => STEPS as f64,
        }
    }
}

/// W = alpha R(theta) in one of the two times.
#[derive(Clone, Copy, Debug)]
pub struct Planar {
    /// alpha cos theta.
    pub a: f64,
    /// alpha sin theta.
    pub b: f64,
    /// The meaning of a step.
    pub time: Time,
    /// Runge-Kutta steps in a block.
    substeps: usize,
}

/// A state with one tangent.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// The state.
    pub x: [f64; 2],
    /// The tangent.
    pub v: [f64; 2],
}

/// tanh w and 1 / cosh^2 w, which keeps its digits where tanh is near one; tanh itself is exact to
/// 1e-16 absolutely.
fn tanh(w: f64) -> (f64, f64) {
    let e = (-2.0 * w.abs()).exp();
    let d = 1.0 / (1.0 + e);
    (((1.0 - e) * d).copysign(w), 4.0 * e * d * d)
}

impl Planar {
    /// The network of gain `alpha` and angle `theta`.
    pub fn new(alpha: f64, theta: f64, time: Time) -> Self {
        // Truncation is meant: a small number of steps.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let finer = (alpha / GAIN).ceil().max(1.0) as usize;
        let substeps = finer * (BLOCK / DT).round() as usize;
        Self { a: alpha * theta.cos(), b: alpha * theta.sin(), time, substeps }
    }

    /// Length of a Runge-Kutta step.
    pub fn dt(&self) -> f64 {
        BLOCK / self.substeps as f64
    }

    fn turn(&self, x: [f64; 2]) -> [f64; 2] {
        [self.a * x[0] - self.b * x[1], self.b * x[0] + self.a * x[1]]
    }

    /// tanh(W x) and its slopes.
    pub fn image(&self, x: [f64; 2]) -> ([f64; 2], [f64; 2]) {
        let w = self.turn(x);
        let ((p, s), (q, r)) = (tanh(w[0]), tanh(w[1]));
        ([p, q], [s, r])
    }

    /// One step of the map; returns the determinant of its Jacobian.
    pub fn step(&self, s: &mut State) -> f64 {
        let (y, slope) = self.image(s.x);
        let v = self.turn(s.v);
        s.v = [slope[0] * v[0], slope[1] * v[1]];
        s.x = y;
        slope[0] * slope[1] * (self.a * self.a + self.b * self.b)
    }

    /// dx/dt, dv/dt and the divergence.
    fn slope(&self, x: [f64; 2], v: [f64; 2]) -> ([f64; 2], [f64; 2], f64) {
        let (y, s) = self.image(x);
        let w = self.turn(v);
        let dv = [s[0] * w[0] - v[0], s[1] * w[1] - v[1]];
        ([y[0] - x[0], y[1] - x[1]], dv, self.a * (s[0] + s[1]) - 2.0)
    }

    /// The velocity dx/dt.
    pub fn velocity(&self, x: [f64; 2]) -> [f64; 2] {
        let y = self.image(x).0;
        [y[0] - x[0], y[1] - x[1]]
    }

    /// One Runge-Kutta step of `h`; returns the integral of the divergence.
    pub fn glide(&self, s: &mut State, h: f64) -> f64 {
        let at = |x: [f64; 2], k: [f64; 2], c: f64| [x[0] + c * k[0], x[1] + c * k[1]];
        let (k1, l1, d1) = self.slope(s.x, s.v);
        let (k2, l2, d2) = self.slope(at(s.x, k1, 0.5 * h), at(s.v, l1, 0.5 * h));
        let (k3, l3, d3) = self.slope(at(s.x, k2, 0.5 * h), at(s.v, l2, 0.5 * h));
        let (k4, l4, d4) = self.slope(at(s.x, k3, h), at(s.v, l3, h));
        let sum =
            |a: [f64; 2], b: [f64; 2], c: [f64; 2], d: [f64; 2], i: usize| a[i] + 2.0 * (b[i] + c[i]) + d[i];
        let sixth = h / 6.0;
        for i in 0..2 {
            s.x[i] += sixth * sum(k1, k2, k3, k4, i);
            s.v[i] += sixth * sum(l1, l2, l3, l4, i);
        }
        sixth * (d1 + 2.0 * (d2 + d3) + d4)
    }

    /// Moves by a block: log of the tangent's growth, its length set to one again, and log|det|.
    pub fn block(&self, s: &mut State) -> [f64; 2] {
        let area = match self.time {
            Time::Discrete => (0..STEPS).fold(1.0, |d, _| d * self.step(s)).ln(),
            Time::Continuous => (0..self.substeps).fold(0.0, |d, _| d + self.glide(s, self.dt())),
        };
        let size = s.v[0].hypot(s.v[1]);
        s.v = [s.v[0] / size, s.v[1] / size];
        [size.ln(), area]
    }

    /// Moves the state alone by a block.
    pub fn drift(&self, s: &mut State) {
        match self.time {
            Time::Discrete => (0..STEPS).for_each(|_| s.x = self.image(s.x).0),
            Time::Continuous => (0..self.substeps).for_each(|_| {
                let mut t = State { x: s.x, v: [0.0, 0.0] };
                self.glide(&mut t, self.dt());
                s.x = t.x;
            }),
        }
    }
}

/// log of the moduli of the eigenvalues of a 2 x 2 matrix of this trace and determinant, largest first.
pub fn log_moduli(trace: f64, det: f64) -> [f64; 2] {
    let disc = 0.25 * trace * trace - det;
    if disc <= 0.0 {
        return [0.5 * det.ln(); 2];
    }
    let large = 0.5 * trace.abs() + disc.sqrt();
    [large.ln(), (det / large).abs().ln()]
}
