//! Tables of a comparison.

use super::figures::WHICH;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::activity::comparison::{Apart, Comparison, Densities};
use nullcline_core::numbers::Estimate;

pub fn of(c: &Comparison) -> Vec<TableOut> {
    let mut all = vec![divergences(c), motion(c), dynamics(c), captured(c), angles(c)];
    all.extend(densities(c));
    all.extend(displacements(c));
    all.extend(transitions(c));
    all
}

fn divergences(c: &Comparison) -> TableOut {
    let d = &c.divergences;
    let k = d.kernels.as_ref();
    let chance = |c: &nullcline_core::diagnostics::geometry::comparison::Chance| [c.mean, c.deviation, c.p];
    let none = [f64::NAN; 3];
    let (aq, qa) = (&d.active_quiescent, &d.quiescent_active);
    let mut rows = vec![
        ("active", "quiescent", &aq.0, chance(&aq.1), k.map(|k| k.active_quiescent)),
        ("quiescent", "active", &qa.0, chance(&qa.1), k.map(|k| k.quiescent_active)),
        ("uniform", "active", &d.uniform_active, none, k.map(|k| k.uniform_active)),
    ];
    rows.extend(d.shuffled_active.as_ref().map(|s| ("shuffled", "active", s, none, None)));
    Table::of(&rows)
        .column("of", "", |r| r.0)
        .column("from", "", |r| r.1)
        .column("kl", "nats", |r| r.2.value)
        .column("without_gaussians", "nats", |r| r.2.plain)
        .columns(["by_chance", "by_chance_deviation", "p"], |r| r.3)
        .column("by_kernels", "nats", |r| r.4)
        .named("divergences", "Divergences, and what trials dealt out at random show.")
}

fn motion(c: &Comparison) -> TableOut {
    let m = &c.moves;
    let bias = |s: usize| m.bias[s].as_ref().map_or(Estimate::NONE, |b| b.bias);
    let turn = |s: usize| m.bias[s].as_ref().map_or(Estimate::NONE, |b| b.radians);
    let rows = [
        ("step length in the space", m.step.active, m.step.quiescent, m.step.ratio),
        ("step length of units", m.step_of_units.active, m.step_of_units.quiescent, m.step_of_units.ratio),
        ("total variance of units", m.variance.active, m.variance.quiescent, m.variance.ratio),
        (
            "variance in the space",
            m.variance_in_space.active,
            m.variance_in_space.quiescent,
            m.variance_in_space.ratio,
        ),
        ("bias of direction", bias(0), bias(1), Estimate::NONE),
        ("radians a step", turn(0), turn(1), Estimate::NONE),
    ];
    Table::of(&rows)
        .column("quantity", "", |r| r.0)
        .column("active", "", |r| r.1)
        .column("quiescent", "", |r| r.2)
        .column("ratio", "", |r| r.3)
        .named("motion", "Steps, variance within trials and directions of both recordings.")
}

fn dynamics(c: &Comparison) -> TableOut {
    let d = &c.dynamics;
    let of = |a: &Option<Apart>| {
        a.as_ref().map_or((Estimate::NONE, [f64::NAN; 2]), |a| (a.value, [a.active, a.quiescent]))
    };
    let alone = |v: Option<f64>| (v.map_or(Estimate::NONE, |v| Estimate::unknown(v, 0)), [f64::NAN; 2]);
    let rows = [
        ("dynamical similarity, radians", of(&d.similarity)),
        ("Hellinger distance of spectra", of(&d.spectra)),
        ("state-space divergence over bins, nats", alone(d.binned)),
        ("state-space divergence of mixtures, nats", alone(d.mixture)),
    ];
    Table::of(&rows)
        .column("quantity", "", |r| r.0)
        .column("value", "", |r| r.1.0)
        .columns(["within_active", "within_quiescent"], |r| r.1.1)
        .named("dynamics", "How far apart the dynamics of both recordings are, and those of halves of one.")
}

fn captured(c: &Comparison) -> TableOut {
    let v = &c.captured;
    let rows: Vec<usize> = (0..v.own[0].len()).collect();
    Table::of(&rows)
        .column("components", "", |k| k + 1)
        .columns(["active_by_own", "active_by_quiescent", "quiescent_by_own", "quiescent_by_active"], |k| {
            [v.own[0][*k], v.other[0][*k], v.own[1][*k], v.other[1][*k]]
        })
        .named("captured", "Shares of the variance that the first components carry.")
}

fn angles(c: &Comparison) -> TableOut {
    let rows: Vec<(usize, Estimate)> = c.captured.angles.iter().copied().enumerate().collect();
    Table::of(&rows)
        .column("angle", "", |r| r.0 + 1)
        .column("angle", "degrees", |r| r.1)
        .named("angles", "Principal angles between the subspaces of the first components.")
}

fn densities(c: &Comparison) -> Option<TableOut> {
    let caption = "Densities of both recordings.";
    match c.densities.as_ref()? {
        Densities::Line([a, b]) => {
            let rows: Vec<usize> = (0..a.at.len()).collect();
            let table = Table::of(&rows)
                .columns(["at", WHICH[0], WHICH[1]], |k| [a.at[*k], a.density[*k], b.density[*k]]);
            Some(table.named("densities", caption))
        }
        Densities::Plane(grids) => {
            let [a, b] = &**grids;
            let rows: Vec<usize> = (0..a.density.len()).collect();
            let n = a.x.len();
            let [x, y] = ["x", "y"];
            let table = Table::of(&rows).columns([x, y, WHICH[0], WHICH[1]], |k| {
                [a.x[k % n], a.y[k / n], a.density[*k], b.density[*k]]
            });
            Some(table.named("densities", caption))
        }
    }
}

fn displacements(c: &Comparison) -> Option<TableOut> {
    let mut rows = vec![];
    for (which, d) in WHICH.iter().zip(&c.diffusion) {
        for (k, lag) in d.iter().flat_map(|d| d.lags.iter().enumerate()) {
            let d = d.as_ref()?;
            let off = d.off.as_ref().map_or(Estimate::NONE, |o| o.mean_square[k]);
            rows.push((*which, *lag, d.within.mean_square[k], off));
        }
    }
    let table = Table::of(&rows)
        .column("recording", "", |r| r.0)
        .column("lag", "steps", |r| r.1)
        .column("within", "", |r| r.2)
        .column("off", "", |r| r.3);
    (!rows.is_empty()).then(|| {
        table.named("displacements", "Mean squared displacements within the first components and off them.")
    })
}

fn transitions(c: &Comparison) -> Option<TableOut> {
    let t = c.moves.transitions.as_ref()?;
    let n = t.first.counts.nrows();
    let any = |k: &usize| t.first.counts[(k / n, k % n)] + t.second.counts[(k / n, k % n)] > 0.0;
    let rows: Vec<usize> = (0..n * n).filter(any).collect();
    let table = Table::of(&rows)
        .column("from", "", |k| k / n + 1)
        .column("to", "", |k| k % n + 1)
        .columns(WHICH, |k| [t.first.counts[(k / n, k % n)], t.second.counts[(k / n, k % n)]]);
    Some(table.named("transitions", "How often a bin (from) was followed by another (to)."))
}
