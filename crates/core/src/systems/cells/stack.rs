//! Stacked layers as one system, whose state is that of all layers.

use crate::linalg::Real;
use crate::linalg::pointwise::add;
use crate::systems::recurrence::{Read, Recurrence};
use crate::systems::rule::{Block, Bounds, Point, Rule, parameter_count};
use faer::{Mat, MatMut, MatRef};

/// Layers in which layer l is driven by the new output of layer l-1:
/// x_1' = F_1(x_1, u), x_l' = F_l(x_l, h_(l-1)').
///
/// State: the layers' states one after the other. The output h of a layer is the head of its state,
/// as many rows as the next layer has inputs ([h; c] of an LSTM shows its h). Tape: for each layer
/// its own tape, then its new output.
///
/// ```
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::{cells::{Stack, Vanilla}, rule::linearise};
///
/// // Two layers of one unit, each h' = 2 (what is below) + h: the upper sees the new output of the lower.
/// let layer = || -> Box<dyn nullcline_core::systems::rule::Rule> {
///     let mut cell = Vanilla::new(1, 1, Activation::Identity);
///     cell.params_mut().mat_mut(0)[(0, 0)] = 2.0;
///     cell.params_mut().mat_mut(1)[(0, 0)] = 1.0;
///     Box::new(cell)
/// };
/// let (y, j, _) = linearise(&Stack::new(vec![layer(), layer()]), &[10.0, 100.0], &[1.0]);
/// assert_eq!((y, j), (vec![12.0, 124.0], faer::mat![[1.0, 0.0], [2.0, 1.0]]));
/// ```
pub struct Stack<T = f64> {
    layers: Vec<Box<dyn Rule<T>>>,
    /// First state row of each layer, then the total.
    state: Vec<usize>,
    /// First tape row of each layer, then the total.
    tape: Vec<usize>,
    /// Parameters of each layer.
    counts: Vec<usize>,
}

impl<T: Real> Stack<T> {
    /// Stacks `layers`, the first of which sees the input.
    ///
    /// # Panics
    /// If there is no layer, or a layer has more inputs than the state below it has rows.
    pub fn new(layers: Vec<Box<dyn Rule<T>>>) -> Self {
        assert!(!layers.is_empty(), "a stack has at least one layer");
        let (mut state, mut tape) = (vec![0], vec![0]);
        for (l, layer) in layers.iter().enumerate() {
            let output = layers.get(l + 1).map_or(0, |next| next.inputs());
            assert!(output <= layer.dim(), "layer {l} has fewer outputs than the next has inputs");
            state.push(state[l] + layer.dim());
            tape.push(tape[l] + layer.tape_rows() + output);
        }
        let counts = layers.iter().map(|l| parameter_count(l.as_ref())).collect();
        Self { layers, state, tape, counts }
    }

    fn output_rows(&self, l: usize) -> usize {
        self.layers.get(l + 1).map_or(0, |next| next.inputs())
    }

    fn at<'a>(&self, p: Point<'a, T>, l: usize) -> Point<'a, T> {
        let layer = &self.layers[l];
        let u = if l == 0 { p.u } else { p.tape.subrows(self.tape[l] - layer.inputs(), layer.inputs()) };
        Point {
            x: p.x.subrows(self.state[l], layer.dim()),
            u,
            tape: p.tape.subrows(self.tape[l], layer.tape_rows()),
        }
    }

    /// Rows of scratch that the layers themselves need.
    fn inner_rows(&self) -> usize {
        self.layers.iter().map(|l| l.scratch_rows()).max().unwrap_or(0)
    }
    fn widest(&self) -> usize {
        self.layers.iter().map(|l| l.inputs()).max().unwrap_or(0)
    }
}

