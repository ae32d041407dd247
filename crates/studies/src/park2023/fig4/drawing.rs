//! The figures, in the manner of Fig. 4.

use super::cycle::Found;
use super::memory::Memory;
use super::torus::Torus;
use crate::common::*;
use faer::Mat;
use nullcline_core::diagnostics::geometry::pca::pca;
use nullcline_report::figures::component_label;
use std::f64::consts::{PI, TAU};

const WIDTH: f64 = 250.0;

fn wide(x: &str, y: &str, height: f64) -> Axes {
    Axes { height, ..Axes::new(x, y).wide(WIDTH) }
}

/// The cycle with perturbed trajectories, a neuron and its derivative, two tori, spectra, response.
pub(super) fn cycle(found: &Found, memory: &Memory, torus: &Torus) -> Drawn {
    let figures = [
        plane(found, memory)?.named("plane", "perturbed trajectories return to the cycle", "")?,
        neuron(found)?.named("neuron", "a neuron and its time derivative", "")?,
        ring(&torus.periodic, "periods 3 : 2")?.named("periodic", "periodic torus", "")?,
        ring(&torus.quasi, "periods incommensurate")?.named("quasi", "quasi-periodic torus", "")?,
        spectra(found)?.named("spectra", "Floquet and Lyapunov exponents", "")?,
        response(found)?.named("response", "phase response of the largest neurons", "")?,
    ];
    let caption = "(A) The limit cycle (black) and four perturbed trajectories in its principal components. \
                   (B) The neuron of largest variance and its time derivative, scaled by T / 2\u{3c0}. (C, \
                   D) Two independent cycles: the joint trajectory on a torus of their angles. (E) \
                   Exponents of the cycle from its Floquet multipliers and by QR decomposition along the \
                   trajectory. (F) Phase response Z of the neurons where it is largest.";
    panels("cycle", "A limit cycle", caption, &figures, 2)
}

fn plane(found: &Found, memory: &Memory) -> Drawn {
    let axes = |one: &str, two: &str| wide(one, two, 150.0);
    let Some(p) = pca(found.states.as_ref()) else {
        return lines(&[], &axes("PC 1", "PC 2"));
    };
    let project = |m: &Mat<f64>| -> Vec<[f64; 2]> {
        let columns = (0..m.ncols()).map(|j| m.col(j).iter().copied().collect::<Vec<f64>>());
        columns.map(|x| p.project(&x, 2)).map(|v| [v[0], v[1]]).collect()
    };
    let path = |(i, m): (usize, &Mat<f64>)| points("", project(m)).ink(Ink::Series(i));
    let mut all: Vec<Series> = memory.paths.iter().enumerate().map(path).collect();
    let mut cycle = project(&found.states);
    cycle.extend(cycle.first().copied());
    all.push(points("", cycle).ink(Ink::Black));
    let ratio = |i: usize| component_label(i + 1, p.explained_variance_ratio[i]);
    lines(&all, &axes(&ratio(0), &ratio(1)))
}

fn neuron(found: &Found) -> Drawn {
    let (n, count) = (found.states.nrows(), found.states.ncols());
    let variance = |i: usize| {
        let row: Vec<f64> = (0..count).map(|j| found.states[(i, j)]).collect();
        let mean = row.iter().sum::<f64>() / count as f64;
        row.iter().map(|v| (v - mean).powi(2)).sum::<f64>()
    };
    let i = (0..n).max_by(|a, b| variance(*a).total_cmp(&variance(*b))).unwrap_or(0);
    let (h, scale) = (found.cycle.period.value / count as f64, count as f64 / TAU);
    let at = |j: usize| found.states[(i, j % count)];
    let milliseconds: Vec<f64> = (0..2 * count).map(|j| 1e3 * h * j as f64).collect();
    let x: Vec<f64> = (0..2 * count).map(at).collect();
    // On a fine grid of a smooth periodic function, central differences are exact to the eye.
    let slope: Vec<f64> = (0..2 * count).map(|j| 0.5 * (at(j + 1) - at(j + count - 1)) * scale).collect();
    let series = [
        Series::new(&format!("x of neuron {}", i + 1), &milliseconds, &x).ink(Ink::Series(0)),
        Series::new("dx/dt \u{b7} T / 2\u{3c0}", &milliseconds, &slope).ink(Ink::Series(1)),
    ];
    lines(&series, &wide("Time (ms)", "State", 150.0))
}

