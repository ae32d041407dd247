//! Fig. 2.2: likelihoods of training, test and generated data against the regularisation strength.

mod verdicts;

use super::at_size;
use super::models::{Model, failed, sides_of_2_21};
use super::strengths::{PRINTED, RANGE};
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::likelihood::Likelihoods;
use nullcline_core::inference::gaussian::roots::{Roots, Strength, log_grid, roots};
use nullcline_core::inference::gaussian::samples::draw;
use nullcline_core::inference::gaussian::sweep::sweep;
use nullcline_core::job::Observer;
use nullcline_core::linalg::random::{Use, stream};

/// Fig. 2.2.
pub const STUDY: Study = Study::new(
    "fanthomme2021/fig2.2",
    "Likelihoods of training, test and generated data against the regularisation strength",
    run,
);

/// Samples over variables of the four panels; the print's are not known.
const ALPHAS: [f64; 4] = [0.1, 0.5, 2.0, 10.0];
const SIGMA: f64 = 0.5;
/// Where the limits of small and of large gamma are read off.
const LIMITS: [f64; 2] = [1e-8, 1e8];
const WIDTH: f64 = 250.0;

/// Variables, true models, data sets of each.
struct Size {
    n: usize,
    models: usize,
    draws: usize,
}

impl Size {
    fn of(preset: Preset) -> Self {
        match preset {
            Preset::Quick => Self { n: 400, models: 4, draws: 5 },
            Preset::Paper => Self { n: 1000, models: 8, draws: 10 },
        }
    }
}

/// What one data set gives.
struct DataSet {
    curves: Vec<Likelihoods>,
    limits: [Likelihoods; 2],
    roots: Roots,
    /// Likelihoods at gamma_opt, gamma_cross and gamma_half, the first root of each.
    at: [Option<Likelihoods>; 3],
    /// Left over right side of eq. 2.21, at gamma_half.
    half_ratio: f64,
    /// L(J) of its true model.
    truth: f64,
    /// (n + 1) / tr J^2 of its true model.
    predicted: f64,
}

/// The data sets of one sampling ratio.
struct Panel {
    alpha: f64,
    n: usize,
    sets: Vec<DataSet>,
}

impl Panel {
    /// Mean over the data sets where `f` is finite.
    fn mean(&self, f: impl Fn(&DataSet) -> f64) -> Estimate {
        Estimate::mean_of_found(self.sets.iter().map(f))
    }

    /// The mean strength of one kind.
    fn strength(&self, strength: Strength) -> Estimate {
        self.mean(|s| s.roots.of(strength).first().copied().unwrap_or(f64::NAN))
    }
}

fn data_set(model: &Model, alpha: f64, gammas: &[f64], seed: u64, index: u64) -> Result<DataSet, Error> {
    let n = model.c.len();
    let p = ((alpha * n as f64).round() as usize).max(1);
    let mut rng = stream(seed, Use::Samples, index);
    let (spectrum, others) = draw(&model.c, p, true, &[&model.j], &mut rng).map_err(failed)?;
    let found = roots(std::slice::from_ref(&spectrum), RANGE.0, RANGE.1).map_err(failed)?;
    let limits = sweep(&spectrum, &LIMITS).map_err(failed)?;
    let mut at = [None; 3];
    for (place, strength) in at.iter_mut().zip(Strength::ALL) {
        if let Some(gamma) = found.of(strength).first() {
            *place = Some(sweep(&spectrum, &[*gamma]).map_err(failed)?[0]);
        }
    }
    let half_ratio = match found.half.first() {
        Some(gamma) => sides_of_2_21(&spectrum, &others[0], *gamma)?,
        None => f64::NAN,
    };
    Ok(DataSet {
        curves: sweep(&spectrum, gammas).map_err(failed)?,
        limits: [limits[0], limits[1]],
        roots: found,
        at,
        half_ratio,
        truth: model.likelihood,
        predicted: model.moments.cross(),
    })
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(&Size::of(settings.preset), settings.seed, observer)
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let gammas = log_grid(5e-4, 1e4, 50);
    let goe = Ensemble::Goe { sigma: SIGMA };
    let truths =
        parallel("true models", size.models, observer, |i| Model::draw(&goe, size.n, seed, i as u64))?;
    let repeats = size.models * size.draws;
    let count = ALPHAS.len() * repeats;
    // The largest sampling ratios take longest.
    let all = parallel_by(
        |i| count - i,
        "data sets",
        count,
        observer,
        |i| data_set(&truths[i % repeats / size.draws], ALPHAS[i / repeats], &gammas, seed, i as u64),
    )?;
    let mut all = all.into_iter();
    let panels: Vec<Panel> = ALPHAS
        .iter()
        .map(|alpha| Panel { alpha: *alpha, n: size.n, sets: all.by_ref().take(repeats).collect() })
        .collect();
    let json = panels.iter().map(|p| (format!("alpha_{}", p.alpha), written(Entry::of(p)))).collect();
    let claims = at_size(verdicts::claims(&panels), size.n, PRINTED);
    let sections = vec![section(&panels, &gammas, size)?];
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}

/// Three strengths at one sampling ratio.
#[derive(Serialize)]
struct Entry {
    data_sets: usize,
    n: usize,
    gamma_opt_cross_half: [f64; 3],
    std_error: [f64; 3],
}

impl Entry {
    fn of(p: &Panel) -> Self {
        let strengths = Strength::ALL.map(|s| p.strength(s));
        Self {
            data_sets: p.sets.len(),
            n: p.n,
            gamma_opt_cross_half: strengths.map(|s| s.value),
            std_error: strengths.map(|s| s.error()),
        }
    }
}

