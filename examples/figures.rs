//! Writes every kind of figure, ordinary and awkward, and a demonstration page, to look at.
//!
//! `cargo run --release --example figures -- OUT`

use std::path::PathBuf;

use nullcline::linalg::random::{Use, normal, stream, uniform};
use nullcline::report::figure::FigureFormats;
use nullcline::report::figures::*;
use nullcline::report::folder::{Folder, Origin};
use nullcline::report::page::{Page, Section};
use nullcline::report::tables::{Cells, TableFormat, TableOut};
use nullcline::report::{Error, Figure};

fn main() -> Result<(), Error> {
    let out = std::env::args().nth(1).map_or_else(|| PathBuf::from("reports/gallery"), PathBuf::from);
    let folder = Folder::of(&out.into(), Origin::named("example", &["gallery"]))?;
    let mut page = page(ordinary()?);
    page.sections.push(Section {
        id: "awkward".into(),
        title: "Awkward data".into(),
        figures: awkward()?,
        ..Section::default()
    });
    folder.write_page(&page)?;
    folder.write("summary.json", "{\"tool\": \"nullcline\"}")?;
    folder.commit()?;
    Ok(())
}

fn disc(n: usize, radius: f64, seed: u64) -> Vec<[f64; 2]> {
    let mut rng = stream(seed, Use::Fixture, 0);
    let mut all = Vec::new();
    while all.len() < n {
        let z = [uniform(&mut rng, -1.0, 1.0), uniform(&mut rng, 0.0, 1.0)];
        if z[0].hypot(z[1]) < 1.0 {
            all.extend([[radius * z[0], radius * z[1]], [radius * z[0], -radius * z[1]]]);
        }
    }
    all
}

fn exponents(n: usize) -> (Vec<f64>, Vec<f64>) {
    let value = |k: usize| 0.09 - 0.012 * k as f64 - 0.00035 * (k * k) as f64;
    ((0..n).map(value).collect(), (0..n).map(|k| 0.006 + 0.0006 * k as f64).collect())
}

fn flip_flop() -> (Vec<Vec<[f64; 2]>>, Vec<PlanePoint>) {
    let (a, b, c) = ([1.0, 0.15], [0.35, 0.9], [-0.2, 0.3]);
    let levels = [-1.0, 0.0, 1.0];
    let mut points = Vec::new();
    let mut stable = Vec::new();
    for i in levels {
        for j in levels {
            for k in levels {
                let at = [0, 1].map(|d| 6.0 * (i * a[d] + j * b[d] + k * c[d]));
                let m = [i, j, k].iter().filter(|v: &&f64| v.abs() < 0.5).count();
                let kind = if m == 0 { PointKind::Stable } else { PointKind::Unstable(m) };
                if m == 0 {
                    stable.push(at);
                }
                points.push(PlanePoint { at, kind });
            }
        }
    }
    points.push(PlanePoint { at: [1.0, -6.5], kind: PointKind::Slow });
    points.push(PlanePoint { at: [-2.2, 6.0], kind: PointKind::Slow });
    let mut rng = stream(3, Use::Fixture, 1);
    let mut lines = Vec::new();
    for n in 0..24 {
        let (mut p, q) = (stable[n % 8], stable[(n * 5 + 3) % 8]);
        let mut line = vec![p];
        for _ in 0..60 {
            for d in 0..2 {
                p[d] += 0.12 * (q[d] - p[d]) + 0.12 * normal(&mut rng);
            }
            line.push(p);
        }
        lines.push(line);
    }
    (lines, points)
}

fn grid() -> FlowGrid {
    let axis: Vec<f64> = (0..22).map(|k| -2.0 + 4.0 * f64::from(k) / 21.0).collect();
    let mut grid = FlowGrid { x: axis.clone(), y: axis.clone(), ..FlowGrid::default() };
    for y in &axis {
        for x in &axis {
            grid.u.push(x - x * x * x / 1.5);
            grid.v.push(-y + 0.4 * x * y);
            grid.off_plane.push(0.2 + 0.05 * x * y);
        }
    }
    grid
}

