//! Many samples of moderately large models: both strengths against their predictions.

use super::super::strengths::fit::Limit;
use super::super::strengths::{self, Case, Quantity, Row, Size, TRUNCATED, drawing, limit};
use super::chain;
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::roots::Strength;

/// Sampling ratios: corrections, powers of about 10/alpha, are extrapolated away.
const ALPHAS: [f64; 5] = [100.0, 200.0, 400.0, 800.0, 1600.0];
/// Small models, because many data sets matter more than their size.
pub(super) fn size(preset: Preset) -> Size {
    match preset {
        Preset::Quick => Size { n: 100, models: 4, draws: 250 },
        Preset::Paper => Size { n: 100, models: 8, draws: 1250 },
    }
}

/// Couplings, and whether they have a structure.
fn cases() -> Vec<(Case, bool)> {
    let named = |name: &str, case: Case| Case { name: name.into(), ..case };
    let random = |name: &str, ensemble| Case { name: name.into(), sigma: 0.5, ensemble };
    vec![
        (named("Chain, σ = 0.3", chain(0.3)), true),
        (named("Chain, σ = 0.6", chain(0.6)), true),
        (random("Band, w = 1, σ = 0.5", Ensemble::Band { sigma: 0.5, half_width: 1 }), true),
        (random("Orthogonal ensemble, σ = 0.5", Ensemble::Goe { sigma: 0.5 }), false),
    ]
}

/// The limits of one ensemble.
pub(super) struct Many {
    case: Case,
    structured: bool,
    n: usize,
    /// Data sets a point.
    sets: usize,
    cross: Option<Limit>,
    opt: Option<Limit>,
    gap: Option<Limit>,
    /// n / tr J^2, (n + 1) / tr J^2 and the general gamma_opt.
    predicted: [f64; 3],
    rows: Vec<Row>,
}

pub(super) fn measure(size: Size, seed: u64, observer: &dyn Observer) -> Result<Vec<Many>, Error> {
    let all = cases();
    let only: Vec<Case> = all.iter().map(|c| c.0.clone()).collect();
    let rows = strengths::measure(&only, &ALPHAS, size, seed, observer)?;
    let mut rows = rows.into_iter();
    let one = |(case, structured)| {
        let rows: Vec<Row> = rows.by_ref().take(ALPHAS.len()).collect();
        Many {
            case,
            structured,
            n: size.n,
            sets: rows[0].sets,
            cross: limit(rows.iter(), Quantity::Cross),
            opt: limit(rows.iter(), Quantity::Opt),
            gap: limit(rows.iter(), Quantity::Gap),
            predicted: [rows[0].thesis, rows[0].cross, rows[0].opt],
            rows,
        }
    };
    Ok(all.into_iter().map(one).collect())
}

pub(super) fn claims(all: &[Many]) -> Vec<Claim> {
    all.iter().flat_map(of_case).collect()
}

fn of_case(m: &Many) -> Vec<Claim> {
    let (Some(cross), Some(opt), Some(gap)) = (m.cross, m.opt, m.gap) else { return vec![] };
    let [thesis, crossing, general] = m.predicted;
    let name = &m.case.name;
    let measure = |l: Limit| Estimate::new(l.value, l.error, m.sets);
    let quantity = |what: &str| format!("{what}, n = {}, extrapolated to α → ∞; n: data sets a point", m.n);
    let text = |words: &str| format!("{name}: {words}");
    let (opt, crossed) = (measure(opt).times(general), measure(cross).times(crossing));
    let mut out = vec![
        theory(text("γ_cross tends to (n + 1)/tr J²"))
            .at("fanthomme2021 eq. 2.48, finite n")
            .is(quantity("γ_cross"), crossed)
            .predicted(crossing, TRUNCATED * crossing),
        theory(text("γ_opt tends to the general prediction (tr P² + (tr P)² + 2 (n + 1) tr J²)/(n tr PJPJ)"))
            .at("new: second order in 1/α")
            .is(quantity("γ_opt"), opt)
            .predicted(general, TRUNCATED * general)
            .headline(),
        // Of the print, a relative change of 1/n is not at stake.
        claim(text("γ_opt tends to n/tr J² (eq. 2.20)"))
            .at("fanthomme2021 eq. 2.20")
            .is(quantity("γ_opt"), opt)
            .predicted(thesis, (1.0 / m.n as f64 + TRUNCATED) * thesis)
            .headline()
            .if_differs(
                "Eq. 2.20 was derived for γ_cross. For structured couplings the test likelihood is largest \
                 at the general prediction, which is n/tr J² only where tr J⁴ and tr J³ are those of the \
                 orthogonal ensemble.",
            ),
        theory(text("the likelihood gap obeys -(n + 1)/(4 α n)"))
            .at("new; the thesis leaves Fig. 2.3B open")
            .is(quantity("gap over the law"), measure(gap))
            .predicted(1.0, TRUNCATED),
    ];
    if m.structured {
        out.push(
            theory(text("eq. 2.20 fails for γ_opt also with n + 1 for n"))
                .at("new")
                .is(
                    format!(
                        "|γ_opt tr J²/(n + 1) - 1| at α → ∞, beyond what the extrapolation leaves (the \
                         predictions differ by {:.1} %)",
                        100.0 * (general / crossing - 1.0)
                    ),
                    opt.times(1.0 / crossing).plus(-1.0).abs(),
                )
                .above(TRUNCATED),
        );
    }
    out
}