fn section(panels_of: &[Panel], gammas: &[f64], size: &Size) -> Result<Section, Error> {
    let parts = panels_of.iter().map(|p| panel(p, gammas)).collect::<Result<Vec<_>, _>>()?;
    let caption = format!(
        "Likelihoods a variable of training, test and generated data and of the true model (grey), against \
         the regularisation strength γ, at four sampling ratios α = p/n: means of {} data sets of n = {} \
         (GOE, σ = {SIGMA}); bands, where wider than the line, are one standard error. Vertical lines: \
         γ_opt (test likelihood maximal), γ_cross (generated = test), γ_half (generated midway between \
         training and test).",
        size.models * size.draws,
        size.n
    );
    Ok(Section::new("likelihoods", "Likelihoods against the regularisation strength")
        .intro(
            "Couplings J of the Gaussian orthogonal ensemble, p = α n samples, the covariance rescaled to \
             trace n; for every γ the couplings that maximise the posterior (eqs. 2.8-2.11) and the three \
             likelihoods of eqs. 2.13-2.15 with (n/2) log 2π dropped, in closed form from one \
             eigendecomposition a data set. The thesis does not print σ and α of this figure.",
        )
        .figures([panels("likelihoods", "Likelihoods against γ", &caption, &parts, 2)?])
        .tables([curves(panels_of, gammas), strengths(panels_of)]))
}

/// A curve of the figure: its name and where its values are.
type Curve = (&'static str, fn(&Likelihoods) -> f64);
const CURVES: [Curve; 3] = [("training", |l| l.train), ("test", |l| l.test), ("generated", |l| l.generated)];

impl Panel {
    /// Mean of a curve a variable, at every gamma.
    fn curve(&self, f: fn(&Likelihoods) -> f64) -> Vec<Estimate> {
        let at = |g: usize| self.mean(|s| f(&s.curves[g]) / self.n as f64);
        (0..self.sets[0].curves.len()).map(at).collect()
    }
}

fn panel(p: &Panel, gammas: &[f64]) -> Drawn {
    let truth = p.mean(|s| s.truth / p.n as f64).value;
    let mut series = vec![];
    // The divergences at small gamma would flatten all else.
    let (mut low, mut high) = (-0.52f64, -0.48f64);
    for (k, (name, f)) in CURVES.into_iter().enumerate() {
        let y = p.curve(f);
        low = y.iter().map(|m| m.value).fold(low, f64::min).max(-1.05);
        high = y.iter().map(|m| m.value).fold(high, f64::max).min(0.25);
        series.push(curve(name, gammas, y).ink(Ink::Series(k)));
    }
    let range = [low - 0.02, high + 0.02];
    let inks = [Ink::Black, Ink::Series(3), Ink::Series(4)];
    for (k, (strength, name)) in Strength::ALL.into_iter().zip(["γ_opt", "γ_cross", "γ_half"]).enumerate()
    {
        let at = p.strength(strength).value;
        // gamma_opt shows through the dashes of gamma_cross, which all but coincides.
        series.push(Series { dashed: k > 0, ..Series::new(name, &[at, at], &range).ink(inks[k]) });
    }
    let axes = Axes::new("Regularisation strength γ", "Likelihood / n").wide(WIDTH);
    let axes = Axes { x_log: true, y_range: Some(range), x_range: Some([5e-4, 1e4]), ..axes };
    let axes = axes.reference("true model", Reference::Across(truth));
    lines(&series, &axes)?.named("panel", &format!("α = {}", p.alpha), "")
}

fn curves(panels: &[Panel], gammas: &[f64]) -> TableOut {
    let curves: Vec<_> = panels.iter().map(|p| (p.alpha, CURVES.map(|(_, f)| p.curve(f)))).collect();
    let rows: Vec<_> = curves.iter().flat_map(|c| (0..gammas.len()).map(move |g| (c, g))).collect();
    let mut table = Table::of(&rows).column("alpha", "", |r| r.0.0).column("gamma", "", |r| gammas[r.1]);
    for (k, (name, _)) in CURVES.into_iter().enumerate() {
        table = table.column(name, "per_variable", |(c, g)| c.1[k][*g]);
    }
    table.named("curves", "Mean likelihoods a variable, with their standard errors.")
}

fn strengths(panels: &[Panel]) -> TableOut {
    let mut table = Table::of(panels).column("alpha", "", |p| p.alpha);
    for (strength, name) in Strength::ALL.into_iter().zip(["gamma_opt", "gamma_cross", "gamma_half"]) {
        table = table.column(name, "", |p| p.strength(strength));
        table = table.column(&format!("{name}_found"), "", |p| p.strength(strength).n);
    }
    table.column("predicted_for_many_samples", "", |p| p.mean(|s| s.predicted).value).named(
        "strengths",
        "Mean strengths, their standard errors, in how many data sets there is one, and (n + 1)/tr J².",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn small_data_sets_bear_out_what_holds_at_every_size() {
        let found = findings(&Size { n: 60, models: 2, draws: 2 }, 1, &Silent).unwrap();
        let claim = |words: &str| crate::common::found(&found, words);
        for words in
            ["Training likelihood", "Generated likelihood falls", "2.16", "2.17", "never", "(1 - α)/2"]
        {
            assert_eq!(claim(words).verdict, Verdict::Holds, "{:?}", claim(words));
        }
        let coincide = claim("coincide at vanishing");
        assert_eq!(coincide.verdict, Verdict::Differs);
        assert!(coincide.reason.contains("(1 - α)/2"));
        assert_eq!(found.sections[0].tables[0].rows(), 200);
    }
}
