//! Eq. 2.7: the partition function of couplings on the sphere against its saddle point.

mod sphere;

use super::models::truth;
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::linalg::random::{Rng, Use, normal, stream};
use sphere::{Sphere, without_couplings};
use std::f64::consts::{LN_2, PI};

/// Eq. 2.7.
pub const STUDY: Study =
    Study::new("fanthomme2021/text2.1", "The partition function on the sphere against its saddle point", run);

/// Couplings, and the scales of the random ones: below the transition and above.
const NAMES: [&str; 3] = ["σ = 0.5", "σ = 2", "chain, σ = 0.5"];
const SCALES: [f64; 2] = [0.5, 2.0];
/// Variables of the integral that is sampled.
const SAMPLED: usize = 10;

/// Variables, models of each number, and samples of an integral.
struct Size {
    n: Vec<usize>,
    models: usize,
    samples: usize,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let models = if settings.preset == Preset::Quick { 6 } else { 20 };
    let size = Size { n: vec![10, 30, 100, 300, 1000], models, samples: 200_000 };
    findings(&size, settings.seed, observer)
}

/// One model at each number of variables: random couplings of both scales, and the chain.
struct Model([Sphere; 3]);

struct Measured {
    n: Vec<usize>,
    /// models\[place of n\]
    models: Vec<Vec<Model>>,
    /// Logarithm of the sampled integral less that of the contour, a model each.
    sampled: Vec<f64>,
}

fn model(n: usize, seed: u64, index: u64) -> Result<Model, Error> {
    let values = truth(&Ensemble::Goe { sigma: 1.0 }, n, seed, index)?.values;
    let scaled = |s: f64| Sphere::new(&values.iter().map(|j| s * j).collect::<Vec<_>>());
    let chain: Vec<f64> = (0..n).map(|k| (2.0 * PI * k as f64 / n as f64).cos()).collect();
    Ok(Model([scaled(SCALES[0]), scaled(SCALES[1]), Sphere::new(&chain)]))
}

/// log Z by the mean of exp(x'Jx/2) over points of the sphere.
fn sampled(j: &[f64], samples: usize, rng: &mut Rng) -> f64 {
    let n = j.len() as f64;
    let mut sum = 0.0;
    for _ in 0..samples {
        let (mut size, mut energy) = (0.0, 0.0);
        for j in j {
            let square = normal(rng).powi(2);
            size += square;
            energy += j * square;
        }
        sum += (0.5 * n * energy / size).exp();
    }
    without_couplings(j.len()) + (sum / samples as f64).ln()
}

