//! Claims: what a paper says, what theory predicts, what we measured, and whether it stands.

mod entry;
mod table;

pub use entry::{ClaimEntry, entries};
pub use table::{answer, answers, count, rows, table, text};

use nullcline_core::named;
use nullcline_core::numbers::Estimate;
use nullcline_report::sections::words::number;

/// Whether a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Measured and expected agree within the tolerance, whatever the measurement's error.
    Holds,
    /// They do not, whatever the measurement's error.
    Differs,
    /// The measurement cannot tell.
    Undecided,
    /// Not measured in this run, or at a size at which the paper gives no number.
    NotTested,
}

named! {
    Verdict:
    Self::Holds => "holds",
    Self::Differs => "differs",
    Self::Undecided => "undecided",
    Self::NotTested => "not tested",
}

impl Verdict {
    /// In the order in which they are counted.
    pub const ALL: [Self; 4] = [Self::Holds, Self::Differs, Self::Undecided, Self::NotTested];
}

/// Whose statement it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The paper's.
    Paper,
    /// Ours, or that of a corrected formula.
    Theory,
    /// An identity that our code must obey, which says nothing about the paper; counted apart.
    Check,
}

named!(Kind: Self::Paper => "paper", Self::Theory => "theory", Self::Check => "check");

/// What makes a claim hold.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    Nothing,
    Near(f64),
    Above(f64),
    Below(f64),
    AtLeast(f64),
    AtMost(f64),
    Between(f64, f64),
}

/// One row of `claims.csv`, begun with [`claim`], [`theory`] or [`check`].
///
/// # Example
/// ```
/// use nullcline_studies::claims::{Verdict, at, claim};
/// use nullcline_core::numbers::Estimate;
///
/// let slope = Estimate::new(0.86, 0.01, 10);
/// let rows = at("schaeffer2020 Fig. 5", [
///     claim("The stimulus' slope is 0.84").is("slope", slope).published(0.84, 0.1),
///     claim("It is positive").is("slope", slope).above(0.0).headline(),
/// ]);
/// assert!(rows.iter().all(|c| c.verdict == Verdict::Holds && c.source == "schaeffer2020 Fig. 5"));
/// ```
#[derive(Clone, Debug)]
pub struct Claim {
    /// The statement, in words.
    pub claim: String,
    /// Paper and place, as `park2023 Fig. 3D`.
    pub source: String,
    /// Whose statement it is.
    pub kind: Kind,
    /// What is measured, with its unit and, for one-sided claims, the limit.
    pub quantity: String,
    /// The paper's number, if it gives one for what was measured.
    pub published: Option<f64>,
    /// The theory's number, if it gives one.
    pub predicted: Option<f64>,
    /// Ours.
    pub measured: Estimate,
    /// Largest |measured - expected| that still holds, fixed before looking.
    pub tolerance: f64,
    /// Whether it stands.
    pub verdict: Verdict,
    /// Why it differs or cannot be told; shown on the page.
    pub reason: String,
    /// Whether the answer at the head of the page speaks of it.
    pub headline: bool,
    expected: Expected,
    /// The measurements of a statement about all of them.
    all: Vec<Estimate>,
}

/// A statement of the paper.
pub fn claim(text: impl Into<String>) -> Claim {
    Claim::new(Kind::Paper, text.into())
}

/// A statement of ours, or of a corrected formula.
pub fn theory(text: impl Into<String>) -> Claim {
    Claim::new(Kind::Theory, text.into())
}

/// An identity that our code must obey.
pub fn check(text: impl Into<String>) -> Claim {
    Claim::new(Kind::Check, text.into())
}

/// Claims of one place in a paper, where they do not name another.
pub fn at(source: &str, claims: impl IntoIterator<Item = Claim>) -> Vec<Claim> {
    let one = |c: Claim| if c.source.is_empty() { c.at(source) } else { c };
    claims.into_iter().map(one).collect()
}

impl Claim {
    fn new(kind: Kind, claim: String) -> Self {
        Self {
            claim,
            source: String::new(),
            kind,
            quantity: String::new(),
            published: None,
            predicted: None,
            measured: Estimate::NONE,
            tolerance: 0.0,
            verdict: Verdict::NotTested,
            reason: String::new(),
            headline: false,
            expected: Expected::Nothing,
            all: vec![],
        }
    }

    /// Where in the paper it stands.
    pub fn at(self, source: impl Into<String>) -> Self {
        Self { source: source.into(), ..self }
    }
    /// What is measured, and what was found.
    pub fn is(self, quantity: impl Into<String>, measured: impl Into<Estimate>) -> Self {
        Self { quantity: quantity.into(), measured: measured.into(), ..self }
    }
    /// The same of a statement about all of `all`: the smallest decides what is to lie above a limit and the largest everything
    /// else, unless another is a certain exception.
    pub fn decided_by(self, quantity: impl Into<String>, all: &[Estimate]) -> Self {
        Self { quantity: quantity.into(), all: all.to_vec(), ..self }
    }

