//! Branches, bifurcations and cycles as tables.

use super::name;
use crate::sections::Context;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::network::continuation::Continuation;
use nullcline_core::diagnostics::dynamics::continuation::periodic::CyclePoint;
use nullcline_core::diagnostics::dynamics::continuation::{Bifurcation, BranchPoint, Criticality};

/// The tables of the k-th parameter.
pub fn all(c: &Continuation, context: &Context, k: usize) -> Vec<TableOut> {
    let all = vec![bifurcations(c, k), branches(c, context, k)];
    all.into_iter().chain(cycles(c, context, k)).filter(|t| t.rows() > 0).collect()
}

fn bifurcations(c: &Continuation, k: usize) -> TableOut {
    let branches = c.diagram.branches.iter().enumerate();
    let rows: Vec<(usize, usize, &Bifurcation, f64)> = branches
        .flat_map(|(b, branch)| {
            branch.bifurcations.iter().enumerate().map(move |(i, e)| (b, i, e, c.at[b][i]))
        })
        .collect();
    Table::of(&rows)
        .column("branch", "", |r| r.0 + 1)
        .column("place", "", |r| r.1 + 1)
        .column("kind", "", |r| r.2.kind.name())
        .column("p", "", |r| r.2.p)
        .column("error", "", |r| r.2.error)
        .column("residual", "", |r| r.2.residual)
        .columns(["unstable_before", "unstable_after"], |r| r.2.unstable.map(|u| u as f64))
        .column("multiplicity", "", |r| r.2.multiplicity)
        .column("frequency", "", |r| r.2.frequency)
        .columns(["coefficient", "coefficient_error"], |r| {
            r.2.coefficient.map_or([f64::NAN; 2], |c| [c.value, c.error])
        })
        .column("criticality", "", |r| r.2.criticality.map_or("", Criticality::name))
        .column("projection", "", |r| r.3)
        .named(
            &name("bifurcations", k),
            "Bifurcations along the branches: p with what rounding leaves open of it, eigenvalues that are unstable before and after, \
             critical ones (a pair counts once), the coefficient of the normal form where its sign is determined.",
        )
}

fn branches(c: &Continuation, context: &Context, k: usize) -> TableOut {
    let branches = c.diagram.branches.iter().enumerate();
    let rows = branches.flat_map(|(b, branch)| branch.points.iter().enumerate().map(move |(i, p)| (b, i, p)));
    let numbered: Vec<(usize, (usize, usize, &BranchPoint))> = rows.enumerate().collect();
    let outputs = c.outputs.iter().map(|(name, _)| name);
    Table::of(&numbered)
        .column("branch", "", |(_, r)| r.0 + 1)
        .column("place", "", |(_, r)| r.1 + 1)
        .column("period", "", |(_, r)| c.diagram.branches[r.0].period)
        .column("p", "", |(_, r)| r.2.p)
        .column("stable", "", |(_, r)| r.2.stable)
        .column("unstable", "", |(_, r)| r.2.unstable)
        .columns(["leading_re", "leading_im"], |(_, r)| {
            r.2.leading.first().map_or([f64::NAN; 2], |z| [z.re, z.im])
        })
        .column("projection", "", |(_, r)| c.along[r.0][0][r.1])
        .each(outputs, |(at, _), o| c.outputs[o].1[*at])
        .each(&context.names, |(_, r), i| r.2.state[i])
        .named(
            &name("branches", k),
            "Points along the branches: the parameter, unstable eigenvalues, the leading one, the projection that is drawn, and the state.",
        )
}

fn cycles(c: &Continuation, context: &Context, k: usize) -> Option<TableOut> {
    let born = c.cycles.iter().enumerate();
    let rows: Vec<(usize, usize, &CyclePoint)> = born
        .filter_map(|(b, born)| Some((b, born.branch.as_ref().ok()?)))
        .flat_map(|(b, branch)| branch.points.iter().enumerate().map(move |(i, p)| (b, i, p)))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let table = Table::of(&rows)
        .column("cycles", "", |r| r.0 + 1)
        .column("place", "", |r| r.1 + 1)
        .column("p", "", |r| r.2.p)
        .column("period", "", |r| r.2.period)
        .column("unstable", "", |r| r.2.unstable)
        .columns(["multiplier_re", "multiplier_im"], |r| {
            r.2.multipliers.first().map_or([f64::NAN; 2], |z| [z.re, z.im])
        })
        .column("trivial_error", "", |r| r.2.trivial)
        .columns(["projection_least", "projection_largest"], |r| r.2.along.unwrap_or([f64::NAN; 2]))
        .each(context.names.iter().map(|n| format!("{n}_least")), |r, i| r.2.range[i][0])
        .each(context.names.iter().map(|n| format!("{n}_largest")), |r, i| r.2.range[i][1]);
    Some(table.named(
        &name("cycles", k),
        "Cycles from Hopf points on: period, multipliers outside the unit circle, the leading one beside that of the motion (whose \
         distance from 1 is the error of the mesh), and between which values each unit moves.",
    ))
}
