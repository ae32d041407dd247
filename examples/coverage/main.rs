//! How often the truth lies within two standard errors, over many repetitions of each question.
//!
//! `cargo run --release --example coverage` measures everything, `-- exponents radd` a part.

mod couplings;
mod decoding;
mod dimension;
mod divergences;
mod exponents;
mod piecewise;
mod radd;

/// One measured coverage.
pub struct Row {
    /// What the error bar is of, and where it was tried.
    pub quantity: String,
    /// Repetitions.
    pub repetitions: usize,
    /// Those in which the truth lies within two standard errors.
    pub covered: usize,
    /// Mean standard error that was claimed, over the standard deviation of the estimates.
    pub claimed_over_true: f64,
}

impl Row {
    /// Of pairs (estimate, standard error) and the truth.
    pub fn of(quantity: impl Into<String>, truth: f64, estimates: &[(f64, f64)]) -> Self {
        let n = estimates.len() as f64;
        let mean = estimates.iter().map(|e| e.0).sum::<f64>() / n;
        let spread = (estimates.iter().map(|e| (e.0 - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        Self {
            quantity: quantity.into(),
            repetitions: estimates.len(),
            covered: estimates.iter().filter(|(x, se)| (x - truth).abs() <= 2.0 * se).count(),
            claimed_over_true: estimates.iter().map(|e| e.1).sum::<f64>() / n / spread,
        }
    }
}

/// One subject: measures its rows.
type Part = fn() -> Vec<Row>;

#[expect(clippy::print_stdout, reason = "an example prints what it found")]
fn main() {
    let parts: [(&str, Part); 7] = [
        ("exponents", exponents::rows),
        ("dimension", dimension::rows),
        ("divergences", divergences::rows),
        ("decoding", decoding::rows),
        ("couplings", couplings::rows),
        ("radd", radd::rows),
        ("piecewise", piecewise::rows),
    ];
    let asked: Vec<String> = std::env::args().skip(1).collect();
    println!("| quantity | repetitions | within 2 SE | claimed SE / true SD |\n|---|---|---|---|");
    for (_, rows) in parts.iter().filter(|(name, _)| asked.is_empty() || asked.iter().any(|a| a == name)) {
        for row in rows() {
            let share = row.covered as f64 / row.repetitions as f64;
            println!(
                "| {} | {} | {share:.3} | {:.2} |",
                row.quantity, row.repetitions, row.claimed_over_true
            );
        }
    }
}
