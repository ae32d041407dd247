//! The section of `distill radd`.

use super::{Exponents, From, Radd, STUDENT, figures, tables};
use crate::Error;
use crate::page::Section;
use crate::sections::{Rendered, words};
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoints;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::training::radd::{Errors, Score, Student};
use words::{count, with_error};

/// What was found, a sentence each.
pub fn describe(r: &Radd) -> Vec<String> {
    let s = &r.student;
    let list = |scores: &[Score]| scores.iter().map(|s| words::number(s.r2)).collect::<Vec<_>>().join(", ");
    let mut out = vec![format!(
        "A student of {} for a teacher of {}, fitted to {}: R² of one step {}, of the free-running student {}.",
        count(s.units(), "unit"),
        r.units,
        count(s.pairs, "pair"),
        list(&r.scores.one_step),
        list(&r.scores.rollout)
    )];
    if let Some(h) = &r.held_out {
        out.push(format!(
            "On {} held out: one step {}, free-running {}.",
            count(h.pairs, "pair"),
            list(&h.one_step),
            list(&h.rollout)
        ));
    }
    if let Some((share, which)) = censored(r) {
        out.push(format!(
            "{share} of the targets are {} of the range of the {}, where only the side is known ({which}): fitted by \
             maximum likelihood.",
            at_an_end(s),
            s.activation.name()
        ));
    }
    out.extend(scaled(r));
    let moduli: Vec<String> = r.eigenvalues.iter().map(|v| words::number(v.re.hypot(v.im))).collect();
    out.push(format!("Moduli of A's eigenvalues: {}.", moduli.join(", ")));
    let kinds = |p: &FixedPoints| {
        let fixed: Vec<usize> =
            p.points.iter().filter(|p| p.label.name() == "fixed").map(|p| p.unstable).collect();
        let stable = fixed.iter().filter(|u| **u == 0).count();
        format!("{} ({stable} stable)", count(fixed.len(), "fixed point"))
    };
    let teacher = r.teacher.as_ref().map_or(String::new(), |t| format!(", its teacher {}", kinds(&t.points)));
    let under = if r.inputs.is_empty() { "Without input" } else { "Under the constant input" };
    out.push(format!("{under} the student has {}{teacher}.", kinds(&r.points)));
    out
}

/// The section of `distill radd`.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn radd(r: &Radd) -> Result<Rendered, Error> {
    let section = Section {
        id: "distillation".into(),
        title: "Distillation".into(),
        intro: vec![],
        method: intro(r),
        facts: facts(r),
        figures: figures::all(r)?,
        tables: tables::all(r),
        notes: notes(r),
        files: vec![STUDENT.into()],
    };
    Ok(Rendered { section, warnings: warnings(r) })
}

fn intro(r: &Radd) -> Vec<String> {
    let from = match r.projection {
        From::Pca => "the first principal components of the teacher's states, their mean not subtracted",
        From::Readout => "the rows of the teacher's read-out",
        From::Units => "the units themselves",
        From::File => "the given matrix",
    };
    let scale = match r.scale {
        Some(target) => format!(", scaled so that the largest |z| is {}", words::number(target)),
        None => String::new(),
    };
    vec![
        format!(
            "The student is z(t) = f(A z(t−1) + B u(t{}) + c), f the {}, in the coordinates z = P h of the teacher's \
             states h; P is {from}{scale}. A, B and c are the least squares of f⁻¹(z(t)) on the teacher's own z(t−1), \
             the inputs and a constant{}.",
            if r.settings.lag == 1 { "−1" } else { "" },
            r.settings.activation.name(),
            match censored(r) {
                Some(_) =>
                    "; of units with states at an end of f's range they maximise the likelihood of normal noise inside f, \
                     such states saying only that f⁻¹(z) is beyond",
                None => ", in closed form",
            }
        ),
        "One step starts from the teacher's state each time; the free-running student starts each sequence with the \
         teacher and then feeds on its own states. A student is its teacher only if the second follows too."
            .into(),
    ]
}

