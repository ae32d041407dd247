//! Fig. A.2: the least convergence time of linear integrators against their scale.

use super::integrators::plane::Plane;
use crate::common::*;
use faer::Mat;
use nullcline_core::linalg::eigen::symmetric;

/// Fig. A.2.
pub const STUDY: Study =
    Study::new("fanthomme2021/figA.2", "Least convergence time of linear integrators against the scale", run);

const FIGURE: &str = "fanthomme2021 Fig. A.2";
const DECAY: f64 = 0.995;
const STEPS: usize = 3;
/// Overlap and norms |e|, |d|.
const CASES: [(f64, [f64; 2]); 7] = [
    (0.0, [1.0, 1.0]),
    (0.1, [1.0, 1.0]),
    (0.8, [1.0, 1.0]),
    (0.0, [0.3, 1.0]),
    (0.0, [1.0, 0.3]),
    (0.0, [2.0, 0.5]),
    (0.0, [0.5, 2.0]),
];

/// Sizes of a run.
#[derive(Clone, Copy)]
struct Size {
    n: usize,
    seeds: usize,
    scales: usize,
    scan: usize,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = match settings.preset {
        Preset::Quick => Size { n: 4000, seeds: 4, scales: 17, scan: 101 },
        Preset::Paper => Size { n: 4000, seeds: 20, scales: 50, scan: 501 },
    };
    findings(size, settings.seed, observer)
}

/// Of one pair of vectors: the least time at each scale, the alpha of it, and at the scale of the least of these what descent does.
struct Row {
    case: usize,
    times: Vec<f64>,
    alphas: Vec<f64>,
    /// Measured over predicted rate near the best integrator of scale |e| |d|.
    rate: f64,
}

fn scales(count: usize) -> Vec<f64> {
    (0..count).map(|k| 10f64.powf(-3.0 + 4.0 * k as f64 / (count - 1) as f64)).collect()
}

fn row(case: usize, size: Size, seed: u64) -> Result<Row, Error> {
    let (overlap, norms) = CASES[case];
    let failed = || Error::Numbers("encoder and decoder depend on each other".into());
    let p = Plane::drawn(size.n, overlap, norms, DECAY, seed).ok_or_else(failed)?;
    let found: Vec<(f64, f64)> =
        scales(size.scales).into_iter().map(|s| p.least_time(s, STEPS, 25.0, size.scan)).collect();
    Ok(Row {
        case,
        times: found.iter().map(|f| f.0).collect(),
        alphas: found.iter().map(|f| f.1).collect(),
        rate: rate(&p, norms[0] * norms[1], size.scan).unwrap_or(f64::NAN),
    })
}

/// Rate of descent at the best learning rate from a small step along the slowest direction, over 2 ln(1 - 1/C).
fn rate(p: &Plane, s: f64, scan: usize) -> Option<f64> {
    let (time, alpha) = p.least_time(s, STEPS, 25.0, scan);
    let mut omega = p.matrix(0.0, alpha, p.isoscale(alpha, s));
    let hessian = p.loss(s, STEPS).gauss_newton(p.small.weights(omega.as_ref()));
    let (values, modes) = symmetric(hessian.as_ref())?;
    omega += Mat::from_fn(2, 2, |i, j| 1e-6 * modes[(j * 2 + i, 1)]);
    let many = ((2.0 * time) as usize).clamp(20, 20_000);
    let losses = p.descend(s, STEPS, 1.0 / values[3], &mut omega, many);
    let measured = (losses[many - 1] / losses[many / 2]).ln() / (many - 1 - many / 2) as f64;
    Some(measured / (2.0 * (1.0 - 1.0 / time).ln()))
}

fn name(case: usize) -> String {
    let (overlap, [e, d]) = CASES[case];
    format!("|e| = {e}, |d| = {d}, o = {overlap}")
}

/// The least convergence times.
fn times(rows: &[Row], s: &[f64]) -> TableOut {
    Table::of(rows)
        .column("overlap", "", |r| CASES[r.case].0)
        .columns(["encoder_norm", "decoder_norm"], |r| CASES[r.case].1)
        .each(s.iter().map(|s| format!("time_at_{s:.4}")), |r, k| r.times[k])
        .named("times", "Least convergence time of each pair of vectors at each scale, in steps.")
}

