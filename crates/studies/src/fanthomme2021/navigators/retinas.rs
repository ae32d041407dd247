//! Figs. B.1 and B.2: the retina, and how well a position is read out of it.

use crate::common::*;
use nullcline_core::tasks::navigation::{ErrorMap, Light, Normalisation, Retina, lattice, linear};
use nullcline_core::training::navigation::Deep;
use nullcline_report::figures::{HeatMap, heat_map};

/// Fig. B.1.
pub const RETINA: Study =
    Study::new("fanthomme2021/figB.1", "The retina: gain and reach of differences of Gaussians", |_, _| {
        retina()
    });
/// Fig. B.2.
pub const DECODERS: Study = Study::new(
    "fanthomme2021/figB.2",
    "Where a light is, read out of the retina linearly and by three layers",
    |s, _| decoders(Decoding::of(s), s.seed),
);

/// Activity of a cell that counts, as in Fig. B.1.
const THRESHOLD: f64 = 1e-2;
/// Singular values below this share of the largest are lost where integrals that square them are solved in double precision.
const DIGITS: f64 = 1e-8;

fn kinds() -> [(&'static str, Retina); 3] {
    [
        ("program: 0.3, 0.5, root mean square one", Retina::new(64, [0.3, 0.5], Normalisation::MeanSquare)),
        ("0.4, 0.5, root mean square one", Retina::new(64, [0.4, 0.5], Normalisation::MeanSquare)),
        ("thesis: 0.4, 0.5, norm one", Retina::new(64, [0.4, 0.5], Normalisation::Norm)),
    ]
}

/// Cells of the first colour under a red light.
fn cells(retina: &Retina, at: [f64; 2]) -> Vec<f64> {
    let mut image = vec![0.0; retina.len()];
    retina.image([0.0; 2], &[Light { at, colour: [1.0, 0.0, 0.0] }], &mut image);
    image.truncate(retina.cells().pow(2));
    image
}

/// The distance along x from which on no cell answers by more than the threshold, of the largest answer of all.
fn reach(retina: &Retina) -> f64 {
    let strongest = |x: f64| largest(cells(retina, [x, 0.0]).into_iter().map(f64::abs));
    let most = largest((0..200).map(|k| strongest(0.02 * f64::from(k))));
    let from_afar = (0..400).rev().map(|k| 0.01 * f64::from(k));
    let mut all = from_afar.filter(|x| strongest(*x) > THRESHOLD * most);
    all.next().unwrap_or(0.0)
}

fn retina() -> Result<Findings, Error> {
    let kinds = kinds();
    let exact = |v: f64| Estimate::new(v, 0.0, 1);
    let gain = |k: usize| exact(kinds[k].1.gain());
    // Over the positions of the thesis's normalisation: a room of side one.
    let norm = |r: &Retina| {
        let all: Vec<f64> =
            lattice(0.5, 20).map(|at| cells(r, at).iter().map(|v| v * v).sum::<f64>().sqrt()).collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    let claims = at(
        "fanthomme2021, B.2",
        [
            theory("The program's gain A is 9.28 (widths 0.3 and 0.5)")
                .is("A", gain(0))
                .predicted(9.2815, 0.0005)
                .headline(),
            theory("With the thesis's widths it would be 19.95")
                .is("A", gain(1))
                .predicted(19.947, 0.0005)
                .headline(),
            claim("A is such that the norm of all cells is one on average over positions in a room")
                .is("mean norm on a lattice of positions", exact(norm(&kinds[2].1)))
                .published(1.0, 0.01),
        ],
    );
    let table = Table::of(&kinds)
        .column("retina", "", |k| k.0)
        .column("gain", "", |k| k.1.gain())
        .column("reach", "sides", |k| reach(&k.1))
        .column("mean_norm", "", |k| norm(&k.1))
        .named(
            "retinas",
            "The gain A of each retina of 64 x 64 cells; the distance of a light from its middle, along an axis, from which on no cell answers by \
             a hundredth of the largest answer; the mean norm over positions in a room of side 1.",
        );
    let json = entries([
        ("retinas", written(kinds.iter().map(|k| k.0).collect::<Vec<_>>())),
        ("gain", numbers(&list(&kinds, |k| k.1.gain()))),
        ("reach", numbers(&list(&kinds, |k| reach(&k.1)))),
    ]);
    let section = Section::new("retina", "Receptive fields").figures([fields(&kinds)?]).tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// The answer of the middle cell along x, and all cells under a light in the middle.
fn fields(kinds: &[(&str, Retina); 3]) -> Drawn {
    let x: Vec<f64> = (-60..=60).map(|k| 0.025 * f64::from(k)).collect();
    let series = kinds.iter().take(2).zip(["widths 0.3, 0.5", "widths 0.4, 0.5"]).map(|((_, r), name)| {
        let middle = r.cells() / 2 * r.cells() + r.cells() / 2;
        let y: Vec<f64> = x.iter().map(|x| cells(r, [*x, 0.0])[middle]).collect();
        Series::new(name, &x, &y)
    });
    let axes = Axes::new("distance (sides)", "activity");
    let profile = lines(&series.collect::<Vec<_>>(), &axes)?.named("profile", "a cell", "")?;
    let r = &kinds[0].1;
    let all = HeatMap {
        x: r.centres().to_vec(),
        y: r.centres().to_vec(),
        values: cells(r, [0.2, 0.1]),
        label: "activity".into(),
        ..HeatMap::default()
    };
    let axes = Axes { height: 165.0, ..Axes::new("x (sides)", "y (sides)") };
    let all = heat_map(&all, &[], &axes)?.named("all", "all cells", "")?;
    let caption = "A: the answer of a cell to a light, by its distance. B: all 64 x 64 cells of one colour under a light at (0.2, 0.1).";
    panels("retina", "The retina", caption, &[profile, all], 2)
}

/// Sizes of a run.
#[derive(Clone, Copy)]
struct Decoding {
    cells: usize,
    grid: usize,
    deep: Deep,
    whole: bool,
}

impl Decoding {
    fn of(settings: &Settings) -> Self {
        match settings.preset {
            Preset::Quick => Self {
                cells: 64,
                grid: 100,
                deep: Deep { steps: 3000, batch: 128, ..Deep::default() },
                whole: false,
            },
            Preset::Paper => {
                let deep = Deep { hidden: 512, batch: 512, steps: 40_000, ..Deep::default() };
                Self { cells: 64, grid: 100, deep, whole: true }
            }
        }
    }
}

/// Median over the places of the lattice but those within 0.1 of two edges.
fn inner(map: &ErrorMap) -> f64 {
    let g = map.distance.nrows();
    let edge = g / 20;
    let outer = |i: usize| i < edge || i >= g - edge;
    let mut all: Vec<f64> = (0..g * g)
        .filter(|k| !(outer(k % g) && outer(k / g)))
        .map(|k| map.distance[(k % g, k / g)])
        .collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn decoders(size: Decoding, seed: u64) -> Result<Findings, Error> {
    let retina = Retina::new(size.cells, [0.3, 0.5], Normalisation::MeanSquare);
    let scale = strongest(&retina, size.grid);
    let one = |share: f64| {
        let found = linear(&retina, 1.0, size.grid, (share * scale).powi(2));
        found.map(|d| d.errors).ok_or_else(|| Error::Setting("linear decoders: the numbers fail".into()))
    };
    let flat = one(DIGITS)?;
    let deep = Deep { seed, ..size.deep }.fit(&retina, 1.0).errors(&retina, 1.0, size.grid);
    let exact = |v: f64| Estimate::new(v, 0.0, size.grid * size.grid);
    let words =
        format!("{} steps of {} positions, {} units", size.deep.steps, size.deep.batch, size.deep.hidden);
    let long = match size.whole {
        true => Ok(()),
        false => Err("a short training; --preset paper trains ten times as long".to_owned()),
    };
    let claims = at(
        "fanthomme2021 Fig. B.2",
        [
            claim(
                "The best linear read-out that double precision resolves (eq. B.4, 1e-8) errs by about 0.01",
            )
            .is("root mean square error over the lattice (sides)", exact(flat.root_mean_square))
            .between(0.003, 0.03)
            .headline(),
            claim(format!("Three layers err by about 0.001 ({words})"))
                .is("root mean square error over the lattice (sides)", exact(deep.root_mean_square))
                .between(0.0003, 0.003)
                .denied_given(long.clone())
                .headline(),
            claim("Its largest error is larger than that of the linear one")
                .is(
                    "largest error of three layers, over that of the linear read-out",
                    exact(deep.largest / flat.largest),
                )
                .above(1.0)
                .given(long.clone()),
            claim("But for the corners its errors are lower")
                .is(
                    "median error away from corners, three layers over linear",
                    exact(inner(&deep) / inner(&flat)),
                )
                .below(1.0)
                .denied_given(long),
        ],
    );
    let shares = [1e-4, 1e-6, DIGITS, 1e-10, 1e-12];
    let ridges: Vec<(f64, ErrorMap)> =
        shares.into_iter().map(|s| Ok((s, one(s)?))).collect::<Result<_, Error>>()?;
    let table = Table::of(&ridges)
        .columns(["share", "error", "largest"], |r| [r.0, r.1.root_mean_square, r.1.largest])
        .named(
            "linear",
            "Linear read-outs that resolve directions of the cells' activity down to a share of the strongest: root mean square and largest error \
             in sides. 1e-8 is what eq. B.4 resolves in double precision, whose integrals square the activity.",
        );
    let json = entries([
        ("linear", flat.root_mean_square.into()),
        ("three_layers", deep.root_mean_square.into()),
        ("largest", numbers(&[flat.largest, deep.largest])),
    ]);
    let section = Section::new("decoders", "Errors by position")
        .intro(format!(
            "A light anywhere in [-1, 1] squared, {0} x {0} cells of one colour; a lattice of {1} x {1} positions. Three layers: {words}.",
            size.cells, size.grid
        ))
        .figures([errors(&flat, &deep, size.grid)?])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// The largest singular value of the cells' activity over the lattice, by iteration.
fn strongest(retina: &Retina, grid: usize) -> f64 {
    let images: Vec<Vec<f64>> = lattice(1.0, grid).map(|at| cells(retina, at)).collect();
    let mut v = vec![1.0; retina.cells().pow(2)];
    let mut value = 0.0;
    for _ in 0..50 {
        let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v.iter_mut().for_each(|x| *x /= length);
        let said: Vec<f64> = images.iter().map(|i| i.iter().zip(&v).map(|(a, b)| a * b).sum()).collect();
        value = said.iter().map(|s| s * s).sum::<f64>().sqrt();
        v.fill(0.0);
        images.iter().zip(&said).for_each(|(i, s)| v.iter_mut().zip(i).for_each(|(x, a)| *x += s * a));
    }
    value
}

fn errors(flat: &ErrorMap, deep: &ErrorMap, grid: usize) -> Drawn {
    let all = || {
        [flat, deep]
            .into_iter()
            .flat_map(|m| (0..grid * grid).map(move |k| m.distance[(k % grid, k / grid)].log10()))
    };
    let range = Some([all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max)]);
    let one = |map: &ErrorMap, title: &str| -> Drawn {
        let centres: Vec<f64> = (0..grid).map(|k| 2.0 * k as f64 / (grid - 1) as f64 - 1.0).collect();
        let values = (0..grid * grid).map(|k| map.distance[(k % grid, k / grid)].log10()).collect();
        let heat = HeatMap {
            x: centres.clone(),
            y: centres,
            values,
            label: "log10 error".into(),
            range,
            ..HeatMap::default()
        };
        let axes = Axes { height: 165.0, ..Axes::new("x (sides)", "y (sides)") };
        heat_map(&heat, &[], &axes)?.named(title, title, "")
    };
    let caption = "Logarithm of the distance, in sides, between where a light is and where it is said to be. A: the linear read-out. B: three layers.";
    panels("errors", "Errors by position", caption, &[one(flat, "linear")?, one(deep, "three layers")?], 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;

    #[test]
    fn retinas_and_small_decoders() {
        let deep = Deep { hidden: 16, batch: 32, steps: 100, ..Deep::default() };
        let small = Decoding { cells: 16, grid: 20, deep, whole: false };
        every_study(
            "retinas",
            &[RETINA, DECODERS],
            &[&|_| retina(), &|s| decoders(small, s.seed)],
            |c| c.source.ends_with("B.2"),
            |_| (),
        );
    }
}
