//! Fig. 4: two dimensions that hold both beliefs, and states over the trials of a block.

use super::geometry::Geometry;
use super::measured::{Shown, each, everywhere, measured, published};
use super::networks::{NAMED, Sizes, UNITS, networks};
use crate::common::*;
use nullcline_core::tasks::ibl::Side;
use nullcline_report::figures::component_label;

/// Fig. 4.
pub const STUDY: Study =
    Study::new("schaeffer2020/fig4", "Two dimensions that hold both beliefs, and their read-outs", run);

const SOURCE: &str = "schaeffer2020 section 3.2.1";
/// Points shown of either side.
const SHOWN: usize = 400;
/// Places in the block of which mean states are shown.
const PLACES: usize = 40;

/// Numbers of one network, as in the table: variance, length, square, decoded in full and in the plane, angles.
pub struct Row(pub [f64; 7]);

impl Row {
    /// Names of the numbers with their units.
    pub const NAMES: [&str; 7] = [
        "variance_in_two_components_percent",
        "readout_length_in_plane_percent",
        "readout_square_in_plane_percent",
        "block_decoded_full_percent",
        "block_decoded_plane_percent",
        "angle_full_degrees",
        "angle_plane_degrees",
    ];

    /// Of one network.
    pub fn of(g: &Geometry) -> Self {
        let [length, square] = g.readout_in_plane();
        let [full, plane] = g.decoding;
        let [a, b] = g.angles();
        let percent = |v: f64| 100.0 * v;
        Self([percent(g.variance()), percent(length), percent(square), percent(full), percent(plane), a, b])
    }

    /// The numbers of networks, one row each.
    pub fn columns<'a, T>(table: Table<'a, T>, row: impl Fn(&'a T) -> &'a Self) -> Table<'a, T> {
        table.columns(Self::NAMES, |t| row(t).0)
    }
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let trained = networks(settings, sizes, UNITS, progress)?;
    let (rows, shown) = each(&trained, settings, sizes, |_, _, _, geometry| Ok(Row::of(geometry)))?;
    let claims = sizes.asked(settings, claims(&rows));
    let answer = format!(
        "Two components hold {} % of the variance over {} networks; the paper's one 88.74 %. {}",
        words(mean(&rows, |r| r.0[0])),
        rows.len(),
        answer(&claims)
    );
    let values = |(k, name): (usize, &&str)| ((*name).to_owned(), list(&rows, |r| r.0[k]).into());
    let geometry: Map<String, Value> = Row::NAMES.iter().enumerate().map(values).collect();
    let section = Section::new("geometry", "Read-outs in the plane of two components")
        .figures([draw(&shown)?])
        .tables([Row::columns(Table::of(&rows).column("units", "", |_| UNITS), |r| r)
            .named("networks", "One row a network.")]);
    let section = Section { notes: vec![early(settings, sizes, progress)?], ..section };
    Ok(Findings {
        claims,
        answer,
        sections: vec![section],
        json: entries([("geometry", geometry.into())]),
        warnings: vec![],
    })
}

/// The numbers of the first network after the 5000 gradient steps that the SI names, in a sentence.
fn early(settings: &Settings, sizes: Sizes, progress: &dyn Observer) -> Result<String, Error> {
    let sizes = Sizes { seeds: 1, steps: NAMED, ..sizes };
    let trained = networks(settings, sizes, UNITS, progress)?;
    let (_, geometry) = measured(&trained[0], settings.seed, sizes)?;
    let Row([variance, length, _, full, plane, angle, inside]) = Row::of(&geometry);
    Ok(format!(
        "After the {NAMED} gradient steps that the SI names, the first network has {variance:.1} % of the \
         variance in two components, {length:.1} % of the read-out's length in their plane, the block \
         decoded in {full:.1} and {plane:.1} % of steps, and angles of {angle:.0} and {inside:.0} degrees: \
         choices settle long before the geometry does."
    ))
}