fn findings(size: Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let jobs: Vec<(usize, u64)> =
        (0..CASES.len()).flat_map(|c| (0..size.seeds as u64).map(move |k| (c, seed + k))).collect();
    let rows = parallel("Hessians", jobs.len(), observer, |k| row(jobs[k].0, size, jobs[k].1))?;
    let s = scales(size.scales);
    let of = |case: usize| rows.iter().filter(move |r| r.case == case);
    let at_scale = |case: usize, k: usize| Estimate::mean(of(case).map(|r| r.times[k]));
    let best = |r: &Row| {
        let k = (0..s.len()).min_by(|a, b| r.times[*a].total_cmp(&r.times[*b])).unwrap_or(0);
        let [e, d] = CASES[r.case].1;
        s[k] / (e * d)
    };
    // Where d . e is small beside |e| |d|; at s = d . e itself convergence is algebraic.
    let apart = |c: usize| CASES[c].0 < 0.5;
    let preferred: Vec<Estimate> = (0..CASES.len())
        .filter(|c| apart(*c))
        .map(|c| Estimate::mean_of_all(&of(c).map(|r| best(r).log10()).collect::<Vec<_>>()).abs())
        .collect();
    let near = |r: &Row| {
        let [e, d] = CASES[r.case].1;
        let off = |k: usize| (s[k] / (e * d)).ln().abs();
        (0..s.len()).min_by(|a, b| off(*a).total_cmp(&off(*b))).map_or(f64::NAN, |k| r.alphas[k].abs())
    };
    let order_one: Vec<f64> = rows.iter().filter(|r| apart(r.case)).map(near).collect();
    let order_one = Estimate::exact(largest(order_one.clone()), order_one.len());
    // Independent vectors of unit norm alone; powers of ten from the preferred scale.
    let slower = |from: f64| {
        let nearest = |x: f64| {
            (0..s.len()).min_by(|a, b| (s[*a] / x).ln().abs().total_cmp(&(s[*b] / x).ln().abs())).unwrap_or(0)
        };
        let (far, one) = (nearest(from), nearest(1.0));
        Estimate::mean(of(0).map(|r| (r.times[far] / r.times[one]).log10()))
    };
    let claims = at(
        FIGURE,
        [
            claim("Where d·e is small convergence is fastest at a scale near |e| |d|")
                .decided_by("largest |log₁₀ of the best scale over |e| |d||, over cases", &preferred)
                .below(0.5)
                .headline(),
            claim("Far below it convergence is slower").is("log₁₀ of the time at s = 0.01 over that at 1", slower(0.01)).above(1.0),
            claim("Far above it too").is("log₁₀ of the time at s = 10 over that at 1", slower(10.0)).above(0.5),
            claim("At that scale the fastest minimum has α of order one")
                .at("fanthomme2021 A.7")
                .is("largest |α| where s is nearest |e| |d|", order_one)
                .below(20.0),
            theory("Near it descent at the rate 1/λ_max falls as (1 - λ_min/λ_max)^2τ (A.41 with the true Hessian)")
                .at("fanthomme2021 A.41")
                .is("measured over predicted rate", mean(&rows, |r| r.rate))
                .predicted(1.0, 0.02)
                .headline(),
        ],
    );
    let series: Vec<Series> = (0..CASES.len())
        .map(|c| {
            curve(&name(c), &s, (0..s.len()).map(|k| at_scale(c, k))).ink(Ink::Series(c)).joined().bare()
        })
        .collect();
    let figure = lines(&series, &Axes::new("scale s", "least convergence time (steps)").log_log())?.named(
        "times",
        "Least convergence time",
        &format!(
            "λ_max/λ_min of the Hessian at the best integrator of each scale, T = {STEPS}, γ = {DECAY}, mean over {} pairs of vectors.",
            size.seeds
        ),
    )?;
    let table = times(&rows, &s);
    let json =
        entries([("scales", numbers(&s)), ("rate_over_prediction", numbers(&list(&rows, |r| r.rate)))]);
    let section = Section::new("times", "Convergence against the scale")
        .intro(
            "At an integrator the Hessian has eigenvalues λ; descent at the best monotone rate 1/λ_max needs λ_max/λ_min steps for the \
             slowest direction to fall by e. Shown is the least of these over all integrators of rank one and a scale.",
        )
        .figures([figure])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn descent_falls_at_the_rate_of_the_hessian() {
        let found = findings(Size { n: 500, seeds: 2, scales: 9, scan: 61 }, 1, &Silent).unwrap();
        let rate = crate::common::found(&found, "A.41");
        assert_eq!(rate.verdict, Verdict::Holds, "{rate:?}");
    }
}
