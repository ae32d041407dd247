//! The central abstraction: a differentiable rule `y = F(x, u; theta)` and its products.

use super::couplings::Couplings;
use super::recurrence::Recurrence;
use crate::linalg::Real;
use faer::{Mat, MatMut, MatRef};

/// Where a rule was last evaluated: everything its derivatives may look at.
#[derive(Clone, Copy)]
pub struct Point<'a, T = f64> {
    /// States, n x b.
    pub x: MatRef<'a, T>,
    /// Inputs, d x b.
    pub u: MatRef<'a, T>,
    /// What [`Rule::eval`] recorded at `x` and `u`: tape rows x b.
    pub tape: MatRef<'a, T>,
}

/// A named block of the flat parameter vector, stored column by column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Name of the tensor.
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// Columns; 1 for a vector.
    pub cols: usize,
}

/// Bounds on the derivatives of a rule over a ball, for the Newton-Kantorovich test.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Upper bound of the spectral norm of the derivative with respect to (x, u) jointly.
    pub slope: f64,
    /// Lipschitz constant of that derivative, in the spectral norm.
    pub curvature: f64,
    /// Upper bound of the rounding error of one evaluation, Euclidean norm.
    pub rounding: f64,
}

/// A differentiable rule `y = F(x, u; theta)`.
///
/// Shapes: states are the columns of an n x b matrix, inputs of a d x b matrix. Tangents come as
/// n x (b k): column j belongs to state j / k. All matrices are column-major. `tape` has
/// [`tape_rows`](Self::tape_rows) rows and b columns, `scratch` has
/// [`scratch_rows`](Self::scratch_rows) rows and at least as many columns as the widest matrix of
/// the call. No method but [`layout`](Self::layout) allocates.
///
/// Signs: [`vjp`](Self::vjp) returns +J^T gy.
///
/// A system of few dimensions without input need not implement it: [`Small`](crate::systems::reference::Small) asks for its value and
/// derivatives alone.
pub trait Rule<T: Real = f64>: Send + Sync {
    /// Dimension n of the state.
    fn dim(&self) -> usize;
    /// Dimension d of the input.
    fn inputs(&self) -> usize {
        0
    }
    /// Rows of the tape.
    fn tape_rows(&self) -> usize;
    /// Rows of the scratch matrix.
    fn scratch_rows(&self) -> usize;
    /// The blocks of the flat parameter vector, in order.
    fn layout(&self) -> Vec<Block>;
    /// Copies the parameters into `theta`, whose length is [`parameter_count`].
    fn read_params(&self, theta: &mut [T]);
    /// Replaces the parameters by `theta`, whose length is [`parameter_count`].
    fn write_params(&mut self, theta: &[T]);

    /// `y = F(x, u)` for each column, recording the tape.
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, y: MatMut<T>, tape: MatMut<T>, scratch: MatMut<T>);
    /// `dy = F_x dx (+ F_u du)`.
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, dy: MatMut<T>, scratch: MatMut<T>);
    /// `gx = F_x^T gy`, and `gu = F_u^T gy` where asked for.
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>);
    /// `grad += sum over columns of F_theta^T gy`, one cotangent a state.
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>);

    /// [`param_vjp`](Self::param_vjp) when `scratch` is as [`vjp`](Self::vjp) left it for the same points
    /// and cotangents, be it in several calls on columns side by side: nothing need be computed twice.
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        self.param_vjp(at, gy, grad, scratch);
    }

    /// `j = F_x` at one state, n x n, when that costs O(n^2); returns whether it was written.
    ///
    /// A product with a written matrix is then cheaper than [`jvp`](Self::jvp).
    fn fold(&self, at: Point<T>, j: MatMut<T>, scratch: MatMut<T>) -> bool {
        let _ = (at, j, scratch);
        false
    }
    /// Writes the state in which a trial begins where nothing else is said, n values: zero, but of what rests elsewhere.
    fn rest(&self, x: &mut [T]) {
        x.fill(T::ZERO);
    }
    /// Interval that holds coordinate `i` of every bounded orbit's limit; infinite where unknown.
    fn range(&self, i: usize) -> [f64; 2] {
        let _ = i;
        [f64::NEG_INFINITY, f64::INFINITY]
    }
    /// Degree of x - F (of -F for the field of a flow) over all states under any constant input, where it
    /// is known: the sum of sign det(I - F_x) (det(-F_x)) over the fixed points, if all are regular. It is 1
    /// where F maps a box that holds all fixed points into itself (Brouwer), so that one exists.
    fn degree(&self) -> Option<i32> {
        None
    }
    /// The equation of the fixed points (or zeros) under a constant input of length d, where the rule is
    /// a network of one nonlinearity.
    fn recurrence(&self, input: &[f64]) -> Option<Recurrence> {
        let _ = input;
        None
    }
    /// The weights that make the currents onto units, where each unit has one current and one nonlinearity.
    fn couplings(&self) -> Option<Couplings> {
        None
    }
    /// Bounds over the ball of that radius around (x, u) of a single point, if the cell has them.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let _ = (at, radius);
        None
    }
}

/// Number of parameters of a rule.
///
/// ```
/// use nullcline_core::systems::{cells::Gru, rule::parameter_count};
///
/// // Three gates of 5 units and 2 inputs with two biases, as PyTorch counts them.
/// assert_eq!(parameter_count(&Gru::<f64>::new(5, 2)), 3 * 5 * (2 + 5 + 1 + 1));
/// ```
pub fn parameter_count<T: Real, R: Rule<T> + ?Sized>(rule: &R) -> usize {
    rule.layout().iter().map(|b| b.rows * b.cols).sum()
}

