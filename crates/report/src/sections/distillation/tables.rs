//! Coefficients, errors, states and points as tables.

use super::Radd;
use crate::tables::{Table, TableOut};

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
    let rows: Vec<_> = (0..m).flat_map(|i| (0..names.len()).map(move |j| (i, j))).collect();
    Table::of(&rows)
        .column("unit", "", |(i, _)| unit(*i))
        .column("from", "", |(_, j)| names[*j].as_str())
        .columns(["coefficient", "std_error"], |&(i, j)| match j {
            j if j < m => [s.a[(i, j)], s.a_error[(i, j)]],
            j if j < m + d => [s.b[(i, j - m)], s.b_error[(i, j - m)]],
            _ => [s.c[i], s.c_error[i]],
        })
        .named(
            "coefficients",
            "A, B and c: what each unit takes from the states before, the inputs and the constant.",
        )
}

fn errors(r: &Radd) -> TableOut {
    let mut rows = vec![];
    for (which, s) in [("fitted", Some(&r.scores)), ("held out", r.held_out.as_ref())] {
        rows.extend(s.into_iter().flat_map(|s| (0..r.student.units()).map(move |i| (which, s, i))));
    }
    Table::of(&rows)
        .column("unit", "", |r| unit(r.2))
        .column("rows", "", |r| r.0)
        .column("pairs", "", |r| r.1.pairs)
        .columns(["one_step_r2", "rollout_r2"], |r| [r.1.one_step[r.2].r2, r.1.rollout[r.2].r2])
        .columns(["one_step_mse", "rollout_mse"], |r| [r.1.one_step[r.2].mse, r.1.rollout[r.2].mse])
        .named("errors", "Errors on z itself, of one step and of the free-running student.")
}

fn projection(r: &Radd) -> TableOut {
    let rows: Vec<usize> = (0..r.p.nrows()).collect();
    Table::of(&rows)
        .column("unit", "", |i| unit(*i))
        .each((0..r.p.ncols()).map(|j| format!("h{j}")), |i, j| r.p[(*i, j)])
        .named("projection", "The projection P as used, its scaling included: a row a unit of the student.")
}

fn points(r: &Radd) -> TableOut {
    let student = r.points.points.iter().map(|p| ("student", p, &p.state));
    let teacher = r.teacher.iter().flat_map(|t| t.points.points.iter().zip(&t.at));
    let rows: Vec<_> = student.chain(teacher.map(|(p, at)| ("teacher", p, at))).collect();
    Table::of(&rows)
        .column("of", "", |r| r.0)
        .column("label", "", |r| r.1.label.name())
        .column("unstable", "", |r| r.1.unstable)
        .each((0..r.student.units()).map(unit), |r, i| r.2[i])
        .named(
            "fixed_points",
            "Fixed and slow points under the constant input, in the student's coordinates.",
        )
}

fn states(r: &Radd) -> TableOut {
    let z = r.sequences().z;
    let rows: Vec<usize> = (0..z.ncols().min(STATES)).collect();
    let sequence = |t: &usize| r.sequences().starts.partition_point(|s| s <= t) as i64 - 1;
    let table = Table::of(&rows).column("row", "", |t| *t).column("sequence", "", sequence);
    let table = (0..r.student.units()).fold(table, |table, i| {
        let name = unit(i);
        table.columns([name.clone(), format!("{name}_one_step"), format!("{name}_free")], |t| {
            [z[(i, *t)], r.one_step[(i, *t)], r.free[(i, *t)]]
        })
    });
    let caption = match rows.len() < z.ncols() {
        true => format!("Teacher, one step and free-running student, the first {STATES} rows."),
        false => "Teacher, one step and free-running student, row by row.".into(),
    };
    table.named("states", caption)
}

fn scales(r: &Radd) -> TableOut {
    let table =
        (0..r.student.units()).fold(Table::of(&r.scales).column("scale", "", |s| s.scale), |table, i| {
            let names = [format!("{}_one_step_r2", unit(i)), format!("{}_rollout_r2", unit(i))];
            table.columns(names, |s| [s.one_step[i], s.rollout[i]])
        });
    let caption = "Students at other scales of the projection (largest |z|).";
    table.column("spectral_radius", "", |s| s.radius).named("scales", caption)
}
