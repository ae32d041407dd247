//! Writes the general charts, a map and a composition of panels, to look at.
//!
//! `cargo run --release --example charts -- OUT`

use std::path::PathBuf;

use nullcline::linalg::random::{Use, normal, stream};
use nullcline::report::Error;
use nullcline::report::figures::*;
use nullcline::report::folder::{Folder, Origin};

fn main() -> Result<(), Error> {
    let out = std::env::args().nth(1).map_or_else(|| PathBuf::from("reports/charts"), PathBuf::from);
    let folder = Folder::of(&out.into(), Origin::named("example", &["charts"]))?;
    let mut rng = stream(1, Use::Fixture, 4);
    let time: Vec<f64> = (0..120).map(|k| 0.1 * f64::from(k)).collect();
    let decay = |rate: f64| time.iter().map(|t| (-rate * t).exp()).collect::<Vec<f64>>();
    let curves: Vec<Series> = [0.2, 0.5, 1.0]
        .iter()
        .map(|r| Series::new(&format!("rate {r}"), &time, &decay(*r)).errors(&[0.05; 120]))
        .collect();
    let strengths: Vec<f64> = (0..9).map(|k| 10f64.powf(-4.0 + 0.5 * f64::from(k))).collect();
    let power = |slope: f64| strengths.iter().map(|s| 0.3 * s.powf(slope)).collect::<Vec<f64>>();
    let error: Vec<f64> = power(1.0).iter().enumerate().map(|(k, v)| v * (0.1 + 0.12 * k as f64)).collect();
    let dots = [
        Series::new("line attractor", &strengths, &power(1.0)).errors(&error).joined(),
        Series::new("limit cycle", &strengths, &power(2.0)).joined().dashed(),
    ];
    let theory: Vec<[f64; 2]> = strengths.iter().map(|s| [*s, *s]).collect();
    let log = |a: Axes| a.log_log().reference("slope 1", Reference::Curve(theory.clone()));
    let axis = |n: usize, lo: f64, hi: f64| -> Vec<f64> {
        (0..n).map(|k| lo + (hi - lo) * (k as f64 + 0.5) / n as f64).collect()
    };
    let field = |n: usize, noise: f64, rng: &mut _| -> HeatMap {
        let (x, y) = (axis(n, 0.0, 1.6), axis(n, 1.0, 3.0));
        let cells = y.iter().flat_map(|b| x.iter().map(move |a| (*a, *b)));
        let values = cells.map(|(a, b)| match (a - 1.2).hypot(b - 2.5) < 0.15 {
            true => f64::NAN,
            false => (4.0 * a).sin() * b.ln() + noise * normal(rng),
        });
        HeatMap {
            values: values.collect(),
            x,
            y,
            label: "Exponent (1/step)".into(),
            palette: Palette::Diverging(0.0),
            missing: "diverged".into(),
            range: None,
        }
    };
    let boundary = axis(200, 0.0, 1.6).iter().map(|a| [*a, 1.0 + 2.0 * a.sin().abs()]).collect();
    let over = [Series { label: "saddle-node".into(), points: boundary, ..Series::default() }];
    let map = field(256, 0.1, &mut rng);
    let sequential = HeatMap { palette: Palette::Sequential, ..field(128, 0.0, &mut rng) };
    let samples = |centre: f64, rng: &mut _| -> Vec<f64> { (0..500).map(|_| centre + normal(rng)).collect() };
    let sets =
        [("before".to_string(), samples(0.0, &mut rng)), ("after".to_string(), samples(2.0, &mut rng))];
    let circle: Vec<[f64; 2]> =
        (0..2000).map(|k| 0.01 * f64::from(k)).map(|t| [t.cos() * 3.0, (2.0 * t).sin()]).collect();
    let orbit = Series { points: circle, ..Series::default() };
    let third = |x: &str, y: &str| Axes::new(x, y).wide(THIRD);
    let many: Vec<Series> = (0..30)
        .map(|i| {
            let y: Vec<f64> = time.iter().map(|t| (0.1 * f64::from(i) + t).sin()).collect();
            Series::new("", &time, &y).ink(Ink::Tone(f64::from(i) / 29.0))
        })
        .collect();
    let parts = [
        lines(&curves, &third("Time (s)", "Activity"))?.named("a", "Decay", "")?,
        scatter(&dots, &log(third("Noise strength", "|λ|")))?.named("b", "Robustness", "")?,
        heat_map(&sequential, &over, &third("θ (rad)", "α"))?.named("c", "Leading exponent", "")?,
        lines(&[orbit], &Axes { square: true, ..third("PC 1", "PC 2") })?.named("d", "Orbit", "")?,
        lines(&many, &third("Time (s)", "Unit 3"))?.named("e", "Many starts", "")?,
        histogram(&sets, 24, &third("Value", "Count"))?.named("f", "Distribution", "")?,
    ];
    let figures = [
        lines(&curves, &Axes::new("Time (s)", "Activity").reference("", Reference::Across(0.0)))?,
        scatter(&dots, &log(Axes::new("Relative strength of the noise", "|λ| (1/τ)")))?,
        heat_map(&map, &over, &Axes::new("θ (rad)", "α"))?,
        histogram(&sets, 40, &Axes::new("Value", "Number of values"))?,
        panels("panels", "Six panels", "A to F.", &parts, 3)?,
    ];
    for figure in &figures {
        folder.write(format!("{}.svg", figure.name), &figure.svg)?;
        folder.write(format!("{}.png", figure.name), figure.png()?)?;
    }
    folder.write("summary.json", "{\"tool\": \"nullcline\"}")?;
    folder.commit()?;
    Ok(())
}