fn facts(r: &Radd) -> Vec<(String, String)> {
    let s = &r.student;
    let mut facts: Vec<(String, String)> = vec![];
    let mut add = |name: &str, text: String| facts.push((name.into(), text));
    add("Units of the student", s.units().to_string());
    add("Pairs fitted", s.pairs.to_string());
    add("Factor of the scaling", words::number(r.factor));
    if let Some(share) = r.explained {
        add("Teacher's variance in the student's coordinates", words::percent(share));
    }
    add("Targets beyond the range, taken as at its end", s.beyond.to_string());
    if let Some((share, which)) = censored(r) {
        add(&format!("Targets {} of the range (censored)", at_an_end(s)), format!("{share} ({which})"));
    }
    add("Standard errors", standard_errors(s));
    add("Condition number of the regressors", words::number(s.condition));
    facts.extend(exponent_fact("student", &r.exponents));
    facts.extend(r.teacher.as_ref().and_then(|t| exponent_fact("teacher", &t.exponents)));
    facts
}

/// Exponents as a fact of the page.
pub(super) fn exponent_fact(who: &str, e: &Option<Exponents>) -> Option<(String, String)> {
    let e = e.as_ref()?;
    let list = e.values.iter().map(|v| with_error(*v)).collect::<Vec<_>>();
    let how = if e.driven { "along the inputs" } else { "under the constant input" };
    Some((format!("Exponents of the {who}, {how}"), list.join(", ")))
}

/// Where censored targets are.
fn at_an_end(s: &Student) -> &'static str {
    if s.beyond > 0 { "at or beyond an end" } else { "at an end" }
}

/// In which units the coefficients are, where not in the data's.
fn scaled(r: &Radd) -> Option<String> {
    r.scale?;
    ((r.factor - 1.0).abs() > f64::EPSILON).then(|| {
        format!(
            "Coefficients are in units of z, the projected states times {} (--scale none keeps the states as they are).",
            words::number(r.factor)
        )
    })
}

/// Share of all targets that are censored, and of each unit's.
fn censored(r: &Radd) -> Option<(String, String)> {
    let s = &r.student;
    let shares: Vec<f64> = (0..s.units()).map(|i| s.share_censored(i)).collect();
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    let which: Vec<String> = (0..s.units())
        .filter(|i| shares[*i] > 0.0)
        .map(|i| format!("z{} {}", i + 1, words::percent(shares[i])))
        .collect();
    (mean > 0.0).then(|| (words::percent(mean), which.join(", ")))
}