/// Matrices that one evaluation of a rule at `b` states with `width` tangent columns needs.
///
/// ```
/// use faer::{Mat, mat};
/// use nullcline_core::systems::{reference::Linear, rule::{Rule, Workspace}};
///
/// // Two states at once, then a tangent at each, n x (b k) with b = 2 and k = 1.
/// let rule = Linear::new(mat![[0.0, 1.0], [-1.0, 0.0]].as_ref(), Mat::zeros(2, 0).as_ref());
/// let (x, u) = (mat![[1.0, 3.0], [2.0, 4.0]], Mat::zeros(0, 2));
/// let mut room = Workspace::new(&rule, 2, 2);
/// let mut y = Mat::zeros(2, 2);
/// room.eval(&rule, x.as_ref(), u.as_ref(), y.as_mut());
/// assert_eq!(y, mat![[2.0, 4.0], [-1.0, -3.0]]);
/// let (dx, mut dy, mut scratch) = (mat![[1.0, 0.0], [0.0, 1.0]], Mat::zeros(2, 2), room.scratch.clone());
/// rule.jvp(room.at(x.as_ref(), u.as_ref()), dx.as_ref(), None, dy.as_mut(), scratch.as_mut());
/// assert_eq!(dy, mat![[0.0, 1.0], [-1.0, 0.0]]);
/// ```
pub struct Workspace<T = f64> {
    /// Tape, tape rows x b.
    pub tape: Mat<T>,
    /// Scratch, scratch rows x width.
    pub scratch: Mat<T>,
}

impl<T: Real> Workspace<T> {
    /// Room for `b` states and `width` tangents in all.
    pub fn new<R: Rule<T> + ?Sized>(rule: &R, b: usize, width: usize) -> Self {
        Self { tape: Mat::zeros(rule.tape_rows(), b), scratch: Mat::zeros(rule.scratch_rows(), width.max(b)) }
    }

    /// `y = F(x, u)`, keeping the tape.
    pub fn eval<R: Rule<T> + ?Sized>(&mut self, rule: &R, x: MatRef<T>, u: MatRef<T>, y: MatMut<T>) {
        let b = x.ncols();
        rule.eval(x, u, y, self.tape.as_mut().subcols_mut(0, b), self.scratch.as_mut());
    }

    /// The point last evaluated, for `x` and `u` as they were given.
    pub fn at<'a>(&'a self, x: MatRef<'a, T>, u: MatRef<'a, T>) -> Point<'a, T> {
        Point { x, u, tape: self.tape.as_ref().subcols(0, x.ncols()) }
    }
}

/// `F(x, u)` and the Jacobians dF/dx (n x n) and dF/du (n x d) at one state.
///
/// Allocates; for a loop, keep a [`Workspace`].
///
/// ```
/// use nullcline_core::systems::{reference::Henon, rule::linearise};
///
/// // x' = 1 - a x^2 + y, y' = b x at (1/2, 1), a = 1.4, b = 0.3.
/// let (y, j, _) = linearise(&Henon::default(), &[0.5, 1.0], &[]);
/// assert!((y[0] - 1.65).abs() < 1e-15 && (y[1] - 0.15).abs() < 1e-15);
/// assert_eq!(j, faer::mat![[-1.4, 1.0], [0.3, 0.0]]);
/// ```
pub fn linearise<R: Rule + ?Sized>(rule: &R, x: &[f64], u: &[f64]) -> (Vec<f64>, Mat<f64>, Mat<f64>) {
    let (n, d) = (rule.dim(), rule.inputs());
    let mut ws = Workspace::new(rule, 1, n.max(1));
    let (x, u) = (column(x), column(u));
    let mut y = vec![0.0; n];
    ws.eval(rule, x, u, MatMut::from_column_major_slice_mut(&mut y, n, 1));
    let Workspace { tape, scratch } = &mut ws;
    let at = Point { x, u, tape: tape.as_ref() };
    let mut j = Mat::zeros(n, n);
    rule.jvp(at, Mat::identity(n, n).as_ref(), None, j.as_mut(), scratch.as_mut());
    let mut b = Mat::zeros(n, d);
    if d > n {
        // One adjoint a row: d x d tangents of a wide input have no room.
        let (mut gx, mut gu) = (Mat::zeros(n, n), Mat::zeros(d, n));
        let gu_out = Some(gu.as_mut());
        rule.vjp(at, Mat::identity(n, n).as_ref(), gx.as_mut(), gu_out, scratch.as_mut());
        b.copy_from(gu.transpose());
    } else if d > 0 {
        let zero = Mat::zeros(n, d);
        rule.jvp(at, zero.as_ref(), Some(Mat::identity(d, d).as_ref()), b.as_mut(), scratch.as_mut());
    }
    (y, j, b)
}

/// A slice as a one-column matrix.
pub fn column<T>(v: &[T]) -> MatRef<'_, T> {
    MatRef::from_column_major_slice(v, v.len(), 1)
}

/// A mutable slice as a one-column matrix.
pub fn column_mut<T>(v: &mut [T]) -> MatMut<'_, T> {
    let n = v.len();
    MatMut::from_column_major_slice_mut(v, n, 1)
}
