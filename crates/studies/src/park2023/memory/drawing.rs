//! The page of the study on memories.

use super::bound::zeros;
use super::carousel::Kind;
use super::noise::{STRENGTHS, Under};
use super::{Measured, Size};
use crate::common::*;

fn third(x: &str, y: &str) -> Axes {
    Axes { height: 120.0, ..Axes::new(x, y).wide(THIRD) }
}

pub(super) fn section(m: &Measured, size: &Size) -> Result<Section, Error> {
    let figures = [hopfield(m)?, cells(m)?, noise(m)?, bounded(m)?, speeds(m)?, spectra(m)?];
    let caption = "A: overlap of a Hopfield network with the pattern that it recalls, and the norm \
                   of the adjoint of a loss at the end, for the first network's patterns. B: \
                   contents of three units of an LSTM without a forget gate and without input, with \
                   its input gate shut (dashed) and open to its own output (lines). C: change of \
                   the negative exponents of stable points and limit cycles under noise on the \
                   weights, mean over draws; the dashed line is proportional to the noise. D: zero \
                   exponents of n/2 independent oscillators and, at most, of random networks; the \
                   dashed line is n/2. E: speed along limit cycles, over its mean. F: power \
                   spectrum of the sum of 100 oscillators.";
    let cells = Table::of(&Kind::ALL)
        .column("cell", "", |k| k.name())
        .column("moved", "", |k| largest(list(&m.cells[*k as usize], |c| c.moved)))
        .columns(["zeros", "zeros_error"], |k| pair(mean(&m.cells[*k as usize], |c| c.zeros as f64)))
        .named("cells", "LSTM cells of eight units: largest change of a content, zero exponents on average.");
    let patterns = Table::of(&m.recalls)
        .column("right", "", |r| r.right)
        .column("exponent", "per_tau", |r| r.exponent)
        .column("rate", "per_tau", |r| r.rate)
        .column("log_adjoint", "nats", |r| r.log_adjoint)
        .named("patterns", "Stored patterns: units right at the end, first exponent, adjoint.");
    Ok(Section::new("memory", "Memories")
        .intro(format!(
            "Stable points: pairs of the network with two of them (S1.1) side by side, and {} \
             Hopfield networks dx/dt = -x + tanh(W x) of 100 units with three random patterns, W = \
             1.5 / n times the sum of their products. LSTM: the library's cell, whose forget gate \
             has no weights and a bias of 100 and so is one; {} draws of all other weights and \
             biases as PyTorch's.",
            size.hopfield, size.cells
        ))
        .intro(
            "Noise: every weight receives independent normal noise; its strength is the expected \
             |dW| / |W|. Oscillators: pairs of eq. 20 with gain 1.5. An exponent counts as zero \
             below 0.001 per time constant.",
        )
        .figures([panels("memory", "Memories", caption, &figures, 3)?])
        .tables([cells, patterns]))
}

fn hopfield(m: &Measured) -> Drawn {
    let mut all = vec![];
    for (k, r) in m.recalls.iter().take(super::discrete::PATTERNS).enumerate() {
        let label = |text: &str| if k == 0 { text.to_owned() } else { String::new() };
        all.push(points(&label("overlap"), r.overlap.clone()).ink(Ink::Series(0)));
        let last = r.adjoint.first().map_or(0.0, |p| p[1]);
        let adjoint = r.adjoint.iter().map(|[t, l]| [*t, (l - last).exp()]);
        all.push(points(&label("|adjoint|"), adjoint).ink(Ink::Series(1)));
    }
    lines(&all, &third("Time (time constants)", "Overlap, |adjoint|"))?.named("hopfield", "Recall", "")
}

fn cells(m: &Measured) -> Drawn {
    let shown = |kind: Kind, k: usize| {
        let all = &m.cells[kind as usize][0].contents[k];
        points("", all.iter().take(41).enumerate().map(|(t, c)| [10.0 * t as f64, *c])).ink(Ink::Series(k))
    };
    let all: Vec<Series> =
        (0..3).flat_map(|k| [shown(Kind::Whole, k), shown(Kind::Shut, k).dashed()]).collect();
    lines(&all, &third("Steps", "Content c"))?.named("cells", "LSTM without a forget gate", "")
}

fn noise(m: &Measured) -> Drawn {
    let at = |all: &[Under], k: usize| Estimate::mean_of_found(all.iter().map(|u| u.change[k]));
    let one = |(i, name): (usize, &str)| {
        let values = (0..STRENGTHS.len()).map(|k| at(&m.noise[i], k));
        curve(name, &STRENGTHS, values).ink(Ink::Series(i)).joined()
    };
    let all: Vec<Series> = ["stable points", "limit cycle"].into_iter().enumerate().map(one).collect();
    let line = STRENGTHS.iter().map(|s| [*s, *s]).collect();
    let axes = third("Relative noise on the weights", "Change of exponents (1/τ)")
        .log_log()
        .reference("slope 1", Reference::Curve(line));
    scatter(&all, &axes)?.named("noise", "Negative exponents", "")
}

fn bounded(m: &Measured) -> Drawn {
    let built = m.oscillators.iter().map(|(n, e)| [*n as f64, zeros(e)[1] as f64]);
    let most = |n: usize| m.random.iter().filter(|d| d.n == n).map(|d| d.zeros[1]).max().unwrap_or(0);
    let drawn = (1..=super::bound::MOST).map(|n| [n as f64, most(n) as f64]);
    let all = [
        points("independent oscillators", built).ink(Ink::Series(0)),
        points("random networks", drawn).ink(Ink::Series(1)),
    ];
    let mut axes =
        third("Units n", "Zero exponents").reference("n/2", Reference::Curve(vec![[0.0, 0.0], [9.0, 4.5]]));
    axes.x_whole = true;
    scatter(&all, &axes)?.named("bound", "At most n/2", "")
}

fn speeds(m: &Measured) -> Drawn {
    let all: Vec<Series> = m
        .speeds
        .iter()
        .enumerate()
        .filter(|(k, _)| k % 3 == 0)
        .map(|(k, s)| points(&format!("θ = {}", s.angle), s.curve.clone()).ink(tone(k, m.speeds.len())))
        .collect();
    let mut axes = third("Phase (turns)", "|dx/dt| / mean");
    axes.y_range = Some([0.0, 2.5]);
    lines(&all, &axes)?.named("speeds", "Speed along a cycle", "")
}

fn spectra(m: &Measured) -> Drawn {
    let names = ["distributed periods", "one period"];
    let one = |k: usize| points(names[k], m.spectra[k][0].power.clone()).ink(Ink::Series(k));
    lines(&[one(0), one(1)], &third("Frequency (1/τ)", "Power / largest"))?.named("spectra", "Spectrum", "")
}