/// A torus from aside, and the trajectory of two angles on it.
fn ring(angles: &[[f64; 2]], label: &str) -> Drawn {
    // Seen from 60 degrees above its plane.
    let place = |[a, b]: [f64; 2]| {
        let r = 2.0 + 0.8 * b.cos();
        [r * a.cos(), r * a.sin() * 0.5 + 0.8 * b.sin() * 0.75f64.sqrt()]
    };
    let circle = |f: &dyn Fn(f64) -> [f64; 2]| -> Vec<[f64; 2]> {
        (0..=120).map(|k| place(f(TAU * f64::from(k) / 120.0))).collect()
    };
    let along = (0..10).map(|k| circle(&|t| [t, TAU * f64::from(k) / 10.0]));
    let mut all: Vec<Series> = along.map(|p| points("", p).ink(Ink::Grey).dashed()).collect();
    all.push(points(label, angles.iter().map(|a| place(*a))).ink(Ink::Series(0)));
    let mut axes = wide("", "", 130.0);
    axes.square = true;
    lines(&all, &axes)
}

fn spectra(found: &Found) -> Drawn {
    let m = &found.cycle.multipliers;
    let index: Vec<f64> = (1..=m.len()).map(|i| i as f64).collect();
    let floquet = Series::new("Floquet", &index, &list(m, |m| m.exponent.value)).joined();
    let lyapunov = curve("Lyapunov", &index, found.exponents.iter().copied());
    let mut axes = wide("Exponent", "Nats per second", 130.0).reference("", Reference::Across(0.0));
    axes.x_whole = true;
    scatter(&[floquet.ink(Ink::Grey), lyapunov.ink(Ink::Series(0))], &axes)
}

fn response(found: &Found) -> Drawn {
    let (n, count) = (found.states.nrows(), found.states.ncols());
    let size = |i: usize| (0..count).map(|j| found.response[(i, j)].abs()).fold(0.0, f64::max);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| size(*b).total_cmp(&size(*a)));
    let phase: Vec<f64> = (0..count).map(|j| TAU * j as f64 / count as f64).collect();
    let one = |i: &usize| {
        let row: Vec<f64> = (0..count).map(|j| found.response[(*i, j)]).collect();
        Series::new(&format!("neuron {}", i + 1), &phase, &row)
    };
    let series: Vec<Series> = order.iter().take(3).map(one).collect();
    let mut axes = wide("Phase", "Z (rad per unit of state)", 130.0);
    axes.x_range = Some([0.0, TAU]);
    axes.x_names = vec![(0.0, "0".into()), (PI, "\u{3c0}".into()), (TAU, "2\u{3c0}".into())];
    lines(&series, &axes)
}

/// Distances against time, the phase differences that stay, and their size against the kick's.
pub(super) fn memory(memory: &Memory) -> Drawn {
    let third = |x: &str, y: &str| Axes { height: 120.0, ..Axes::new(x, y).wide(THIRD) };
    let decays: Vec<Series> =
        memory.decays.iter().map(|d| Series::new(d.of.name(), &d.time, &d.size)).collect();
    let mut axes = third("Time (time constants)", "Distance");
    axes.y_log = true;
    axes.x_range = Some([0.0, 30.0]);
    axes.y_range = Some([1e-10, 1.0]);
    let decays = lines(&decays, &axes)?.named("distance", "kicked against unkicked", "")?;

    let turns = |(size, phases): &(f64, Vec<f64>)| {
        points(&format!("kick {size}"), phases.iter().enumerate().map(|(m, phase)| [m as f64, *phase]))
    };
    let kept: Vec<Series> = memory.kept.iter().map(turns).collect();
    let kept =
        lines(&kept, &third("Periods", "Phase difference (rad)"))?.named("kept", "phase is kept", "")?;

    let mut sizes: Vec<f64> = memory.shifts.iter().map(|s| s.size).collect();
    sizes.dedup();
    let by_size = |size: f64, k: usize| {
        let here = memory.shifts.iter().filter(|s| (s.size - size).abs() < 1e-12);
        let ink = Ink::Tone(k as f64 / sizes.len().max(2) as f64);
        points(&format!("{size}"), here.map(|s| [s.linear.abs(), s.measured.abs()])).ink(ink)
    };
    let shifts: Vec<Series> = sizes.iter().enumerate().map(|(k, s)| by_size(*s, k)).collect();
    let all = memory.shifts.iter().map(|s| s.linear.abs()).filter(|v| *v > 0.0);
    let (low, high) = all.fold((1.0f64, 1e-6f64), |a, v| (a.0.min(v), a.1.max(v)));
    let line = Reference::Curve(vec![[low, low], [high, high]]);
    let axes = third("|Z \u{b7} kick| (rad)", "|Phase difference| (rad)").log_log().reference("", line);
    let shifts = scatter(&shifts, &axes)?.named("shifts", "size of the difference", "")?;
    let caption = "(A) Distance between a kicked and the unkicked trajectory: it settles to a periodic \
                   difference on the limit cycle, vanishes at the point attractor, and stays on the line \
                   attractor. (B) Phase difference on the cycle after each period, for kicks of sizes \
                   relative to the cycle's extent. (C) Asymptotic phase difference after random kicks at \
                   random phases against the first order Z \u{b7} kick; colours are sizes, the dashed line \
                   is equality.";
    panels("memory", "What becomes of a perturbation", caption, &[decays, kept, shifts], 3)
}
