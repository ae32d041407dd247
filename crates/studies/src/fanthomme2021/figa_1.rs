//! Fig. A.1: the minima in the plane of encoder and decoder, and the formulas of A.5 as they must read.

use super::fig7_2::isoscale;
use super::integrators::plane::Plane;
use crate::common::*;
use faer::Mat;

/// Fig. A.1.
pub const STUDY: Study = Study::new(
    "fanthomme2021/figA.1",
    "Integrators of equal scale, and the formulas of their manifolds",
    run,
);

const SOURCE: &str = "fanthomme2021 A.5";

fn run(settings: &Settings, _: &dyn Observer) -> Result<Findings, Error> {
    let seeds = if settings.preset == Preset::Paper { 20 } else { 8 };
    findings(1000, seeds, settings.seed)
}

/// How far formulas are from what they should give, for one pair of vectors.
struct Row {
    inverse: f64,
    zero: f64,
    special: f64,
    corrected: f64,
    printed: f64,
    first_missing: f64,
    second: [f64; 2],
}

/// alpha_0 and beta_0 by (A.24), with the printed root in l or without.
fn by_a24(p: &Plane, root: bool) -> [f64; 2] {
    let [d2, e2] = [p.small.decoder.squared_norm_l2(), p.small.encoder.squared_norm_l2()];
    let dot = p.special_scale();
    let l = |v: f64| if root { v.abs().sqrt() } else { v };
    let (plus, minus) = (l(d2 + e2), l(d2 - e2));
    let kappa =
        if root { (minus + 4.0 * dot * dot).abs().sqrt() } else { (minus * minus + 4.0 * dot * dot).sqrt() };
    let r = [(plus + kappa).sqrt(), (plus - kappa).abs().sqrt()];
    let below = 2.0 * dot * (r[0] - r[1]);
    [
        -((kappa - minus) * r[1] + (kappa + minus) * r[0]) / below,
        ((kappa + minus) * r[1] + (kappa - minus) * r[0]) / below,
    ]
}

fn row(p: &Plane) -> Row {
    let ([a, b], star, g) = (p.special(), p.special_scale(), p.decay);
    let grid = [-2.3, -0.8, 0.6, 1.9];
    let over = |f: &dyn Fn(f64) -> f64| largest(grid.iter().map(|v| f(*v)));
    let relative = |x: f64, y: f64| (x - y).abs() / y.abs().max(1.0);
    let off = |found: [f64; 2]| relative(found[0], a).max(relative(found[1], b));
    // u_1 = 0: gamma along (0, 1), lambda along (1, v).
    let (lambda, v) = (0.3, 0.7);
    let missing = |sign: f64| Mat::from_fn(2, 2, |i, j| [[lambda, 0.0], [sign * (lambda - g) * v, g]][i][j]);
    let of = |m: &Mat<f64>| {
        let image = [m[(0, 0)] + m[(0, 1)] * v, m[(1, 0)] + m[(1, 1)] * v];
        (image[0] - lambda).abs().max((image[1] - lambda * v).abs())
    };
    // (A.42): the second matrix has alpha_0 gamma where beta_0 gamma stands in Gamma.
    let second = |last: f64| {
        let unit = 1.0 / (0.9 - b);
        let rows = [[0.9 * g - b * lambda, lambda - g], [0.9 * b * (g - lambda), 0.9 * lambda - last * g]];
        let m = Mat::from_fn(2, 2, |i, j| unit * rows[i][j]);
        (m - p.matrix(lambda, b, 0.9)).norm_max()
    };
    Row {
        inverse: over(&|alpha| {
            [-1.0, 0.5, 2.0]
                .map(|s| relative(p.scale(alpha, p.isoscale(alpha, s)), s))
                .into_iter()
                .fold(0.0, f64::max)
        }),
        zero: over(&|v| p.scale(a, v).abs().max(p.scale(v, b).abs())),
        special: over(&|v| relative(p.scale(v, a), star).max(relative(p.scale(b, v), star))),
        corrected: off(by_a24(p, false)),
        printed: off(by_a24(p, true)),
        first_missing: of(&missing(1.0)).min(1.0) + f64::from(of(&missing(-1.0)) < 0.1),
        second: [second(b), second(a)],
    }
}

fn findings(n: usize, seeds: usize, seed: u64) -> Result<Findings, Error> {
    let draw = |k: u64| Plane::drawn(n, 0.2, [0.8, 1.3], 0.995, seed + k);
    let planes: Vec<Plane> = (0..seeds as u64).filter_map(draw).collect();
    let rows: Vec<Row> = planes.iter().map(row).collect();
    let most = |f: fn(&Row) -> f64| Estimate::exact(largest(list(&rows, f)), rows.len());
    let least = |f: fn(&Row) -> f64| {
        Estimate::exact(list(&rows, f).into_iter().fold(f64::INFINITY, f64::min), rows.len())
    };
    let claims = at(
        SOURCE,
        [
            claim("Integrators of rank one and a given scale are a line: (A.28) has one β for each α")
                .is("largest |s(α, β_s(α)) / s - 1|", most(|r| r.inverse))
                .below(1e-9)
                .headline(),
            claim("Of scale zero they have α = α₀ or β = β₀, whatever the other")
                .is("largest scale there", most(|r| r.zero))
                .below(1e-9),
            claim("Of scale d·e they have β = α₀ or α = β₀, where the manifolds meet: the slow minima")
                .is("largest relative distance of the scale from d·e there", most(|r| r.special))
                .below(1e-9)
                .headline(),
            theory("α₀ = -S₁₁/S₁₂ and β₀ = S₂₂/S₁₂ with S = √Σ: (A.24), once its l are |d|² ± |e|² without the root")
                .is("largest relative distance", most(|r| r.corrected))
                .below(1e-6)
                .headline(),
            theory("As printed, with the root, (A.24) gives others")
                .is("smallest relative distance", least(|r| r.printed))
                .above(0.01),
            theory("(A.32) needs (λ - γ) v below the diagonal: printed is (γ - λ) v, another matrix")
                .is("distance from its own eigenvectors", most(|r| r.first_missing))
                .below(1e-12),
            theory("The second matrix of (A.42) needs β₀ γ in its last entry")
                .is("largest distance from Γ", most(|r| r.second[0]))
                .below(1e-9),
            theory("As printed, with α₀ γ, it is another matrix")
                .is("smallest distance from Γ", least(|r| r.second[1]))
                .above(0.1),
        ],
    );
    let json = entries([
        ("isoscale_residual", numbers(&list(&rows, |r| r.inverse))),
        ("printed_a24_distance", numbers(&list(&rows, |r| r.printed))),
    ]);
    let figures: Vec<Figure> = planes.first().map(isoscale).transpose()?.into_iter().collect();
    let caption = "Integrators of rank one in the plane of α and β, a colour a scale (λ = 0). The lines α = β₀ and β = α₀ are those of \
        scale d·e, where they meet the manifolds of rank two; lines of different scale cross on α = β alone, which is no matrix.";
    let section = Section::new("minima", "Minima in the space of encoder and decoder")
        .intro("The manifolds of A.5, and its formulas as numbers bear them out.")
        .figures([panels("isoscale", "Integrators of equal scale", caption, &figures, 1)?]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    #[test]
    fn every_formula_is_decided() {
        let found = findings(80, 3, 1).unwrap();
        for c in &found.claims {
            assert_eq!(c.verdict, Verdict::Holds, "{}: {:?}", c.claim, c.measured);
        }
    }
}