fn history() -> (Vec<f64>, Vec<Vec<f64>>) {
    let time: Vec<f64> = (1..=5000).map(|k| 10.0 * f64::from(k)).collect();
    let mut rng = stream(5, Use::Fixture, 2);
    let rows = (0..8).map(|i| {
        let mut sum = 0.0;
        let mut row = Vec::new();
        for k in 1..=5000 {
            sum += 0.09 - 0.015 * f64::from(i) + 0.3 * normal(&mut rng);
            row.push(sum / f64::from(k));
        }
        row
    });
    let rows = rows.collect();
    (time, rows)
}

fn named(label: &str, values: Vec<f64>) -> (String, Vec<f64>) {
    (label.to_string(), values)
}

/// 400 steps of a flow in the plane from x, y.
fn orbit(x: f64, y: f64) -> Vec<[f64; 2]> {
    let step = |p: &[f64; 2]| {
        let [x, y] = *p;
        Some([x + 0.02 * (x - x * x * x / 1.5), y + 0.02 * (0.4 * x * y - y)])
    };
    std::iter::successors(Some([x, y]), step).skip(1).take(400).collect()
}

fn rename(figure: Figure, name: &str) -> Result<Figure, Error> {
    let caption = figure.caption.clone();
    figure.named(name, name, &caption)
}

fn ordinary() -> Result<Vec<Figure>, Error> {
    let mut rng = stream(1, Use::Fixture, 3);
    let quarter = |n: usize, g: f64| -> Vec<f64> {
        (0..n).map(|k| g * (std::f64::consts::FRAC_PI_2 * (k as f64 + 0.5) / n as f64).cos()).collect()
    };
    let (lambda, error) = exponents(64);
    let (time, rows) = history();
    let (lines, points) = flip_flop();
    let shares: Vec<f64> = (0..40).map(|k| 0.32 * 0.68f64.powi(k)).collect();
    let share_errors: Vec<f64> = shares.iter().map(|s| 0.08 * s).collect();
    let seconds: Vec<f64> = (0..20_000).map(|k| 0.005 * f64::from(k)).collect();
    let units: Vec<Vec<f64>> = (0..6)
        .map(|i| {
            let wave = |t: &f64| (t * (0.3 + 0.17 * f64::from(i))).sin() * (0.05 * t).cos();
            seconds.iter().map(|t| wave(t) + 0.04 * normal(&mut rng)).collect()
        })
        .collect();
    let q: Vec<f64> = (0..400)
        .map(|i| match i % 8 {
            0..5 => 10f64.powf(-27.0 + 1.5 * normal(&mut rng)),
            5..7 => 10f64.powf(-9.0 + normal(&mut rng)),
            _ => 10f64.powf(-3.0 + normal(&mut rng)),
        })
        .collect();
    let groups: Vec<&str> =
        (0..400).map(|i| ["fixed", "slow", "unconverged"][[0, 0, 0, 0, 0, 1, 1, 2][i % 8]]).collect();
    let flow_points =
        [(0.0, PointKind::Unstable(1)), (1.2247, PointKind::Stable), (-1.2247, PointKind::Stable)]
            .map(|(x, kind)| PlanePoint { at: [x, 0.0], kind });
    let checks: Vec<String> =
        ["Hénon map, λ₁", "Lorenz 1963, λ₁", "Lorenz 1963, λ₂", "linear map, λ₁", "Lorenz 96 (40), h"]
            .map(String::from)
            .to_vec();
    Ok(vec![
        singular_values(
            &quarter(100, 3.0),
            &[named("reset", quarter(50, 1.2)), named("update", quarter(50, 2.2))],
        )?,
        complex_plane(&[("W".into(), disc(200, 1.25, 7))], Boundary::UnitCircle, "")?,
        spectrum(
            &[SpectrumSeries { label: String::new(), exponents: &lambda, std_error: &error }],
            "1/step",
        )?,
        convergence(&time, &rows, &[0.004; 8], "1/step", "steps")?,
        explained_variance(&shares, &share_errors)?,
        state_plane(&lines, &points, &component_label(1, 0.423), &component_label(2, 0.0871))?,
        time_series(
            &seconds,
            &units,
            &(0..6).map(|i| format!("unit {}", 7 * i + 3)).collect::<Vec<_>>(),
            "",
            "s",
        )?,
        flow_field(
            &grid(),
            &flow_points,
            &[orbit(0.05, 1.9), orbit(-0.1, -1.8), orbit(1.9, 1.6)],
            &component_label(1, 0.52),
            &component_label(2, 0.21),
        )?,
        speed_histogram(&q, &groups, 1e-20)?,
        points_with_errors(
            &checks,
            &[0.0012, -0.0021, 0.0004, 0.0, 0.0031],
            &[0.001, 0.0015, 0.0004, 0.0, 0.002],
            "Measured minus known (1/time)",
        )?,
        bars(
            &checks,
            &[0.42, 0.9056, 0.0001, 0.35, 1.7],
            &[0.01, 0.002, 0.003, 0.0, 0.2],
            "Exponent (1/time)",
        )?
        .named("bars", "Exponents", "Bars.")?,
    ])
}

