//! The quiescent dynamics imposed: what it samples, at noise factors 1 and sqrt 2.

use crate::common::*;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::langevin::{Langevin, Mixture, stationary_variance};
use nullcline_core::linalg::random::{Use, stream};
use nullcline_core::numbers::batch_means;
use nullcline_report::figures::{HeatMap, heat_map};
use rayon::prelude::*;

/// sigma^2 dt.
pub const STEP: f64 = 0.02;
/// Steps before anything is counted.
const BURN_IN: usize = 2000;
/// Cells a side of the grid on which densities are compared, and its ends.
const CELLS: usize = 24;
const RANGE: [[f64; 2]; 2] = [[-2.2, 4.6], [-3.0, 3.0]];
/// Of the Gaussian.
const VARIANCES: [f64; 2] = [1.0, 0.25];

/// A broad and a narrow Gaussian of equal weight.
fn two() -> Option<Mixture> {
    let round = |v: f64| Mat::from_fn(2, 2, |i, j| if i == j { v } else { 0.0 });
    Mixture::new(vec![(0.5, vec![0.0, 0.0], round(0.25)), (0.5, vec![2.2, 0.0], round(0.8))])
}

/// What chains with one factor on the noise show.
pub struct Sampled {
    pub factor: f64,
    /// Stationary variances of the Gaussian, and as the recursion has them.
    pub variances: [Estimate; 2],
    pub known: [f64; 2],
    /// Share of the time nearer to the narrow place.
    pub narrow: Estimate,
    /// Shares of the cells of the grid.
    pub grid: Vec<f64>,
    /// KL divergence of these from p and from p^2, nats.
    pub from: [f64; 2],
}

/// p and p^2 over its integral: the mass of cells, and how much of it is nearer to the narrow place.
pub struct Densities {
    pub cells: [Vec<f64>; 2],
    pub narrow: [f64; 2],
}

const BETWEEN: f64 = 1.1;

fn centre(range: [f64; 2], cells: usize, k: usize) -> f64 {
    range[0] + (range[1] - range[0]) * (k as f64 + 0.5) / cells as f64
}

pub fn densities() -> Result<Densities, Error> {
    let p = two().ok_or_else(|| Error::Numbers("the mixture cannot be made".into()))?;
    // Fine cells of a wider box: masses by the middle rule.
    const FINE: usize = 20;
    let mut found =
        Densities { cells: [vec![0.0; CELLS * CELLS], vec![0.0; CELLS * CELLS]], narrow: [0.0; 2] };
    let fine = CELLS * FINE;
    for j in 0..fine {
        for i in 0..fine {
            let at = [centre(RANGE[0], fine, i), centre(RANGE[1], fine, j)];
            let log = p.log_density(&at);
            for (k, mass) in [log.exp(), (2.0 * log).exp()].into_iter().enumerate() {
                found.cells[k][j / FINE * CELLS + i / FINE] += mass;
                found.narrow[k] += if at[0] < BETWEEN { mass } else { 0.0 };
            }
        }
    }
    for k in 0..2 {
        let sum: f64 = found.cells[k].iter().sum();
        found.cells[k].iter_mut().for_each(|m| *m /= sum);
        found.narrow[k] /= sum;
    }
    Ok(found)
}

/// `chains` chains of `steps` steps of each law.
pub fn sampled(
    factor: f64,
    chains: usize,
    steps: usize,
    densities: &Densities,
    seed: u64,
) -> Result<Sampled, Error> {
    let none = || Error::Numbers("the density cannot be made".into());
    let diagonal = Mat::from_fn(2, 2, |i, j| if i == j { VARIANCES[i] } else { 0.0 });
    let gaussian = Mixture::new(vec![(1.0, vec![0.0, 0.0], diagonal)]).ok_or_else(none)?;
    let mixture = two().ok_or_else(none)?;
    let walk = |density: &Mixture, k: usize, see: &mut dyn FnMut(&[f64])| {
        let chain = Langevin { density, step: STEP, factor };
        let mut rng = stream(seed, Use::Chain, (k as u64) << 1 | u64::from(density.mean()[0] > 0.0));
        let (mut r, mut score) = ([0.0; 2], [0.0; 2]);
        density.sample(&mut rng, &mut r);
        for t in 0..BURN_IN + steps {
            chain.advance(&mut r, &mut score, &mut rng);
            if t >= BURN_IN {
                see(&r);
            }
        }
    };
    type Chain = ([Vec<f64>; 2], Vec<f64>, Vec<f64>);
    let one = |k: usize| -> Chain {
        let (mut squares, mut narrow, mut grid) = ([vec![], vec![]], vec![], vec![0.0; CELLS * CELLS]);
        walk(&gaussian, k, &mut |r: &[f64]| (0..2).for_each(|i| squares[i].push(r[i] * r[i])));
        walk(&mixture, k, &mut |r: &[f64]| {
            narrow.push(if r[0] < BETWEEN { 1.0 } else { 0.0 });
            let place = |i: usize| {
                let share = (r[i] - RANGE[i][0]) / (RANGE[i][1] - RANGE[i][0]) * CELLS as f64;
                (0.0..CELLS as f64).contains(&share).then_some(share as usize)
            };
            if let (Some(i), Some(j)) = (place(0), place(1)) {
                grid[j * CELLS + i] += 1.0;
            }
        });
        (squares, narrow, grid)
    };
    let all: Vec<Chain> = (0..chains).into_par_iter().map(one).collect();
    let series = |f: &dyn Fn(&Chain) -> Vec<f64>| batch_means::mean(&all.iter().map(f).collect::<Vec<_>>());
    let mut grid = vec![0.0; CELLS * CELLS];
    all.iter().for_each(|c| grid.iter_mut().zip(&c.2).for_each(|(g, c)| *g += c));
    let sum: f64 = grid.iter().sum();
    grid.iter_mut().for_each(|g| *g /= sum);
    let divergence =
        |q: &[f64]| grid.iter().zip(q).filter(|(g, _)| **g > 0.0).map(|(g, q)| g * (g / q).ln()).sum();
    Ok(Sampled {
        factor,
        variances: [0, 1].map(|i| series(&|c| c.0[i].clone())),
        known: VARIANCES.map(|v| stationary_variance(v, STEP, factor)),
        narrow: series(&|c| c.1.clone()),
        from: [0, 1].map(|k| divergence(&densities.cells[k])),
        grid,
    })
}

