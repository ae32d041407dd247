//! Fig. 7.12: networks under Dale's law have one dominant singular value more.

use super::fig7_7::{size, spectrum};
use super::integrators::network::{Network, exceptions, learned, networks};
use crate::common::*;
use nullcline_core::diagnostics::geometry::currents::{VectorSigns, column_signs, dominant, vector_signs};
use nullcline_report::figures::histogram;

/// Fig. 7.12.
pub const STUDY: Study = Study::new(
    "fanthomme2021/fig7.12",
    "Sign-constrained weights have one dominant singular value more",
    run_dale,
);

fn column(m: &faer::Mat<f64>, k: usize) -> Vec<f64> {
    m.col(k).iter().copied().collect()
}

/// The larger projection of the first left vector on a decoder.
fn along(t: &Network) -> f64 {
    let l = column(&t.left, 0);
    let dot = |c: usize| {
        let d: Vec<f64> = t.decoder.row(c).iter().copied().collect();
        l.iter().zip(&d).map(|(a, b)| a * b).sum::<f64>().abs()
    };
    dot(0).max(dot(1))
}

/// Histograms of the components of the first pair of singular vectors, then of the next two.
fn components(nets: &[Network]) -> Result<[Figure; 4], Error> {
    let n = nets.first().map_or(0, |t| t.plan.units);
    let excitatory = n - n / 4;
    let root = (n as f64).sqrt();
    let collect = |of: &dyn Fn(&Network) -> Vec<f64>| -> Vec<f64> { nets.iter().flat_map(of).collect() };
    let sign = |t: &Network| column(&t.left, 0).iter().sum::<f64>().signum();
    let first = |left: bool, own: std::ops::Range<usize>| {
        collect(&|t| {
            let v = column(if left { &t.left } else { &t.right }, 0);
            v[own.clone()].iter().map(|v| sign(t) * root * v).collect()
        })
    };
    let others = |left: bool| {
        collect(&|t| {
            let m = if left { &t.left } else { &t.right };
            [1, 2].iter().flat_map(|k| column(m, *k)).map(|v| root * v).collect()
        })
    };
    let drawn = |sets: &[(&str, Vec<f64>)], label: &str| -> Drawn {
        let sets: Vec<(String, Vec<f64>)> = sets.iter().map(|(n, v)| ((*n).into(), v.clone())).collect();
        histogram(&sets, 40, &Axes::new(label, "units").wide(THIRD))
    };
    let by_population =
        |left: bool| [("excitatory", first(left, 0..excitatory)), ("inhibitory", first(left, excitatory..n))];
    Ok([
        drawn(&by_population(true), "first left vector")?,
        drawn(&by_population(false), "first right vector")?,
        drawn(&[("second and third", others(true))], "left vectors")?,
        drawn(&[("second and third", others(false))], "right vectors")?,
    ])
}

fn signs(t: &Network, k: usize) -> VectorSigns {
    vector_signs(&column(&t.left, k), &column(&t.right, k), &column_signs(t.recurrent.as_ref()))
}

/// Share of one sign in a left vector.
fn left(t: &Network, k: usize) -> f64 {
    signs(t, k).left.share.value
}

/// Share of a right vector with the signs of the columns.
fn right(t: &Network, k: usize) -> f64 {
    signs(t, k).right_with_columns.map_or(f64::NAN, |m| m.share.value)
}

fn claims(dale: &[Network], free: &[Network]) -> Vec<Claim> {
    let done = learned(dale, 1e-2);
    at(
        "fanthomme2021 Fig. 7.12",
        [
            claim("Under Dale's law two channels have three dominant singular values")
                .is(
                    "networks where other than two follow the first before the largest ratio of neighbours",
                    Estimate::count(count(dale, |t| dominant(&t.singular[1..]).by_gap != 2), dale.len()),
                )
                .predicted(0.0, 0.0)
                .denied_given(done.clone())
                .headline(),
            claim("Without it, two")
                .is("networks with another number", exceptions(free, 2))
                .predicted(0.0, 0.0)
                .denied_given(learned(free, 1e-2)),
            claim("The first left vector has one sign")
                .is("share of its components", Estimate::mean_of_all(&list(dale, |t| left(t, 0))))
                .above(0.95)
                .headline(),
            claim("The first right vector has the signs of the populations")
                .is("share of its components", Estimate::mean_of_all(&list(dale, |t| right(t, 0))))
                .above(0.95)
                .headline(),
            claim("The others' signs are random")
                .is(
                    "largest share of one sign in the second and third left vectors",
                    mean(dale, |t| left(t, 1).max(left(t, 2))),
                )
                .below(0.7),
            claim("The first left vector is almost orthogonal to the decoders")
                .at("fanthomme2021 7.5")
                .is("larger |l₀·d_c|", mean(dale, along))
                .below(0.2)
                .denied_given(done),
        ],
    )
}

fn run_dale(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = size(settings, 16);
    let options = |dale: Value| {
        json!({
            "channels": 2, "decay": "0.995,0.993", "activation": "relu", "loss": "batch", "duration": 4, "rate": 0.0625, "dale": dale,
        })
    };
    let dale = networks("dale", size, &options(json!(0.25)), settings, observer)?;
    let free = networks("without dale", size, &options(Value::Null), settings, observer)?;
    let n = size.n;
    let claims = super::at_size(claims(&dale, &free), n, 1000);
    let parts = [
        scatter(&spectrum(&dale, "network"), &Axes::new("index", "singular value").wide(THIRD))?,
        scatter(&spectrum(&free, "network"), &Axes::new("index", "singular value").wide(THIRD))?,
    ];
    let caption = format!(
        "The first singular values of ReLU networks of {n} units and two channels, a quarter of the units inhibitory (A), and without the constraint (B)."
    );
    let words = format!(
        "Components times √n of the left (A) and right (B) vectors of the first singular value, by the sign of a unit's column, and of the next \
         two (C, D), {} networks. The first left vector is taken as mostly positive.",
        size.seeds
    );
    let section = Section::new("dale", "Dale's law")
        .intro("After each step weights that changed sign are set to zero.")
        .figures([
            panels("spectra", "Singular values under Dale's law", &caption, &parts, 2)?,
            panels("components", "Components of the singular vectors", &words, &components(&dale)?, 2)?,
        ]);
    let json = entries([
        ("after_first", numbers(&list(&dale, |t| dominant(&t.singular[1..]).by_gap as f64))),
        ("left_sign", numbers(&list(&dale, |t| left(t, 0)))),
        ("right_sign", numbers(&list(&dale, |t| right(t, 0)))),
        ("along_decoders", numbers(&list(&dale, along))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