fn awkward() -> Result<Vec<Figure>, Error> {
    let decay: Vec<f64> = (0..1000).map(|k| 10f64.powf(2.0 - 0.017 * f64::from(k))).collect();
    let negative: Vec<f64> = (0..3).map(|k| -1.2 - 0.4 * f64::from(k)).collect();
    let (lambda, error) = exponents(12);
    let ring: Vec<[f64; 2]> = (0..60)
        .map(|k| (f64::from(k) * 6.0).to_radians())
        .map(|a| [a.cos() * 0.98, a.sin() * 0.98])
        .collect();
    let stiff: Vec<[f64; 2]> = (0..40).map(|k| [-f64::from(k) * 1.3 + 2.0, f64::from(k % 7) - 3.0]).collect();
    let spread: Vec<f64> = (0..200).map(|k| 10f64.powf(-30.0 + 33.0 * f64::from(k) / 199.0)).collect();
    let series = |label: &str| SpectrumSeries { label: label.into(), exponents: &lambda, std_error: &error };
    let many: Vec<PlanePoint> = (0..30)
        .map(|k| PlanePoint {
            at: [f64::from(k % 6), f64::from(k / 6) * 0.2],
            kind: PointKind::Unstable(k as usize % 15),
        })
        .collect();
    let long: Vec<String> = (0..4)
        .map(|k| format!("a rather long name of a check that does not fit at all, number {k}"))
        .collect();
    Ok(vec![
        rename(singular_values(&decay, &[])?, "x_singular_1000")?,
        rename(singular_values(&[2.5; 12], &[])?, "x_singular_equal")?,
        rename(singular_values(&[1.0], &[])?, "x_singular_one")?,
        rename(complex_plane(&[("ring".into(), ring.clone())], Boundary::UnitCircle, "")?, "x_ring")?,
        rename(
            complex_plane(
                &[("point 1".into(), stiff.clone()), ("point 2".into(), ring)],
                Boundary::ImaginaryAxis,
                "1/s",
            )?,
            "x_stiff",
        )?,
        rename(
            complex_plane(&[("a".into(), vec![[0.3, 0.0]])], Boundary::UnitCircle, "")?,
            "x_one_eigenvalue",
        )?,
        rename(
            complex_plane(
                &[("a".into(), disc(40, 800.0, 2)), ("b".into(), disc(40, 300.0, 4))],
                Boundary::None,
                "",
            )?,
            "x_large_eigenvalues",
        )?,
        rename(
            spectrum(&[SpectrumSeries { label: "a".into(), exponents: &negative, std_error: &[] }], "1/s")?,
            "x_spectrum_negative",
        )?,
        rename(
            spectrum(&[series("attractor 1 (62 %)"), series("attractor 2 (38 %)")], "1/step")?,
            "x_spectrum_two",
        )?,
        rename(
            spectrum(&[SpectrumSeries { label: "a".into(), exponents: &[1e-7], std_error: &[2e-8] }], "1/s")?,
            "x_spectrum_one",
        )?,
        rename(convergence(&[1.0], &[vec![0.3]], &[0.01], "1/s", "s")?, "x_convergence_one")?,
        rename(explained_variance(&[1.0], &[])?, "x_variance_one")?,
        rename(explained_variance(&[0.01; 100], &[])?, "x_variance_flat")?,
        rename(state_plane(&[], &many, "PC 1", "PC 2")?, "x_plane_many")?,
        rename(
            state_plane(&[], &[PlanePoint { at: [3.0, 3.0], kind: PointKind::Stable }], "PC 1", "PC 2")?,
            "x_plane_one",
        )?,
        rename(
            time_series(&[0.0, 1.0, 2.0], &[vec![5e6, 7e6, 6e6]], &["voltage".into()], "V", "s")?,
            "x_time_one",
        )?,
        rename(speed_histogram(&spread, &[], 1e-20)?, "x_speeds_wide")?,
        rename(speed_histogram(&[0.0], &["fixed"], 1e-20)?, "x_speeds_zero")?,
        rename(
            points_with_errors(&long, &[1e-9, 2e-9, -3e-9, f64::NAN], &[1e-9; 4], "Value")?,
            "x_points_long",
        )?,
        rename(spectrum(&[], "")?, "x_empty")?,
    ])
}