pub fn claims(all: &[Sampled; 2], d: &Densities) -> Vec<Claim> {
    let [single, double] = all;
    let variance = |s: &Sampled, i: usize| {
        theory(format!(
            "The stationary variance is c² v / (2 - h / v), c = {:.3}, v = {}",
            s.factor, VARIANCES[i]
        ))
        .is("variance", s.variances[i])
        .predicted(s.known[i], 0.03 * s.known[i])
    };
    let share = "share of the time nearer to the narrow place";
    let mut claims: Vec<Claim> = all.iter().flat_map(|s| [0, 1].map(|i| variance(s, i))).collect();
    claims.extend([
        claim("Quiescence with doubled noise variance samples p(r)")
            .is(share, double.narrow)
            .predicted(d.narrow[0], 0.05)
            .headline(),
        theory("With the active noise, not doubled, it samples p² over its integral")
            .is(share, single.narrow)
            .predicted(d.narrow[1], 0.05)
            .headline(),
        claim("With the active noise too both places are visited: doubled variance is not necessary for reactivation")
            .is("share of the time nearer to the broad place", single.narrow.times(-1.0).plus(1.0))
            .above(0.02),
        theory("but not as p(r) has them").is(share, single.narrow.plus(-d.narrow[0])).above(0.1),
    ]);
    at("krishna2024 Emergent offline reactivation", claims)
}

pub fn section(all: &[Sampled; 2], d: &Densities) -> Result<Section, Error> {
    let axis = |range: [f64; 2]| (0..CELLS).map(|k| centre(range, CELLS, k)).collect::<Vec<_>>();
    let map = |values: &[f64], title: &str, name: &str| -> Drawn {
        let map = HeatMap {
            x: axis(RANGE[0]),
            y: axis(RANGE[1]),
            values: values.to_vec(),
            label: "share of the time".into(),
            ..HeatMap::default()
        };
        heat_map(&map, &[], &Axes::new("r₁", "r₂").wide(THIRD))?.named(name, title, "")
    };
    let figures = [
        map(&d.cells[0], "p(r)", "p")?,
        map(&all[1].grid, "√2 σ: doubled variance", "doubled")?,
        map(&d.cells[1], "p² over its integral", "p_squared")?,
        map(&all[0].grid, "σ: the active noise", "active_noise")?,
    ];
    let caption = "Shares of the time in cells of the plane. A, C: the densities; B, D: chains of the quiescent dynamics \
                   Δr = σ² Δt ∇ log p(r) + c σ √Δt η with c = √2 and 1.";
    let table = Table::of(all)
        .column("factor", "", |s| s.factor)
        .columns(["variance_1", "variance_1_error"], |s| pair(s.variances[0]))
        .columns(["variance_2", "variance_2_error"], |s| pair(s.variances[1]))
        .columns(["known_1", "known_2"], |s| s.known)
        .columns(["narrow_share", "narrow_share_error"], |s| pair(s.narrow))
        .columns(["kl_from_p", "kl_from_p_squared"], |s| s.from)
        .named(
            "sampling",
            "Each factor on the noise: stationary variances of a Gaussian of variances 1 and 0.25, as the recursion has them, share of \
             the time in the narrow half of the mixture, KL divergence of the shares of cells from those of p and p².",
        );
    let words = format!(
        "A step has h = σ² Δt = {STEP}. To first order variances are too large by the share h / 2v: {:.1} % and {:.1} % here. \
         In cells the mixture's p and p² have {:.3} and {:.3} of their mass in the narrow half.",
        100.0 * STEP / 2.0 / VARIANCES[0],
        100.0 * STEP / 2.0 / VARIANCES[1],
        d.narrow[0],
        d.narrow[1],
    );
    Ok(Section::new("sampling", "What the quiescent dynamics samples")
        .intro(words)
        .figures([panels("sampling", "Langevin sampling", caption, &figures, 2)?])
        .tables([table]))
}
