//! Claims: what a paper says, what theory predicts, what we measured.

use crate::report::page::ClaimRow;
use crate::report::sections::words::{number, with_error};
use crate::report::summary;
use crate::report::tables::{Cells, TableOut};
use serde_json::{Value, json};

/// Whether a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Measured and expected agree within the tolerance.
    Holds,
    /// They do not.
    Differs,
    /// Not measured in this run.
    NotTested,
}

impl Verdict {
    /// As written in `claims.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Differs => "differs",
            Self::NotTested => "not tested",
        }
    }
}

/// One row of `claims.csv`.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The statement, in words.
    pub claim: String,
    /// Paper and place, as `park2023 Fig. 3D`.
    pub source: String,
    /// What is measured, with its unit.
    pub quantity: String,
    /// The paper's number, if it gives one.
    pub published: Option<f64>,
    /// The theory's number, if it gives one.
    pub predicted: Option<f64>,
    /// Ours.
    pub measured: f64,
    /// Its standard error; 0 for an exact count.
    pub std_error: f64,
    /// Independent repetitions behind it.
    pub n: usize,
    /// Largest |measured - expected| that still holds, fixed before looking.
    pub tolerance: f64,
    /// Whether it stands.
    pub verdict: Verdict,
    /// Why it differs, where that was found; shown on the page.
    pub reason: String,
}

impl Claim {
    /// A claim that `measured` is the expected number: the published one, or, where there is none, the
    /// predicted one. It holds where |measured - expected| <= tolerance + 2 std_error.
    pub fn measured(
        claim: &str,
        source: &str,
        quantity: &str,
        measured: f64,
        std_error: f64,
        n: usize,
    ) -> Self {
        Self {
            claim: claim.into(),
            source: source.into(),
            quantity: quantity.into(),
            published: None,
            predicted: None,
            measured,
            std_error,
            n,
            tolerance: 0.0,
            verdict: Verdict::NotTested,
            reason: String::new(),
        }
    }
    /// With the paper's number; judged against it.
    pub fn published(self, value: f64, tolerance: f64) -> Self {
        Self { published: Some(value), tolerance, ..self }.judged(value)
    }
    /// With the theory's number; judged against it.
    pub fn predicted(self, value: f64, tolerance: f64) -> Self {
        Self { predicted: Some(value), tolerance, ..self }.judged(value)
    }
    /// A claim with a verdict of its own, such as an inequality; `claim` says which.
    pub fn decided(self, holds: bool) -> Self {
        Self { verdict: if holds { Verdict::Holds } else { Verdict::Differs }, ..self }
    }
    /// With the reason why it differs, or what limits it.
    pub fn because(self, reason: &str) -> Self {
        Self { reason: reason.into(), ..self }
    }
    /// With the reason why it differs, if it does.
    pub fn if_differs(self, reason: &str) -> Self {
        if self.verdict == Verdict::Differs { self.because(reason) } else { self }
    }

    fn judged(self, expected: f64) -> Self {
        let error = if self.std_error.is_finite() { self.std_error } else { 0.0 };
        let holds = (self.measured - expected).abs() <= self.tolerance + 2.0 * error;
        self.decided(holds)
    }
}

/// `claims.csv`: the columns of the contract.
pub fn table(claims: &[Claim]) -> TableOut {
    let text = |f: &dyn Fn(&Claim) -> String| Cells::Text(claims.iter().map(f).collect());
    let float = |f: &dyn Fn(&Claim) -> f64| Cells::Float(claims.iter().map(f).collect());
    let known = |v: Option<f64>| v.unwrap_or(f64::NAN);
    TableOut {
        name: "claims".into(),
        caption: "Every claim with the published, the predicted and the measured number.".into(),
        columns: vec![
            ("claim".into(), text(&|c| c.claim.clone())),
            ("source".into(), text(&|c| c.source.clone())),
            ("quantity".into(), text(&|c| c.quantity.clone())),
            ("published".into(), float(&|c| known(c.published))),
            ("predicted".into(), float(&|c| known(c.predicted))),
            ("measured".into(), float(&|c| c.measured)),
            ("std_error".into(), float(&|c| c.std_error)),
            ("n".into(), Cells::Int(claims.iter().map(|c| c.n as i64).collect())),
            ("tolerance".into(), float(&|c| c.tolerance)),
            ("verdict".into(), text(&|c| c.verdict.name().into())),
        ],
    }
}

/// Claims as the page shows them.
pub fn rows(claims: &[Claim]) -> Vec<ClaimRow> {
    let known = |v: Option<f64>| v.map(number).unwrap_or_default();
    let row = |c: &Claim| ClaimRow {
        verdict: c.verdict.name(),
        claim: c.claim.clone(),
        detail: format!("{} · {}", c.quantity, c.source),
        reason: c.reason.clone(),
        published: known(c.published),
        predicted: known(c.predicted),
        measured: measured(c),
        tolerance: if c.tolerance > 0.0 { number(c.tolerance) } else { String::new() },
        n: if c.n > 0 { c.n.to_string() } else { String::new() },
    };
    claims.iter().map(row).collect()
}

fn measured(claim: &Claim) -> String {
    if claim.measured.is_nan() { String::new() } else { with_error(claim.measured, claim.std_error) }
}

/// Claims for the summary.
pub fn json(claims: &[Claim]) -> Value {
    let known = |v: Option<f64>| v.map_or(Value::Null, summary::number);
    let one = |c: &Claim| {
        json!({
            "claim": c.claim,
            "source": c.source,
            "quantity": c.quantity,
            "published": known(c.published),
            "predicted": known(c.predicted),
            "measured": summary::number(c.measured),
            "std_error": summary::number(c.std_error),
            "n": c.n,
            "tolerance": summary::number(c.tolerance),
            "verdict": c.verdict.name(),
            "reason": c.reason,
        })
    };
    claims.iter().map(one).collect()
}

/// How many claims hold, differ and were not tested, in words.
pub fn count(claims: &[Claim]) -> String {
    let of = |v: Verdict| claims.iter().filter(|c| c.verdict == v).count();
    let (holds, differs, open) = (of(Verdict::Holds), of(Verdict::Differs), of(Verdict::NotTested));
    let mut text = format!("{} of {} claims hold", holds, claims.len());
    if differs > 0 {
        text.push_str(&format!(", {differs} {}", if differs == 1 { "differs" } else { "differ" }));
    }
    if open > 0 {
        text.push_str(&format!(", {open} not tested"));
    }
    text
}

/// Claims for the terminal, a line each: verdict, measured, expected, claim.
pub fn text(claims: &[Claim]) -> String {
    let expected = |c: &Claim| match (c.published, c.predicted) {
        (Some(v), _) => format!("{} published", number(v)),
        (None, Some(v)) => format!("{} predicted", number(v)),
        (None, None) => String::new(),
    };
    let cells: Vec<[String; 3]> =
        claims.iter().map(|c| [c.verdict.name().into(), measured(c), expected(c)]).collect();
    let width = |k: usize| cells.iter().map(|c| c[k].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let line = |(cells, claim): (&[String; 3], &Claim)| {
        let padded = cells.iter().zip(widths).map(|(c, w)| format!("{c:w$}  ")).collect::<String>();
        format!("  {padded}{}\n", claim.claim)
    };
    cells.iter().zip(claims).map(line).collect()
}
