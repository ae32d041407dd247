//! Claims as `claims.csv`, on the page, on the terminal, and what they say together.

use super::{Claim, Expected, Kind, Verdict};
use crate::Preset;
use nullcline_report::page::ClaimRow;
use nullcline_report::sections::words::{number, with_error};
use nullcline_report::tables::{Table, TableOut};

/// `claims.csv`: the columns of the contract.
pub fn table(claims: &[Claim], preset: Preset) -> TableOut {
    Table::of(claims)
        .column("claim", "", |c| c.claim.clone())
        .column("source", "", |c| c.source.clone())
        .column("kind", "", |c| c.kind.name())
        .column("preset", "", |_| preset.name())
        .column("quantity", "", |c| c.quantity.clone())
        .column("published", "", |c| c.published)
        .column("predicted", "", |c| c.predicted)
        .columns(["measured", "std_error"], |c| [c.measured.value, c.measured.error()])
        .column("n", "", |c| c.measured.n)
        .column("tolerance", "", |c| c.tolerance)
        .column("verdict", "", |c| c.verdict.name())
        .column("reason", "", reason)
        .named("claims", "Every claim with the published, the predicted and the measured number.")
}

/// Claims as the page shows them.
pub fn rows(claims: &[Claim]) -> Vec<ClaimRow> {
    let known = |v: Option<f64>| v.map(number).unwrap_or_default();
    let row = |c: &Claim| ClaimRow {
        verdict: c.verdict.name(),
        check: c.kind == Kind::Check,
        claim: c.claim.clone(),
        detail: match c.kind {
            Kind::Theory => format!("{} · {} · theory", c.quantity, c.source),
            _ => format!("{} · {}", c.quantity, c.source),
        },
        reason: reason(c),
        published: known(c.published),
        predicted: known(c.predicted),
        measured: measured(c),
        tolerance: if c.tolerance > 0.0 { number(c.tolerance) } else { String::new() },
        n: if c.measured.n > 0 { c.measured.n.to_string() } else { String::new() },
    };
    claims.iter().map(row).collect()
}

fn measured(c: &Claim) -> String {
    let m = &c.measured;
    match (m.value.is_nan(), m.std_error) {
        (true, _) => String::new(),
        (_, Some(_)) => with_error(*m),
        (_, None) => format!("{} ± ?", number(m.value)),
    }
}

/// The claim's reason, or why a verdict is open where that was not said.
pub(super) fn reason(c: &Claim) -> String {
    if !c.reason.is_empty() || c.verdict != Verdict::Undecided {
        return c.reason.clone();
    }
    let m = &c.measured;
    match (m.value.is_finite(), m.std_error, m.reach()) {
        (false, ..) => "No number was found.".into(),
        (_, None, _) if m.n == 1 => "Of one repetition no error is known.".into(),
        (_, None, _) => "The error is not known.".into(),
        (.., None) => "The error stands on one repetition.".into(),
        (.., Some(_)) if matches!(c.expected, Expected::Near(_)) && c.tolerance <= 0.0 => {
            "No difference at all is allowed, which no number with an error can show.".into()
        }
        (.., Some(reach)) => {
            format!("The interval of 95 %, {} ± {}, contains both answers.", number(m.value), number(reach))
        }
    }
}

/// How many claims hold, differ, are open and were not tested, in words; then the checks, which are no
/// claims.
pub fn count(claims: &[Claim]) -> String {
    let of = |check: bool, v: Verdict| {
        claims.iter().filter(|c| (c.kind == Kind::Check) == check && c.verdict == v).count()
    };
    let words = |check: bool, noun: &str| {
        let all = claims.iter().filter(|c| (c.kind == Kind::Check) == check).count();
        let mut text = match all {
            1 => format!("{} of 1 {noun} holds", of(check, Verdict::Holds)),
            _ => format!("{} of {all} {noun}s hold", of(check, Verdict::Holds)),
        };
        for (v, singular, plural) in [
            (Verdict::Differs, "differs", "differ"),
            (Verdict::Undecided, "undecided", "undecided"),
            (Verdict::NotTested, "not tested", "not tested"),
        ] {
            let n = of(check, v);
            if n > 0 {
                text.push_str(&format!(", {n} {}", if n == 1 { singular } else { plural }));
            }
        }
        (all > 0).then_some(text)
    };
    let parts = [words(false, "claim"), words(true, "check")];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// What the claims that matter most say, by their verdicts, in a paragraph.
pub fn answer(claims: &[Claim]) -> String {
    answers(claims).join(" ")
}

/// The same, a sentence a verdict: the answer at the head of a page.
pub fn answers(claims: &[Claim]) -> Vec<String> {
    let words = |v: Verdict| match v {
        Verdict::Holds => "Holds",
        Verdict::Differs => "Does not hold",
        Verdict::Undecided => "Cannot be told from this run",
        Verdict::NotTested => "Not tested",
    };
    let of = |v: Verdict| {
        let here = claims.iter().filter(|c| c.headline && c.verdict == v);
        let parts: Vec<String> = here
            .map(|c| match measured(c) {
                m if m.is_empty() => c.claim.clone(),
                m => format!("{} [{m}]", c.claim),
            })
            .collect();
        (!parts.is_empty()).then(|| format!("{}: {}.", words(v), parts.join("; ")))
    };
    Verdict::ALL.into_iter().filter_map(of).collect()
}

/// Claims for the terminal, a line each, checks last: verdict, measured, expected, claim.
pub fn text(claims: &[Claim]) -> String {
    let expected = |c: &Claim| match (c.published, c.predicted) {
        (Some(v), _) => format!("{} published", number(v)),
        (None, Some(v)) => format!("{} predicted", number(v)),
        (None, None) => String::new(),
    };
    let is_check = |c: &&Claim| c.kind == Kind::Check;
    let all: Vec<&Claim> =
        claims.iter().filter(|c| !is_check(c)).chain(claims.iter().filter(is_check)).collect();
    let cells: Vec<[String; 3]> =
        all.iter().map(|c| [c.verdict.name().into(), measured(c), expected(c)]).collect();
    let width = |k: usize| cells.iter().map(|c| c[k].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let line = |(cells, claim): (&[String; 3], &&Claim)| {
        let padded = cells.iter().zip(widths).map(|(c, w)| format!("{c:w$}  ")).collect::<String>();
        let check = if is_check(claim) { "check: " } else { "" };
        format!("  {padded}{check}{}\n", claim.claim)
    };
    cells.iter().zip(&all).map(line).collect()
}