fn measure(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Measured, Error> {
    let count = size.n.len() * size.models;
    let all = parallel_by(
        |i| count - i,
        "couplings",
        count,
        observer,
        |i| model(size.n[i / size.models], seed, i as u64),
    )?;
    let mut all = all.into_iter();
    let models = size.n.iter().map(|_| all.by_ref().take(size.models).collect()).collect();
    let sampled = parallel("spheres", size.models, observer, |k| {
        let values = truth(&Ensemble::Goe { sigma: SCALES[0] }, SAMPLED, seed, 10_000 + k as u64)?.values;
        let found = sampled(&values, size.samples, &mut stream(seed, Use::Samples, k as u64));
        Ok(found - Sphere::new(&values).exact)
    })?;
    Ok(Measured { n: size.n.clone(), models, sampled })
}

impl Measured {
    /// The mean over models at one number of variables; the chain has no other models.
    fn mean(&self, at: usize, case: usize, f: impl Fn(&Sphere) -> f64) -> Estimate {
        match case {
            2 => Estimate::exact(f(&self.models[at][0].0[2]), 1),
            _ => mean(&self.models[at], |m| f(&m.0[case])),
        }
    }
    fn last(&self) -> usize {
        self.n.len() - 1
    }
}

fn claims(m: &Measured) -> Vec<Claim> {
    let (last, n) = (m.last(), m.n[m.last()]);
    let size = n as f64;
    let each = |f: &dyn Fn(&Sphere) -> f64| [0, 1, 2].map(|k| m.mean(last, k, f).abs());
    let spheres = || m.models.iter().flatten().flat_map(|m| &m.0);
    let rows = [
        claim("log Z is n min(μ/2 - log det(μ - J)/(2n)) to the dominant order in n, as printed")
            .decided_by(
                format!("|log Z - it|/n, n = {n}, largest of three kinds of couplings"),
                &each(&|s| (s.exact - s.saddle) / size),
            )
            .predicted(0.0, 0.01)
            .headline()
            .if_differs("the print drops (n/2) log 2π, which does not depend on the couplings; eq. 2.17 needs it dropped"),
        theory("It is that and (n/2) log 2π")
            .decided_by(
                format!("|log Z - it|/n, n = {n}, largest of three kinds of couplings"),
                &each(&|s| s.left() / size),
            )
            .predicted(0.0, 0.01)
            .headline(),
        claim("log Z is the integral over the sphere, as the first line prints")
            .is(
                format!("the integral over the second line, σ = 0.5, n = {}", m.n[0]),
                m.mean(0, 0, |s| s.exact.exp() / s.saddle),
            )
            .predicted(1.0, 0.1)
            .if_differs("a logarithm is missing before the integral"),
        theory("What is left below the transition is the fluctuation of μ, -log(4π Σ c²)/2")
            .is(format!("log Z less all three, σ = 0.5, n = {n}"), m.mean(last, 0, |s| s.left() - s.gaussian()))
            .predicted(0.0, 0.01),
        theory("Above it one mode holds the norm, which leaves (log 2 - 1)/2 more: Stirling's formula of Γ(1/2)")
            .is(format!("log Z less all three, σ = 2, n = {n}"), m.mean(last, 1, |s| s.left() - s.gaussian()))
            .predicted(0.5 * (LN_2 - 1.0), 0.05),
        claim("The covariance on the sphere is that of the constraint on its trace, (μ - J)^-1")
            .is(format!("mean |variance over 1/(μ - j) - 1|, σ = 0.5, n = {n}"), m.mean(last, 0, Sphere::off))
            .below(0.01)
            .at("fanthomme2021 eqs. 2.2, 2.3, 2.7"),
        check("The contour integral is the integral over the sphere")
            .is(format!("log of a sampled integral less it, n = {SAMPLED}"), Estimate::mean(m.sampled.iter().copied()))
            .predicted(0.0, 0.02),
        check("All points have the norm √n")
            .is(
                "largest |mean square - 1|",
                Estimate::exact(largest(spheres().map(|s| s.radius().abs())), spheres().count()),
            )
            .predicted(0.0, 1e-9),
    ];
    at("fanthomme2021 eq. 2.7", rows)
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let m = measure(size, seed, observer)?;
    let claims = claims(&m);
    let figures = [distances(&m)?, left(&m)?, variances(&m)?];
    let caption = format!(
        "A: |log Z - saddle point - (n/2) log 2π| a variable for random couplings below and above the transition and for a chain; \
         dashed: the fluctuation of μ about the saddle point, log(4π Σ c²)/(2n). B: what that leaves; dashed: 0, and (log 2 - 1)/2 of \
         one Gaussian mode. C: variance along eigenvectors on the sphere over 1/(μ - j), σ = 0.5, one model each. Means over {} \
         models with standard errors.",
        size.models
    );
    let section = Section::new("sphere", "The integral over the sphere and its saddle point")
        .intro(
            "Z is the integral over |x|² = n of exp(x'Jx/2), exact by one contour integral over the multiplier μ; the thesis takes its \
             saddle point for it.",
        )
        .figures([panels("sphere", "The sphere and its saddle point", &caption, &figures, 3)?])
        .tables([table(&m)]);
    Ok(Findings {
        answer: answer(&claims),
        claims,
        sections: vec![section],
        json: json(&m),
        warnings: vec![],
    })
}

fn sizes(m: &Measured) -> Vec<f64> {
    m.n.iter().map(|n| *n as f64).collect()
}

/// A number of every size, the three kinds of couplings.
fn series(m: &Measured, f: impl Fn(&Sphere) -> f64) -> Vec<Series> {
    let one = |(case, name): (usize, &&str)| {
        curve(name, &sizes(m), (0..m.n.len()).map(|k| m.mean(k, case, &f))).ink(Ink::Series(case)).joined()
    };
    NAMES.iter().enumerate().map(one).collect()
}

fn distances(m: &Measured) -> Drawn {
    let per = |f: fn(&Sphere) -> f64| move |s: &Sphere| -f(s) / s.c.len() as f64;
    let mut all =
        series(m, per(Sphere::left)).into_iter().map(|s| Series { joined: false, ..s }).collect::<Vec<_>>();
    all.extend(series(m, per(Sphere::gaussian)).into_iter().map(|s| s.bare().dashed().unlisted()));
    let axes = Axes { width: THIRD, ..Axes::new("variables n", "distance a variable").log_log() };
    scatter(&all, &axes)?.named("distance", "To dominant order", "")
}

fn left(m: &Measured) -> Drawn {
    let all: Vec<Series> = series(m, |s| s.left() - s.gaussian()).into_iter().map(Series::unlisted).collect();
    let axes = Axes { x_log: true, width: THIRD, ..Axes::new("variables n", "what is left of log Z") }
        .reference("", Reference::Across(0.0))
        .reference("(log 2 - 1)/2", Reference::Across(0.5 * (LN_2 - 1.0)));
    scatter(&all, &axes)?.named("left", "Beyond the fluctuation", "")
}

fn variances(m: &Measured) -> Drawn {
    let all: Vec<Series> = (0..m.n.len())
        .filter(|k| m.n[*k] >= 30)
        .map(|k| {
            let s = &m.models[k][0].0[0];
            Series::new(&format!("n = {}", m.n[k]), &s.c, &s.ratios).ink(tone(k, m.n.len()))
        })
        .collect();
    let axes = Axes { x_log: true, width: THIRD, ..Axes::new("1/(μ - j)", "variance over 1/(μ - j)") };
    lines(&all, &axes)?.named("variances", "Variances", "")
}

fn table(m: &Measured) -> TableOut {
    let rows: Vec<(usize, usize)> =
        (0..m.n.len()).flat_map(|k| (0..NAMES.len()).map(move |c| (k, c))).collect();
    let of = |r: &(usize, usize), f: fn(&Sphere) -> f64| pair(m.mean(r.0, r.1, f));
    Table::of(&rows)
        .column("n", "", |r| m.n[r.0])
        .column("couplings", "", |r| NAMES[r.1])
        .columns(["log_z", "log_z_error"], |r| of(r, |s| s.exact))
        .columns(["saddle", "saddle_error"], |r| of(r, |s| s.saddle))
        .columns(["left", "left_error"], |r| of(r, Sphere::left))
        .columns(["fluctuation", "fluctuation_error"], |r| of(r, Sphere::gaussian))
        .columns(["variances_off", "variances_off_error"], |r| of(r, Sphere::off))
        .named(
            "sphere",
            "log Z of the sphere, its saddle point, what it exceeds that and (n/2) log 2π by, the fluctuation of μ, and mean \
             |variance (μ - j) - 1|.",
        )
}

fn json(m: &Measured) -> Map<String, Value> {
    let left = |case: usize| -> Vec<f64> {
        (0..m.n.len()).map(|k| m.mean(k, case, |s| s.left() - s.gaussian()).value).collect()
    };
    entries([
        ("n", numbers(&sizes(m))),
        ("beyond_fluctuation", json!({ "below": left(0), "above": left(1), "chain": left(2) })),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn a_small_run_tells_the_print_from_what_is_right() {
        let size = Size { n: vec![10, 40, 800], models: 3, samples: 20_000 };
        let found = findings(&size, 1, &Silent).unwrap();
        for (words, expected) in [
            ("as printed", Verdict::Differs),
            ("It is that and", Verdict::Holds),
            ("as the first line", Verdict::Differs),
            ("-log(4π", Verdict::Holds),
            ("norm √n", Verdict::Holds),
        ] {
            let claim = crate::common::found(&found, words);
            assert_eq!(claim.verdict, expected, "{claim:?}");
        }
        assert!(crate::common::found(&found, "contour").measured.value.abs() < 0.1);
    }
}