fn claims(rows: &[Row]) -> Vec<Claim> {
    let row = |text: &str, quantity: &str, k: usize, number: f64, tolerance: f64| {
        published(text, quantity, mean(rows, |r| r.0[k]), number, tolerance)
    };
    let inside = "93.39 % of the stimulus read-out's length lies in their plane";
    let full = "A logistic read-out of all units tells the block in 82.6 % of steps";
    at(
        SOURCE,
        [
            row("Two components explain 88.74 % of the variance", "variance, %", 0, 88.74, 5.0),
            row(inside, "length in the plane, %", 1, 93.39, 5.0),
            row(full, "unseen blocks, %", 3, 82.6, 3.0),
            row("One of the plane tells it in 82.5 %", "unseen blocks, %", 4, 82.5, 3.0),
            claim("The plane loses nothing of the block")
                .is("full minus plane, %", mean(rows, |r| r.0[3] - r.0[4]))
                .below(2.0)
                .headline(),
            row("Read-outs are 73 degrees apart in the full space", "angle, degrees", 5, 73.0, 10.0),
            row("and 68 degrees in the plane", "angle, degrees", 6, 68.0, 10.0),
            everywhere(rows, "They are not orthogonal: less than 90 degrees in every network", |r| {
                r.0[6] < 90.0
            })
            .headline(),
        ],
    )
}

fn draw(Shown { recorded: r, geometry: g }: &Shown) -> Drawn {
    let share = |k: usize| g.pca.explained_variance_ratio[k];
    let side = |t: usize| r.played.trials[r.trial[t]].trial.block_side;
    let every = r.steps().div_ceil(4 * SHOWN).max(1);
    let cloud = |s: Side, name: &str, ink: usize| {
        let here = (0..r.steps()).step_by(every).filter(|t| side(*t) == s).take(SHOWN);
        points(name, here.map(|t| [g.plane[(0, t)], g.plane[(1, t)]])).ink(Ink::Series(ink))
    };
    let reach = (0..r.steps()).map(|t| g.plane[(0, t)].abs().max(g.plane[(1, t)].abs())).fold(0.0, f64::max);
    let boundary =
        |v: [f64; 2]| Reference::Curve(vec![[-v[1] * reach, v[0] * reach], [v[1] * reach, -v[0] * reach]]);
    let axes = Axes {
        x_label: component_label(1, share(0)),
        y_label: component_label(2, share(1)),
        width: THIRD,
        square: true,
        x_range: Some([-reach, reach]),
        y_range: Some([-reach, reach]),
        references: vec![("stimulus".into(), boundary(g.inside[0])), ("block".into(), boundary(g.inside[1]))],
        ..Axes::default()
    };
    let first = scatter(&[cloud(Side::Left, "left block", 0), cloud(Side::Right, "right block", 1)], &axes)?;
    let first = first.named("plane", "Block in the plane", "")?;
    let ends = r.ends();
    let walk = |s: Side, name: &str| -> Drawn {
        let mut sums = vec![[0.0; 3]; PLACES];
        for (n, t) in ends.iter().enumerate() {
            let trial = &r.played.trials[n].trial;
            if trial.block > 0 && trial.block_side == s && trial.place < PLACES {
                let sum = &mut sums[trial.place];
                *sum = [sum[0] + g.plane[(0, *t)], sum[1] + g.plane[(1, *t)], sum[2] + 1.0];
            }
        }
        let path: Vec<[f64; 2]> =
            sums.iter().filter(|s| s[2] > 0.0).map(|s| [s[0] / s[2], s[1] / s[2]]).collect();
        let end = |label: &str, k: usize| points(label, path.get(k).copied());
        let series = [
            points("", path.clone()),
            end("first trial", 0).ink(Ink::Tone(0.0)),
            end(&format!("trial {}", path.len()), path.len().max(1) - 1).ink(Ink::Tone(1.0)),
        ];
        lines(&series, &Axes { x_range: None, y_range: None, ..axes.clone() })?.named(name, name, "")
    };
    let figures = [first, walk(Side::Left, "Left blocks")?, walk(Side::Right, "Right blocks")?];
    let caption = "One network. A: states at steps of a session by the side of the block, with the \
                   boundaries of both read-outs. B, C: mean states at the end of the trials of a block, \
                   from the first trial after the change on.";
    panels("fig4", "Beliefs in the plane of two components", caption, &figures, 3)
}