/// A limit with its error, times a unit; NaN without one.
fn times(l: &Option<Limit>, unit: f64) -> [f64; 2] {
    l.map_or([f64::NAN; 2], |l| [unit * l.value, unit * l.error])
}

/// A value and its error, null where there is none.
#[derive(Serialize)]
struct Valued {
    value: f64,
    std_error: f64,
}

/// Strengths of many samples.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    couplings: &'a str,
    n: usize,
    gamma_cross: Valued,
    gamma_opt: Valued,
    gap_over_law: Valued,
    eq_2_20: f64,
    predicted_cross: f64,
    predicted_opt: f64,
}

impl<'a> Entry<'a> {
    pub(super) fn of(m: &'a Many) -> Self {
        let limit = |l: &Option<Limit>, unit: f64| {
            let [value, std_error] = times(l, unit);
            Valued { value, std_error }
        };
        Self {
            couplings: &m.case.name,
            n: m.n,
            gamma_cross: limit(&m.cross, m.predicted[1]),
            gamma_opt: limit(&m.opt, m.predicted[2]),
            gap_over_law: limit(&m.gap, 1.0),
            eq_2_20: m.predicted[0],
            predicted_cross: m.predicted[1],
            predicted_opt: m.predicted[2],
        }
    }
}

/// Both strengths in units of (n + 1)/tr J^2 against 1/(alpha + gamma), with their predictions as single dots at zero.
fn figure(m: &Many) -> Drawn {
    let [_, crossing, general] = m.predicted;
    let x: Vec<f64> = m.rows.iter().map(|r| (r.alpha + r.cross).recip()).collect();
    let series = |name: &str, strength, ink: usize| {
        let (y, error): (Vec<f64>, Vec<f64>) =
            m.rows.iter().map(|r| r.together(strength)).map(|m| (m.value, m.error())).unzip();
        let unit = |v: Vec<f64>| v.into_iter().map(|v| v / crossing).collect::<Vec<f64>>();
        Series::new(name, &x, &unit(y)).errors(&unit(error)).ink(Ink::Series(ink))
    };
    let limit = |l: &Option<Limit>, unit: f64, ink: usize| {
        let [value, error] = times(l, unit);
        Series::new("", &[0.0], &[value]).errors(&[error]).ink(Ink::Series(ink))
    };
    let level = |name: &str, value: f64, ink: usize| {
        Series::new(name, &[0.0, x[0]], &[value; 2]).ink(Ink::Series(ink)).bare().dashed()
    };
    let all = [
        series("γ_opt", Strength::Opt, 0),
        series("γ_cross", Strength::Cross, 1),
        limit(&m.opt, general / crossing, 0),
        limit(&m.cross, 1.0, 1),
        level("general prediction", general / crossing, 0),
        level("(n + 1)/tr J²", 1.0, 1),
    ];
    let axes = Axes::new("1 / (α + γ)", "γ tr J² / (n + 1)").wide(250.0);
    scatter(&all, &axes)?.named("many", &m.case.name, "")
}

pub(super) fn section(all: &[Many]) -> Result<Section, Error> {
    let parts = all.iter().map(figure).collect::<Result<Vec<_>, _>>()?;
    let caption = format!(
        "γ_opt and γ_cross at many samples, in units of (n + 1)/tr J², n = {}, {} data sets a point, roots \
         of the mean residual with jackknife errors; at zero their quadratic extrapolations. Dashed: the \
         predictions.",
        all[0].n, all[0].sets
    );
    let cases: Vec<Case> = all.iter().map(|m| m.case.clone()).collect();
    let fit = |l: &Option<Limit>| l.map_or(f64::NAN, |l| l.chi_squared);
    let limits = Table::of(all)
        .column("couplings", "", |m| m.case.name.clone())
        .columns(["gamma_cross", "gamma_cross_std_error"], |m| times(&m.cross, m.predicted[1]))
        .columns(["gamma_cross_chi_squared", "gamma_cross_predicted"], |m| [fit(&m.cross), m.predicted[1]])
        .columns(["gamma_opt", "gamma_opt_std_error"], |m| times(&m.opt, m.predicted[2]))
        .columns(["gamma_opt_chi_squared", "gamma_opt_predicted"], |m| [fit(&m.opt), m.predicted[2]])
        .column("eq_2_20", "", |m| m.predicted[0])
        .columns(["gap_over_law", "gap_over_law_std_error"], |m| times(&m.gap, 1.0))
        .named(
            "limits",
            "Strengths at infinitely many samples, with errors and χ² of the quadratic extrapolation, and \
             what is predicted.",
        );
    Ok(Section::new("many_samples", "Where eq. 2.20 fails")
        .intro(
            "At fixed n a strength of single data sets does not settle as α grows: it fluctuates by sqrt(2 \
             α tr(JCJC)/n)/(n + 1), and the mean of such roots is biased. The root of the mean residual is \
             not, up to terms in 1/α, which are extrapolated away.",
        )
        .figures([panels("limits", "Strengths at many samples", &caption, &parts, 2)?])
        .tables([limits, drawing::table("strengths", &cases, all.iter().flat_map(|m| &m.rows))]))
}