/// `z1, z3` of the units that `of` picks; none of none.
fn picked(s: &Student, of: impl Fn(usize) -> bool) -> Option<String> {
    let names: Vec<String> = (0..s.units()).filter(|i| of(*i)).map(|i| format!("z{}", i + 1)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// What standard errors rest on, in words.
fn standard_errors(s: &Student) -> String {
    let with = |of: fn(&Errors) -> bool| picked(s, |i| of(&s.errors[i]));
    let clusters = s.errors.iter().find_map(|e| match e {
        Errors::Clustered { clusters, sequences: true } => Some(format!("{clusters} sequences")),
        Errors::Clustered { sequences: false, .. } => Some("blocks of successive pairs".to_owned()),
        _ => None,
    });
    let independent = with(|e| *e == Errors::Independent)
        .map(|z| format!("residuals of {z} are not correlated: taken as independent, of equal size"));
    let clustered = with(|e| matches!(e, Errors::Clustered { .. })).zip(clusters);
    let clustered = clustered.map(|(z, of)| format!("those of {z} are: from the scatter of {of}"));
    let unknown = with(|e| matches!(e, Errors::Unknown { .. }))
        .map(|z| format!("those of {z} are, and the pairs are too few to know the errors"));
    [independent, clustered, unknown].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn notes(r: &Radd) -> Vec<String> {
    let mut notes = vec![
        "Standard errors are those of the student that would follow the teacher best from one step to the next, given more \
         rows; where the teacher has structure that its projection lacks, that student is not the teacher."
            .to_owned(),
    ];
    if r.settings.ridge > 0.0 {
        notes.push(format!(
            "Ridge: {} times the sum of squares of A and B beside the sum of squared residuals; c is not penalised.",
            words::number(r.settings.ridge)
        ));
    }
    if r.held_out.is_some() {
        notes.push(
            "The last pairs are held out: neighbours in time are too alike for a random choice.".into(),
        );
    }
    if !r.scales.is_empty() {
        notes.push(
            "The scale of P is free and decides how much of f's bend the student uses: errors at other scales are in \
             the table."
                .into(),
        );
    }
    notes
}

fn warnings(r: &Radd) -> Vec<String> {
    let mut warnings = vec![];
    let free = r.undetermined();
    if !free.is_empty() {
        let names = free.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let verb = if free.len() == 1 { "is" } else { "are" };
        warnings.push(format!(
            "The rows do not determine the {} of {names}: what does not change, or repeats others, cannot be told from \
             them. Of all that fit equally well the coefficients of smallest norm {verb} given.",
            if free.len() == 1 { "coefficient" } else { "coefficients" }
        ));
    }
    let s = &r.student;
    if s.pairs <= s.rank {
        warnings.push(format!(
            "The {} determine as many coefficients of each unit: the fit goes through all of them, its R² says nothing, and errors \
             are not known. Take more rows, or a ridge.",
            words::count(s.pairs, "pair")
        ));
    }
    if s.beyond > 0 {
        let advice = match s.activation {
            Activation::Tanh => "choose a smaller --scale or another --activation",
            _ => "choose another --activation or --projection",
        };
        warnings.push(format!(
            "{} of {} targets are beyond the range of the {} and count as at its end: {advice}.",
            s.beyond,
            s.pairs * s.units(),
            s.activation.name()
        ));
    }
    let ends = |i: usize| s.censored[i].iter().sum::<usize>();
    if let Some(z) = picked(s, |i| ends(i) == s.pairs) {
        warnings.push(format!(
            "{z}: always at an end of the range of the {}, so that the coefficients are not known; those given take the ends for values.",
            s.activation.name()
        ));
    }
    if let Some(z) = picked(s, |i| ends(i) > 0 && ends(i) < s.pairs && s.pairs - ends(i) <= s.rank) {
        warnings.push(format!(
            "{z}: inside the range of the {} in as few pairs as there are coefficients; errors are not known.",
            s.activation.name()
        ));
    }
    for (i, open) in s.open.iter().enumerate().filter(|(_, o)| o.iter().any(|o| *o)) {
        let names = r.regressors().into_iter().zip(open).filter(|(_, o)| **o);
        warnings.push(format!(
            "z{}: of what it takes from {} only a bound is known, for wherever that matters the unit is at an end of its range.",
            i + 1,
            names.map(|(n, _)| format!("`{n}`")).collect::<Vec<_>>().join(", ")
        ));
    }
    let times = s.errors.iter().filter_map(|e| match e {
        Errors::Unknown { time } => Some(*time),
        _ => None,
    });
    if let (Some(z), Some(time)) = (picked(s, |i| matches!(s.errors[i], Errors::Unknown { .. })), times.max())
    {
        warnings.push(format!(
            "{z}: residuals are correlated over about {}, and {} are too few to know the errors of the coefficients.",
            words::count(time, "step"),
            words::count(s.pairs, "pair")
        ));
    }
    let constant: Vec<String> =
        (0..s.units()).filter(|i| r.scores.one_step[*i].r2.is_nan()).map(|i| format!("z{}", i + 1)).collect();
    if !constant.is_empty() {
        let verbs = if constant.len() == 1 { "does not change: it has" } else { "do not change: they have" };
        warnings.push(format!("{} {verbs} no R².", constant.join(", ")));
    }
    if r.exponents.is_none() {
        warnings.push("The student's states grow beyond all bounds: it has no Lyapunov exponents.".into());
    }
    warnings
}