fn page(figures: Vec<Figure>) -> Page {
    let (lambda, error) = exponents(64);
    let table = TableOut {
        name: "exponents".into(),
        caption: "Lyapunov exponents of attractor 1.".into(),
        columns: vec![
            ("index".into(), Cells::Int((1..=64).collect())),
            ("exponent_per_step".into(), Cells::Float(lambda)),
            ("std_error".into(), Cells::Float(error)),
            ("resolved".into(), Cells::Bool(vec![true; 64])),
        ],
    };
    let fact = |a: &str, b: &str| (a.to_string(), b.to_string());
    let mut sections: Vec<Section> = [
        ("recurrent", "Recurrent weights", 0..2),
        ("lyapunov", "Lyapunov spectrum", 2..4),
        ("pca", "Dimension of the activity", 4..5),
        ("fixed_points", "Fixed and slow points", 5..9),
        ("selftest", "Known answers", 9..11),
    ]
    .into_iter()
    .map(|(id, title, range)| Section {
        id: id.into(),
        title: title.into(),
        intro: vec!["Small perturbations grow along four directions and shrink along the others: the network is chaotic, and a state is forgotten after some eleven steps.".into()],
        figures: figures[range].to_vec(),
        ..Section::default()
    })
    .collect();
    sections[1].facts = vec![
        fact("Largest exponent", "0.090 ± 0.006 per step"),
        fact("Kaplan–Yorke dimension", "12.4"),
        fact("Entropy rate", "0.31 nats per step"),
    ];
    sections[1].tables = vec![table];
    sections[1].notes =
        vec!["The sum of the exponents agrees with the mean of log|det J| to 2×10⁻¹².".into()];
    sections[1].files = vec!["lyapunov/exponents.csv".into()];
    Page {
        claims: vec![],
        title: "trained_flipflop.safetensors".into(),
        answer: vec![
            "A chaotic network: 4 of 64 Lyapunov exponents are positive.".into(),
            "Its activity fills about 12 of 64 dimensions.".into(),
        ],
        lead: Some(["lyapunov", "spectrum"].map(String::from)),
        meta: vec![
            fact("Input", "trained_flipflop.safetensors (vanilla, tanh, 64 units, 3 inputs)"),
            fact("Made by", "nullcline 0.1.0, seed 1"),
            fact("Initial states", "16, burn-in 1000 steps"),
        ],
        warnings: vec![
            "The file does not name the nonlinearity: tanh was assumed. Use --activation to choose another."
                .into(),
            "3 of 400 searches for fixed points did not converge.".into(),
        ],
        sections,
        rerun: "nullcline analyze trained_flipflop.safetensors --out reports/trained_flipflop --seed 1"
            .into(),
        tables: TableFormat::Csv,
        figures: FigureFormats { png: true, ..FigureFormats::default() },
        ..Page::default()
    }
}
