//! Activity with and without input, and what is measured of it.

use super::networks::{Net, STEPS};
use faer::{Accum, Mat, MatRef};
use nullcline_core::diagnostics::dynamics::noisy::Noisy;
use nullcline_core::diagnostics::geometry::comparison::Sample;
use nullcline_core::linalg::{col, gemm};
use nullcline_core::systems::noise::Amount;
use nullcline_core::tasks::Split;

/// States kept a trial, at most.
const STATES: usize = 100;

/// What a network is run with.
#[derive(Clone, Copy)]
pub struct Running {
    /// Whether it is shown its test items, or nothing.
    pub active: bool,
    pub noise: Option<Amount>,
    pub steps: usize,
}

impl Running {
    /// Its test items under the noise of its training.
    pub fn active(net: &Net) -> Self {
        let noise = net.kind.noisy.then(|| net.kind.noise());
        Self { active: true, noise, steps: STEPS }
    }

    /// Nothing, under noise of the deviation of training times `factor`.
    pub fn quiescent(net: &Net, factor: f64, steps: usize) -> Self {
        let usual = net.kind.noise();
        let noise = (factor > 0.0).then_some(Amount { scale: factor * usual.scale, ..usual });
        Self { active: false, noise, steps }
    }
}

/// What was recorded: a group a trial.
pub struct Recorded {
    /// What the outputs say at each step, 2 x (trials steps), trial after trial.
    pub said: Sample,
    /// Some of the states, n x rows.
    pub states: Sample,
}

impl Recorded {
    /// Trials.
    pub fn trials(&self) -> usize {
        self.said.groups()
    }

    /// What is said in the second half of each trial, where the start is forgotten: the paper leaves out the first 1000 of 2000 steps
    /// where it measures variance.
    pub fn settled(&self) -> Sample {
        let all = self.said.x.ncols();
        let rows = all / self.trials().max(1);
        self.said.rows(&(0..all).filter(|t| t % rows >= rows / 2).collect::<Vec<_>>())
    }

    /// What the outputs of a trial say, step after step.
    pub fn trial(&self, k: usize) -> Vec<[f64; 2]> {
        let x = &self.said.x;
        let own = (0..x.ncols()).filter(|t| self.said.group[*t] == k);
        own.map(|t| [x[(0, t)], x[(1, t)]]).collect()
    }
}

struct Group {
    said: Vec<Vec<[f64; 2]>>,
    states: Vec<Vec<f64>>,
    outputs: Mat<f32>,
    activity: Vec<f64>,
}

/// Runs the first `trials` test items of a network; at rest the next ones, so that no trial at rest shares its start with one awake: such a
/// pair is no independent draw, and its divergence came out at -1.6 nats where it is 0.
pub fn record(net: &Net, trials: usize, how: Running) -> Recorded {
    let first = if how.active { 0 } else { trials };
    let items: Vec<usize> = (first..first + trials).collect();
    let batch = net.task.batch(Split::Test, &items);
    let single = |m: &Mat<f64>| Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] as f32);
    let start = match (&net.model.encoder, &batch.start) {
        (Some(e), Some(code)) => e * single(code),
        _ => Mat::zeros(net.model.rule.dim(), trials),
    };
    let inputs = how.active.then(|| single(&batch.inputs));
    let runs = Noisy {
        rule: net.model.rule.as_ref(),
        start: start.as_ref(),
        inputs: inputs.as_ref().map(|m| m.as_ref()),
        noise: how.noise,
        seed: (net.seed, (1 << 30) + u64::from(how.active)),
    };
    let kept = how.steps;
    let every = kept.div_ceil(STATES).max(1);
    let (d, cells) = (&net.model.readout.weight, net.model.readout.weight.nrows());
    let make = |own: std::ops::Range<usize>| Group {
        said: vec![vec![]; own.len()],
        states: vec![vec![]; own.len()],
        outputs: Mat::zeros(cells, own.len()),
        activity: vec![0.0; cells],
    };
    let see = |g: &mut Group, t: usize, x: MatRef<f32>| {
        gemm(g.outputs.as_mut(), Accum::Replace, d.as_ref(), x);
        for j in 0..x.ncols() {
            g.activity.iter_mut().zip(col(g.outputs.as_ref(), j)).for_each(|(a, y)| *a = f64::from(*y));
            g.said[j].push(net.task.said(&g.activity).unwrap_or([f64::NAN; 2]));
            if t.is_multiple_of(every) {
                g.states[j].extend(col(x, j).iter().map(|v| f64::from(*v)));
            }
        }
    };
    let groups = runs.run(how.steps, make, see);
    let said: Vec<Vec<[f64; 2]>> = groups.iter().flat_map(|g| g.said.clone()).collect();
    let states: Vec<Vec<f64>> = groups.into_iter().flat_map(|g| g.states).collect();
    let n = net.model.rule.dim();
    let rows = kept.div_ceil(every);
    Recorded {
        said: sample(Mat::from_fn(2, trials * kept, |i, c| said[c / kept][c % kept][i]), kept, true),
        states: sample(
            Mat::from_fn(n, trials * rows, |i, c| states[c / rows][c % rows * n + i]),
            rows,
            every == 1,
        ),
    }
}

/// Groups of `rows` rows.
fn sample(x: Mat<f64>, rows: usize, unbroken: bool) -> Sample {
    let count = x.ncols();
    Sample {
        x,
        group: (0..count).map(|c| c / rows).collect(),
        follows: (0..count).map(|c| unbroken && c % rows > 0).collect(),
    }
}
