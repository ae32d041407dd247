//! The cells of the comparisons in Park et al. against PyTorch's automatic differentiation.

use faer::Mat;
use nullcline::io::tensors::{Tensors, read};
use nullcline::linalg::activation::Activation;
use nullcline::linalg::steep::Steep;
use nullcline::systems::architecture::Architecture;
use nullcline::systems::cells::{
    Antisymmetric, Cell, CoRnn, GatedAntisymmetric, Integrator, Lipschitz, Scheme, Skewed, Ugrnn,
};
use nullcline::systems::reference::rotation::theta_star;
use nullcline::systems::rule::{Rule, Workspace, linearise, parameter_count};
use std::path::Path;

const N: usize = 5;
const D: usize = 3;
const STEPS: usize = 12;
const BATCH: usize = 2;

fn cells() -> Vec<(&'static str, Cell)> {
    let lipschitz = |euler| {
        let (linear, recurrent) = (Skewed { beta: 0.65, gamma: 0.2 }, Skewed { beta: 0.8, gamma: 0.01 });
        Lipschitz::cell(linear, recurrent, Scheme { dt: 0.1, euler })
    };
    let gru_flow = |before| Cell::gru_flow(before, vec![0.1; N], Scheme { dt: 0.02, euler: true });
    let steep = |activation, slope, threshold| Steep { activation, slope, threshold };
    vec![
        ("antisymmetric", Antisymmetric::cell(0.3, 0.05)),
        ("gated_antisymmetric", GatedAntisymmetric::cell(0.3, 0.05)),
        ("cornn", CoRnn::cell(0.2, 2.7, 1.3)),
        ("lipschitz_euler", lipschitz(true)),
        ("lipschitz_rk4", lipschitz(false)),
        ("ugrnn", Ugrnn::cell()),
        ("integrator_identity", Integrator::cell(Steep::plain(Activation::Identity))),
        ("integrator_relu", Integrator::cell(Steep::plain(Activation::Relu))),
        ("integrator_sigmoid", Integrator::cell(steep(Activation::Sigmoid, 50.0, 0.1))),
        ("integrator_tanh", Integrator::cell(steep(Activation::Tanh, 1.5, -0.2))),
        ("gru_flow_before", gru_flow(true)),
        ("gru_flow_after", gru_flow(false)),
    ]
}

/// The values of an array of one cell, row-major.
struct Golden<'a>(&'a Tensors, &'a str);

impl Golden<'_> {
    fn values(&self, name: &str) -> &[f64] {
        let name = format!("{}.{name}", self.1);
        &self.0.get(&name).unwrap_or_else(|| panic!("no {name}")).data
    }
    /// Step `t` of an array (steps, trials, rows) as rows x trials.
    fn columns(&self, name: &str, t: usize, rows: usize) -> Mat<f64> {
        Mat::from_fn(rows, BATCH, |i, b| self.values(name)[(t * BATCH + b) * rows + i])
    }
    /// The blocks of a rule's parameters or of their gradient, flat.
    fn flat(&self, rule: &dyn Rule, prefix: &str) -> Vec<f64> {
        let mut flat = Vec::new();
        for b in rule.layout() {
            let v = self.values(&format!("{prefix}{}", b.name));
            assert_eq!(v.len(), b.rows * b.cols, "{}", b.name);
            flat.extend((0..b.cols).flat_map(|j| (0..b.rows).map(move |i| v[i * b.cols + j])));
        }
        flat
    }
}

fn close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{what}: {a} against {b}");
}

fn near(a: &Mat<f64>, b: &Mat<f64>, what: &str) {
    for j in 0..b.ncols() {
        for i in 0..b.nrows() {
            close(a[(i, j)], b[(i, j)], &format!("{what} ({i}, {j})"));
        }
    }
}

#[test]
fn states_jacobians_and_gradients_are_pytorchs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cells/cells.npz");
    let file = read(&path).unwrap();
    for (name, cell) in cells() {
        let golden = Golden(&file, name);
        let architecture = Architecture::new(cell, D, &[N]).unwrap();
        let mut rule = architecture.rule::<f64>();
        let n = rule.dim();
        assert_eq!(parameter_count(rule.as_ref()), golden.flat(rule.as_ref(), "").len());
        let theta = golden.flat(rule.as_ref(), "");
        rule.write_params(&theta);

        let mut at = vec![golden.columns("x0", 0, n)];
        let mut steps: Vec<Workspace> = Vec::new();
        let inputs: Vec<Mat<f64>> = (0..STEPS).map(|t| golden.columns("u", t, D)).collect();
        for (t, u) in inputs.iter().enumerate() {
            let mut ws = Workspace::new(rule.as_ref(), BATCH, n);
            let mut y = Mat::zeros(n, BATCH);
            ws.eval(rule.as_ref(), at[t].as_ref(), u.as_ref(), y.as_mut());
            near(&y, &golden.columns("states", t, n), &format!("{name} state {t}"));
            at.push(y);
            steps.push(ws);
        }

        let first = |m: &Mat<f64>| (0..m.nrows()).map(|i| m[(i, 0)]).collect::<Vec<_>>();
        let (_, j, ju) = linearise(rule.as_ref(), &first(&at[0]), &first(&inputs[0]));
        let matrix = |name: &str, c: usize| Mat::from_fn(n, c, |i, j| golden.values(name)[i * c + j]);
        near(&j, &matrix("jacobian", n), &format!("{name} dF/dx"));
        near(&ju, &matrix("jacobian_u", D), &format!("{name} dF/du"));

        let mut grad = vec![0.0; theta.len()];
        let mut gx: Mat<f64> = Mat::zeros(n, BATCH);
        for t in (0..STEPS).rev() {
            let gy = golden.columns("g", t, n) + &gx;
            let mut gu = Mat::zeros(D, BATCH);
            let Workspace { tape, scratch } = &mut steps[t];
            let p = nullcline::systems::rule::Point {
                x: at[t].as_ref(),
                u: inputs[t].as_ref(),
                tape: tape.as_ref(),
            };
            rule.param_vjp(p, gy.as_ref(), &mut grad, scratch.as_mut());
            rule.vjp(p, gy.as_ref(), gx.as_mut(), Some(gu.as_mut()), scratch.as_mut());
            near(&gu, &golden.columns("grad_u", t, D), &format!("{name} dL/du {t}"));
        }
        near(&gx, &golden.columns("grad_x0", 0, n), &format!("{name} dL/dx0"));
        for (i, (a, b)) in grad.iter().zip(golden.flat(rule.as_ref(), "grad_")).enumerate() {
            close(*a, b, &format!("{name} parameter {i}"));
        }
    }
}

/// The boundary of the PTA region against all 195 points that the authors stored.
#[test]
#[ignore = "needs the authors' file: BIFCURVE=/path/to/bifcurve_tanh.npz cargo test --release --test dynamics golden_cells -- --ignored"]
fn theta_star_is_the_stored_curve() {
    let file = read(Path::new(&std::env::var("BIFCURVE").expect("BIFCURVE names the file"))).unwrap();
    let (alphas, thetas) = (&file.get("alphas").unwrap().data, &file.get("thetas").unwrap().data);
    assert_eq!(alphas.len(), 195);
    let off = alphas.iter().zip(thetas).map(|(a, t)| (theta_star(*a) - t).abs());
    let worst = off.fold(0.0, f64::max);
    assert!(worst < 1e-7, "{worst}");
}
