//! Figures of a comparison.

use crate::figures::{
    Axes, HeatMap, Ink, Series, THIRD, heat_map, lines, panels, points_with_errors, scatter,
};
use crate::{Error, Figure};
use nullcline_core::analyses::activity::comparison::{Comparison, Densities};
use nullcline_core::diagnostics::geometry::comparison::{Displacements, Grid};
use nullcline_core::numbers::Estimate;

pub const WHICH: [&str; 2] = ["active", "quiescent"];

pub fn of(c: &Comparison) -> Result<Vec<Figure>, Error> {
    let mut all = vec![];
    match &c.densities {
        Some(Densities::Plane(grids)) => all.push(planes(c, grids)?),
        Some(Densities::Line(both)) => {
            let series: Vec<Series> =
                both.iter().zip(WHICH).map(|(l, which)| Series::new(which, &l.at, &l.density)).collect();
            let caption = "Density of either recording.";
            let axes = Axes::new(&c.space.names[0], "Density");
            all.push(lines(&series, &axes)?.named("densities", "Densities", caption)?);
        }
        None => {}
    }
    all.push(divergences(c)?);
    all.push(captured(c)?);
    all.push(angles(c)?);
    all.extend(displacements(c)?);
    all.extend(transitions(c)?);
    Ok(all)
}

fn planes(c: &Comparison, grids: &[Grid; 2]) -> Result<Figure, Error> {
    let most = grids.iter().flat_map(|g| &g.density).fold(0.0f64, |a, b| a.max(*b));
    let one = |(g, which): (&Grid, &str)| {
        let map = HeatMap {
            x: g.x.clone(),
            y: g.y.clone(),
            values: g.density.clone(),
            label: "density".into(),
            range: Some([0.0, most]),
            ..HeatMap::default()
        };
        let axes =
            Axes { height: 150.0, ..Axes::new(&c.space.names[0], &c.space.names[1]).wide(1.45 * THIRD) };
        heat_map(&map, &[], &axes)?.named(which, which, "")
    };
    let both: Vec<Figure> = grids.iter().zip(WHICH).map(one).collect::<Result<_, _>>()?;
    let caption = "Share of the rows over the area of a cell, in colours of one scale.";
    panels("densities", "Densities", caption, &both, 2)
}

fn divergences(c: &Comparison) -> Result<Figure, Error> {
    let d = &c.divergences;
    let chance = |c: &nullcline_core::diagnostics::geometry::comparison::Chance| (c.mean, c.deviation);
    let of = |e: Estimate| (e.value, e.error());
    let mut rows = vec![
        ("active ‖ quiescent", of(d.active_quiescent.0.value)),
        ("… by chance", chance(&d.active_quiescent.1)),
        ("quiescent ‖ active", of(d.quiescent_active.0.value)),
        ("… by chance", chance(&d.quiescent_active.1)),
        ("evenly ‖ active", of(d.uniform_active.value)),
    ];
    rows.extend(d.shuffled_active.map(|s| ("shuffled ‖ active", of(s.value))));
    let labels: Vec<String> = rows.iter().map(|r| r.0.to_owned()).collect();
    let (values, errors): (Vec<f64>, Vec<f64>) = rows.iter().map(|r| r.1).unzip();
    let caption = "Divergences with one standard error; by chance: of trials dealt out at random, with the standard deviation of these.";
    points_with_errors(&labels, &values, &errors, "Divergence (nats)")?.named(
        "divergences",
        "Divergences",
        caption,
    )
}

fn captured(c: &Comparison) -> Result<Figure, Error> {
    let v = &c.captured;
    let order: Vec<f64> = (1..=v.own[0].len()).map(|k| k as f64).collect();
    let series: Vec<Series> = (0..2)
        .flat_map(|s| {
            [
                Series::new(&format!("{}, own components", WHICH[s]), &order, &v.own[s]).ink(Ink::Series(s)),
                Series::new(&format!("{}, the other's", WHICH[s]), &order, &v.other[s])
                    .ink(Ink::Series(s))
                    .dashed(),
            ]
        })
        .collect();
    let axes =
        Axes { x_whole: true, y_range: Some([0.0, 1.02]), ..Axes::new("Components", "Share of variance") };
    let caption =
        "Variance that the first components carry, of either recording in its own and in the other's.";
    lines(&series, &axes)?.named("captured", "Variance in each other's components", caption)
}

fn angles(c: &Comparison) -> Result<Figure, Error> {
    let a = &c.captured.angles;
    let order: Vec<f64> = (1..=a.len()).map(|k| k as f64).collect();
    let values: Vec<f64> = a.iter().map(|e| e.value).collect();
    let errors: Vec<f64> = a.iter().map(Estimate::error).collect();
    let axes = Axes { x_whole: true, y_range: Some([0.0, 92.0]), ..Axes::new("Angle", "Degrees") };
    let caption =
        "Principal angles between the subspaces of the first components of both, with one standard error.";
    let series = [Series::new("", &order, &values).errors(&errors)];
    scatter(&series, &axes)?.named("angles", "Principal angles", caption)
}

fn displacements(c: &Comparison) -> Result<Option<Figure>, Error> {
    let mut series = vec![];
    for (s, d) in c.diffusion.iter().enumerate() {
        let Some(d) = d else { continue };
        let lags: Vec<f64> = d.lags.iter().map(|l| *l as f64).collect();
        let line = |m: &Displacements, what: &str| {
            let values: Vec<f64> = m.mean_square.iter().map(|e| e.value).collect();
            Series::new(&format!("{}, {what}", WHICH[s]), &lags, &values).ink(Ink::Series(s))
        };
        series.push(line(&d.within, "within"));
        series.extend(d.off.as_ref().map(|off| line(off, "off").dashed()));
    }
    let axes = Axes::new("Lag (steps)", "Mean squared displacement").log_log();
    let caption = "Mean squared displacement against the lag, within the first components of the active recording and off them.";
    match series.is_empty() {
        true => Ok(None),
        false => lines(&series, &axes)?.named("displacements", "Displacements", caption).map(Some),
    }
}

fn transitions(c: &Comparison) -> Result<Option<Figure>, Error> {
    let Some(t) = &c.moves.transitions else { return Ok(None) };
    let one = |(t, which): (&nullcline_core::diagnostics::geometry::comparison::Transitions, &str)| {
        let n = t.counts.nrows();
        let left = |i: usize| t.counts.row(i).iter().sum::<f64>();
        let of = |i: usize, j: usize| if left(i) > 0.0 { t.counts[(i, j)] / left(i) } else { f64::NAN };
        let map = HeatMap {
            x: (1..=n).map(|k| k as f64).collect(),
            y: (1..=n).map(|k| k as f64).collect(),
            values: (0..n * n).map(|at| of(at % n, at / n)).collect(),
            label: "probability".into(),
            range: Some([0.0, 1.0]),
            missing: "never left".into(),
            ..HeatMap::default()
        };
        let axes =
            Axes { height: 150.0, x_whole: true, ..Axes::new("from bin", "to bin").wide(1.45 * THIRD) };
        heat_map(&map, &[], &axes)?.named(which, which, "")
    };
    let both: Vec<Figure> =
        [&t.first, &t.second].into_iter().zip(WHICH).map(one).collect::<Result<_, _>>()?;
    let caption = format!("Probability of the bin one step later, bins of the {}.", c.moves.bins.name());
    panels("transitions", "Transitions", &caption, &both, 2).map(Some)
}
