//! Coefficients, errors, states and points as tables.

use super::Radd;
use crate::tables::{Cells, TableOut};
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoints;

/// Rows of states written at most.
const STATES: usize = 100_000;

pub fn all(r: &Radd) -> Vec<TableOut> {
    let mut all = vec![coefficients(r), errors(r), projection(r), points(r), states(r)];
    if !r.scales.is_empty() {
        all.push(scales(r));
    }
    all
}

fn unit(i: usize) -> String {
    format!("z{}", i + 1)
}

fn coefficients(r: &Radd) -> TableOut {
    let (s, names) = (&r.student, r.regressors());
    let (m, d) = (s.units(), r.inputs.len());
    let (mut of, mut to, mut value, mut error) = (vec![], vec![], vec![], vec![]);
    for i in 0..m {
        for (j, name) in names.iter().enumerate() {
            let (v, e) = match j {
                j if j < m => (s.a[(i, j)], s.a_error[(i, j)]),
                j if j < m + d => (s.b[(i, j - m)], s.b_error[(i, j - m)]),
                _ => (s.c[i], s.c_error[i]),
            };
            to.push(unit(i));
            of.push(name.clone());
            value.push(v);
            error.push(e);
        }
    }
    TableOut {
        name: "coefficients".into(),
        caption: "A, B and c: what each unit takes from the states before, the inputs and the constant."
            .into(),
        columns: vec![
            ("unit".into(), Cells::Text(to)),
            ("from".into(), Cells::Text(of)),
            ("coefficient".into(), Cells::Float(value)),
            ("std_error".into(), Cells::Float(error)),
        ],
    }
}

fn errors(r: &Radd) -> TableOut {
    let (mut names, mut rows, mut pairs, mut cells) =
        (vec![], vec![], vec![], [vec![], vec![], vec![], vec![]]);
    for (which, s) in [("fitted", Some(&r.scores)), ("held out", r.held_out.as_ref())] {
        let Some(s) = s else { continue };
        for i in 0..r.student.units() {
            names.push(unit(i));
            rows.push(which.to_owned());
            pairs.push(s.pairs as i64);
            let (a, b) = (s.one_step[i], s.rollout[i]);
            cells.iter_mut().zip([a.r2, b.r2, a.mse, b.mse]).for_each(|(c, v)| c.push(v));
        }
    }
    let [one, free, one_mse, free_mse] = cells;
    TableOut {
        name: "errors".into(),
        caption: "Errors on z itself, of one step and of the free-running student.".into(),
        columns: vec![
            ("unit".into(), Cells::Text(names)),
            ("rows".into(), Cells::Text(rows)),
            ("pairs".into(), Cells::Int(pairs)),
            ("one_step_r2".into(), Cells::Float(one)),
            ("rollout_r2".into(), Cells::Float(free)),
            ("one_step_mse".into(), Cells::Float(one_mse)),
            ("rollout_mse".into(), Cells::Float(free_mse)),
        ],
    }
}

fn projection(r: &Radd) -> TableOut {
    let names = (0..r.p.nrows()).map(unit).collect();
    let mut columns = vec![("unit".into(), Cells::Text(names))];
    for j in 0..r.p.ncols() {
        let column = (0..r.p.nrows()).map(|i| r.p[(i, j)]).collect();
        columns.push((format!("h{j}"), Cells::Float(column)));
    }
    let caption = "The projection P as used, its scaling included: a row a unit of the student.".into();
    TableOut { name: "projection".into(), caption, columns }
}

fn points(r: &Radd) -> TableOut {
    let m = r.student.units();
    let (mut whose, mut label, mut unstable, mut z) = (vec![], vec![], vec![], vec![vec![]; m]);
    let mut add = |who: &str, points: &FixedPoints, at: &dyn Fn(usize) -> Vec<f64>| {
        for (i, p) in points.points.iter().enumerate() {
            whose.push(who.to_owned());
            label.push(p.label.name().to_owned());
            unstable.push(p.unstable as i64);
            z.iter_mut().zip(at(i)).for_each(|(z, v)| z.push(v));
        }
    };
    add("student", &r.points, &|i| r.points.points[i].state.clone());
    if let Some(t) = &r.teacher {
        add("teacher", &t.points, &|i| t.at[i].clone());
    }
    let mut columns = vec![
        ("of".into(), Cells::Text(whose)),
        ("label".into(), Cells::Text(label)),
        ("unstable".into(), Cells::Int(unstable)),
    ];
    columns.extend(z.into_iter().enumerate().map(|(i, z)| (unit(i), Cells::Float(z))));
    let caption = "Fixed and slow points under the constant input, in the student's coordinates.".into();
    TableOut { name: "fixed_points".into(), caption, columns }
}

fn states(r: &Radd) -> TableOut {
    let z = r.sequences().z;
    let rows: Vec<usize> = (0..z.ncols().min(STATES)).collect();
    let of = |m: faer::MatRef<f64>, i: usize| Cells::Float(rows.iter().map(|t| m[(i, *t)]).collect());
    let sequence = |t: &usize| r.sequences().starts.partition_point(|s| s <= t) as i64 - 1;
    let mut columns = vec![
        ("row".into(), Cells::Int(rows.iter().map(|t| *t as i64).collect())),
        ("sequence".into(), Cells::Int(rows.iter().map(sequence).collect())),
    ];
    for i in 0..r.student.units() {
        columns.push((unit(i), of(z, i)));
        columns.push((format!("{}_one_step", unit(i)), of(r.one_step.as_ref(), i)));
        columns.push((format!("{}_free", unit(i)), of(r.free.as_ref(), i)));
    }
    let caption = match rows.len() < z.ncols() {
        true => format!("Teacher, one step and free-running student, the first {STATES} rows."),
        false => "Teacher, one step and free-running student, row by row.".into(),
    };
    TableOut { name: "states".into(), caption, columns }
}

fn scales(r: &Radd) -> TableOut {
    let column = |f: &dyn Fn(&nullcline_core::analyses::distill::ScaleRow) -> f64| {
        Cells::Float(r.scales.iter().map(f).collect())
    };
    let mut columns = vec![("scale".into(), column(&|s| s.scale))];
    for i in 0..r.student.units() {
        columns.push((format!("{}_one_step_r2", unit(i)), column(&|s| s.one_step[i])));
        columns.push((format!("{}_rollout_r2", unit(i)), column(&|s| s.rollout[i])));
    }
    columns.push(("spectral_radius".into(), column(&|s| s.radius)));
    let caption = "Students at other scales of the projection (largest |z|).".into();
    TableOut { name: "scales".into(), caption, columns }
}