    /// With the paper's number; judged against it.
    pub fn published(self, value: f64, tolerance: f64) -> Self {
        Self { published: Some(value), tolerance, ..self }.judged(Expected::Near(value))
    }
    /// With the theory's number; judged against it.
    pub fn predicted(self, value: f64, tolerance: f64) -> Self {
        Self { predicted: Some(value), tolerance, ..self }.judged(Expected::Near(value))
    }
    /// With the paper's number, beside an inequality.
    pub fn beside(self, published: Option<f64>) -> Self {
        Self { published, ..self }
    }
    /// Holds above `limit`, not at it.
    pub fn above(self, limit: f64) -> Self {
        self.limited(format!("above {}", number(limit)), Expected::Above(limit))
    }
    /// Holds below `limit`, not at it.
    pub fn below(self, limit: f64) -> Self {
        self.limited(format!("below {}", number(limit)), Expected::Below(limit))
    }
    /// Holds from `limit` on.
    pub fn at_least(self, limit: f64) -> Self {
        self.limited(format!("at least {}", number(limit)), Expected::AtLeast(limit))
    }
    /// Holds up to `limit`.
    pub fn at_most(self, limit: f64) -> Self {
        self.limited(format!("at most {}", number(limit)), Expected::AtMost(limit))
    }
    /// Holds between two limits, not at them.
    pub fn between(self, low: f64, high: f64) -> Self {
        let words = format!("between {} and {}", number(low), number(high));
        self.limited(words, Expected::Between(low, high))
    }

    fn limited(self, words: String, expected: Expected) -> Self {
        Self { quantity: format!("{}; {words}", self.quantity), ..self }.judged(expected)
    }

    /// With the reason why it differs, or what limits it.
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..self }
    }
    /// With the reason why it differs, if it does.
    pub fn if_differs(self, reason: impl Into<String>) -> Self {
        if self.verdict == Verdict::Differs { self.because(reason) } else { self }
    }
    /// A claim of which the answer at the head of the page speaks.
    pub fn headline(self) -> Self {
        Self { headline: true, ..self }
    }
    /// Of no verdict but that it was not tested, for this reason.
    pub fn untested(self, reason: impl Into<String>) -> Self {
        Self { verdict: Verdict::NotTested, ..self }.because(reason)
    }
    /// Not tested, for this reason, where what it is about is not `there`.
    pub fn provided(self, there: bool, reason: impl Into<String>) -> Self {
        if there { self } else { Self { measured: Estimate::NONE, ..self }.untested(reason) }
    }
    /// A statement that something fails does not hold by `holds` alone: the evidence that it had its
    /// chance, such as a training that had converged, is `given` or the reason that it is not.
    pub fn given(self, evidence: Result<(), String>) -> Self {
        self.needing(Verdict::Holds, evidence)
    }

    /// The same of a statement that something succeeds: it does not differ by what was not given its chance.
    pub fn denied_given(self, evidence: Result<(), String>) -> Self {
        self.needing(Verdict::Differs, evidence)
    }

    fn needing(self, verdict: Verdict, evidence: Result<(), String>) -> Self {
        match evidence {
            Err(reason) if self.verdict == verdict => {
                Self { verdict: Verdict::Undecided, ..self }.because(reason)
            }
            _ => self,
        }
    }

    /// The claim as this run can ask it, whose size or task is not the paper's: `words` say so in the text
    /// of a statement of the paper's, whose number goes, and with it a verdict that stood on it.
    pub fn at_other_size(self, words: &str) -> Self {
        if self.kind != Kind::Paper {
            return self;
        }
        let claim = Self { claim: format!("{} ({words})", self.claim), published: None, ..self };
        match (self.published, self.predicted) {
            (Some(_), None) if matches!(self.expected, Expected::Near(_)) => {
                let claim = Self { tolerance: 0.0, expected: Expected::Nothing, ..claim };
                claim.untested(format!("The paper's number is not asked for here ({words}): --preset paper."))
            }
            _ => claim,
        }
    }

    fn judged(self, expected: Expected) -> Self {
        let judge = |m: &Estimate| verdict(m, expected, self.tolerance);
        let measured = if self.all.is_empty() { self.measured } else { deciding(&self.all, expected, judge) };
        Self { measured, verdict: judge(&measured), expected, ..self }
    }
}

/// The measurement that decides a statement about all of `all`: the one furthest out, unless another is a certain exception.
fn deciding(all: &[Estimate], expected: Expected, verdict: impl Fn(&Estimate) -> Verdict) -> Estimate {
    let furthest = match expected {
        Expected::Above(_) | Expected::AtLeast(_) => Estimate::smallest(all.to_vec()),
        _ => Estimate::largest(all.to_vec()),
    };
    let each = all.iter().map(|m| m.widened(all.len()));
    let exception = std::iter::once(furthest).chain(each).find(|m| verdict(m) == Verdict::Differs);
    exception.unwrap_or(furthest)
}

/// What a measurement says of an expectation.
///
/// Formula: with t the two-sided 95 % quantile of Student's law for n - 1 degrees of freedom, the claim
/// holds where the whole interval measured ± t SE is within the tolerance, and differs where none of it is.
/// An error that is not known decides nothing, an exact number (SE 0) everything.
fn verdict(m: &Estimate, expected: Expected, tolerance: f64) -> Verdict {
    if m.n == 0 {
        return Verdict::NotTested;
    }
    let Some(reach) = m.reach().filter(|_| m.value.is_finite()) else { return Verdict::Undecided };
    let (low, high) = (m.value - reach, m.value + reach);
    let (holds, differs) = match expected {
        Expected::Nothing => return Verdict::NotTested,
        Expected::Near(value) => {
            let d = (m.value - value).abs();
            (d + reach <= tolerance, d - reach > tolerance)
        }
        Expected::Above(limit) => (low > limit, high <= limit),
        Expected::Below(limit) => (high < limit, low >= limit),
        Expected::AtLeast(limit) => (low >= limit, high < limit),
        Expected::AtMost(limit) => (high <= limit, low > limit),
        Expected::Between(a, b) => (low > a && high < b, high <= a || low >= b),
    };
    match (holds, differs) {
        (true, _) => Verdict::Holds,
        (_, true) => Verdict::Differs,
        _ => Verdict::Undecided,
    }
}

#[cfg(test)]
mod tests;