impl<T: Real> Rule<T> for Stack<T> {
    fn dim(&self) -> usize {
        self.state[self.layers.len()]
    }
    fn inputs(&self) -> usize {
        self.layers[0].inputs()
    }
    fn tape_rows(&self) -> usize {
        self.tape[self.layers.len()]
    }
    fn scratch_rows(&self) -> usize {
        2 * self.dim() + self.widest() + self.inner_rows()
    }
    fn layout(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for (l, layer) in self.layers.iter().enumerate() {
            for block in layer.layout() {
                blocks.push(Block { name: format!("{}_l{l}", block.name), ..block });
            }
        }
        blocks
    }
    fn read_params(&self, theta: &mut [T]) {
        let mut rest = theta;
        for (layer, &count) in self.layers.iter().zip(&self.counts) {
            let (own, next) = rest.split_at_mut(count);
            layer.read_params(own);
            rest = next;
        }
    }
    fn write_params(&mut self, theta: &[T]) {
        let mut rest = theta;
        for (layer, &count) in self.layers.iter_mut().zip(&self.counts) {
            let (own, next) = rest.split_at(count);
            layer.write_params(own);
            rest = next;
        }
    }
    fn eval(
        &self,
        x: MatRef<T>,
        u: MatRef<T>,
        mut y: MatMut<T>,
        mut tape: MatMut<T>,
        mut scratch: MatMut<T>,
    ) {
        for (l, layer) in self.layers.iter().enumerate() {
            let (below, own) = tape.as_mut().split_at_row_mut(self.tape[l]);
            let below = below.as_ref();
            let u = if l == 0 { u } else { below.subrows(self.tape[l] - layer.inputs(), layer.inputs()) };
            let (record, rest) = own.split_at_row_mut(layer.tape_rows());
            let mut out = y.as_mut().subrows_mut(self.state[l], layer.dim());
            let x = x.subrows(self.state[l], layer.dim());
            layer.eval(x, u, out.as_mut(), record, scratch.as_mut());
            let shown = self.output_rows(l);
            rest.subrows_mut(0, shown).copy_from(out.as_ref().subrows(0, shown));
        }
    }
    fn jvp(
        &self,
        at: Point<T>,
        dx: MatRef<T>,
        du: Option<MatRef<T>>,
        mut dy: MatMut<T>,
        mut scratch: MatMut<T>,
    ) {
        for (l, layer) in self.layers.iter().enumerate() {
            let (below, rest) = dy.as_mut().split_at_row_mut(self.state[l]);
            let below = below.as_ref();
            let du = if l == 0 { du } else { Some(below.subrows(self.state[l - 1], layer.inputs())) };
            let dx = dx.subrows(self.state[l], layer.dim());
            let out = rest.subrows_mut(0, layer.dim());
            layer.jvp(self.at(at, l), dx, du, out, scratch.as_mut());
        }
    }
    fn vjp(
        &self,
        at: Point<T>,
        gy: MatRef<T>,
        mut gx: MatMut<T>,
        mut gu: Option<MatMut<T>>,
        scratch: MatMut<T>,
    ) {
        let w = gy.ncols();
        let (total, rest) = scratch.split_at_row_mut(self.dim());
        let (down, mut inner) = rest.split_at_row_mut(self.widest());
        let (mut total, mut down) = (total.subcols_mut(0, w), down.subcols_mut(0, w));
        total.copy_from(gy);
        for (l, layer) in self.layers.iter().enumerate().rev() {
            let (first, n, d) = (self.state[l], layer.dim(), layer.inputs());
            let own_gx = gx.as_mut().subrows_mut(first, n);
            let g = total.as_ref().subrows(first, n);
            if l == 0 {
                layer.vjp(self.at(at, l), g, own_gx, gu.as_mut().map(|g| g.as_mut()), inner.as_mut());
            } else {
                let mut down = down.as_mut().subrows_mut(0, d);
                layer.vjp(self.at(at, l), g, own_gx, Some(down.as_mut()), inner.as_mut());
                add(total.as_mut().subrows_mut(self.state[l - 1], d), down.as_ref());
            }
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let w = gy.ncols();
        let (total, rest) = scratch.split_at_row_mut(self.dim());
        let (unused, rest) = rest.split_at_row_mut(self.dim());
        let (down, mut inner) = rest.split_at_row_mut(self.widest());
        let (mut total, mut down) = (total.subcols_mut(0, w), down.subcols_mut(0, w));
        let mut unused = unused.subcols_mut(0, w);
        total.copy_from(gy);
        let mut end = grad.len();
        for (l, layer) in self.layers.iter().enumerate().rev() {
            let (first, n, d) = (self.state[l], layer.dim(), layer.inputs());
            let start = end - self.counts[l];
            let g = total.as_ref().subrows(first, n);
            layer.param_vjp(self.at(at, l), g, &mut grad[start..end], inner.as_mut());
            end = start;
            if l > 0 {
                let mut down = down.as_mut().subrows_mut(0, d);
                let own_gx = unused.as_mut().subrows_mut(0, n);
                layer.vjp(self.at(at, l), g, own_gx, Some(down.as_mut()), inner.as_mut());
                add(total.as_mut().subrows_mut(self.state[l - 1], d), down.as_ref());
            }
        }
    }
    fn rest(&self, x: &mut [T]) {
        for (l, layer) in self.layers.iter().enumerate() {
            layer.rest(&mut x[self.state[l]..self.state[l + 1]]);
        }
    }
    fn range(&self, i: usize) -> [f64; 2] {
        let l = self.state.iter().rposition(|s| *s <= i).unwrap_or(0).min(self.layers.len() - 1);
        self.layers[l].range(i - self.state[l])
    }
    /// Each layer's box holds whatever the bounded layers below show it.
    fn degree(&self) -> Option<i32> {
        self.layers.iter().map(|l| l.degree()).product()
    }
    /// At rest each layer sees the rates of the one below: the matrix has the layers' own W on its
    /// diagonal and their U below it.
    fn recurrence(&self, input: &[f64]) -> Option<Recurrence> {
        let mut joint: Option<Recurrence> = None;
        for (l, layer) in self.layers.iter().enumerate() {
            let d = layer.inputs();
            let own = if l == 0 { layer.recurrence(input)? } else { layer.recurrence(&vec![0.0; d])? };
            let Some(below) = &mut joint else {
                joint = Some(own);
                continue;
            };
            let plain = |r: &Recurrence| r.read == Read::Rates && !r.zeros;
            if own.activation != below.activation || !plain(&own) || !plain(below) {
                return None;
            }
            let layout = layer.layout();
            let u =
                layout.iter().position(|b| b.name == "weight_ih" && (b.rows, b.cols) == (layer.dim(), d))?;
            let start: usize = layout[..u].iter().map(|b| b.rows * b.cols).sum();
            let mut theta = vec![T::ZERO; parameter_count(layer.as_ref())];
            layer.read_params(&mut theta);
            let (first, n) = (self.state[l], layer.dim());
            let below_first = self.state[l - 1];
            below.weight = Mat::from_fn(first + n, first + n, |i, j| match (i >= first, j >= first) {
                (false, false) => below.weight[(i, j)],
                (true, true) => own.weight[(i - first, j - first)],
                (true, false) if (below_first..below_first + d).contains(&j) => {
                    theta[start + (j - below_first) * n + i - first].to_f64()
                }
                _ => 0.0,
            });
            below.drive.extend(own.drive);
        }
        joint
    }
    /// Layer by layer from below: with s, k the slope and curvature bounds of the layers so far and
    /// s_l, k_l those of the next over the ball of radius (1 + s) radius, the joint map has slope
    /// s + s_l (1 + s) and curvature k + k_l (1 + s)^2 + s_l k.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let mut joint = self.layers[0].bounds(self.at(at, 0), radius)?;
        for l in 1..self.layers.len() {
            let reach = 1.0 + joint.slope;
            let own = self.layers[l].bounds(self.at(at, l), reach * radius)?;
            joint = Bounds {
                slope: joint.slope + own.slope * reach,
                curvature: joint.curvature + own.curvature * reach * reach + own.slope * joint.curvature,
                rounding: joint.rounding * (1.0 + own.slope) + own.rounding,
            };
        }
        Some(joint)
    }
}
