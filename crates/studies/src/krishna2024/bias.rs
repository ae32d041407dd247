//! Biased motion: what is said at rest has the bias of what is said awake, in its places and in its transitions.

use super::conditions::DOUBLED;
use super::explored::{One, divergences, explore, learned, summary, table, trajectories};
use super::networks::{Kind, Net, Sizes, What, networks};
use super::{head_direction, position};
use crate::common::*;
use nullcline_report::figures::{histogram, points_with_errors};

/// Biased motion.
pub const STUDY: Study =
    Study::new("krishna2024/bias", "Biased motion awake gives biased places and transitions at rest", run);

const PLACES: Kind = Kind { biased: true, ..Kind::of(What::Position).named("biased", "position-biased") };
const HEADS: Kind = Kind { biased: true, ..Kind::of(What::Heads).named("biased", "heads-biased") };

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings([Sizes::of_position(settings), Sizes::of_heads(settings)], settings, observer)
}

/// Unbiased and biased networks of a task.
struct Pair {
    free: Vec<One>,
    biased: Vec<One>,
    /// KL(quiescent || active) by nearest neighbours: of each network of a seed at rest from each awake, row by row.
    matrix: Vec<[[f64; 2]; 2]>,
    learned: Result<(), String>,
}

fn pair_of(nets: &[Vec<Net>], sizes: Sizes) -> Pair {
    let [free, biased] =
        [0, 1].map(|k| nets[k].iter().map(|n| explore(n, sizes, DOUBLED)).collect::<Vec<One>>());
    let what = nets[0][0].kind.what;
    let matrix = free.iter().zip(&biased).map(|(f, b)| {
        let both = [f, b];
        [0, 1].map(|q| {
            [0, 1]
                .map(|p| divergences(&both[q].rest.said, &both[p].active.said, what, f.seed).quiescent_active)
        })
    });
    let matrix = matrix.collect();
    let learned = learned(&free).and(learned(&biased));
    Pair { free, biased, matrix, learned }
}

pub fn findings(sizes: [Sizes; 2], settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let places = pair_of(&networks(settings, sizes[0], &[position::NOISY, PLACES], observer)?, sizes[0]);
    let heads = pair_of(&networks(settings, sizes[1], &[head_direction::NOISY, HEADS], observer)?, sizes[1]);
    let mut claims = sizes[0].asked(of_places(&places));
    claims.extend(sizes[1].asked(of_heads(&heads)));
    let answer = format!(
        "Trained on counter-clockwise turns, networks turn by {} rad a step at rest and {} awake (unbiased at rest {}). {}",
        words(mean(&heads.biased, |o| o.turn[1])),
        words(mean(&heads.biased, |o| o.turn[0])),
        words(mean(&heads.free, |o| o.turn[1])),
        answer(&claims)
    );
    let json = entries([
        ("position", summary(&places.free)),
        ("position_biased", summary(&places.biased)),
        ("heads", summary(&heads.free)),
        ("heads_biased", summary(&heads.biased)),
        ("turn_biased_quiescent", numbers(&list(&heads.biased, |o| o.turn[1]))),
        ("turn_biased_active", numbers(&list(&heads.biased, |o| o.turn[0]))),
    ]);
    let sections = vec![place_section(&places, sizes[0])?, head_section(&heads, sizes[1])?];
    Ok(Findings { claims, answer, sections, json, warnings: vec![] })
}

/// How much farther from the activity of the other kind than from its own.
fn mismatch(p: &Pair, q: usize) -> Estimate {
    mean(&p.matrix, |m| m[q][1 - q] - m[q][q])
}

/// Mean distance from the middle of the box of what is said.
fn far(o: &One, rest: bool) -> f64 {
    let x = if rest { &o.rest.said.x } else { &o.active.said.x };
    (0..x.ncols()).map(|t| x[(0, t)].hypot(x[(1, t)])).sum::<f64>() / x.ncols() as f64
}

fn of_places(p: &Pair) -> Vec<Claim> {
    let nearer = Estimate::mean(p.free.iter().zip(&p.biased).map(|(f, b)| far(b, true) / far(f, true)));
    at(
        "krishna2024 Spatial position estimation",
        [
            claim("Quiescent distributions resemble the corresponding active ones: biased")
                .is("KL from unbiased less from biased activity, nats", mismatch(p, 1))
                .above(0.0)
                .denied_given(p.learned.clone())
                .headline(),
            claim("and unbiased")
                .is("KL from biased less from unbiased activity, nats", mismatch(p, 0))
                .above(0.0)
                .denied_given(p.learned.clone()),
            claim("Networks trained on walks that drift to the middle stay nearer to it at rest")
                .is("mean distance at rest over that of unbiased networks", nearer)
                .below(1.0)
                .denied_given(p.learned.clone()),
        ],
    )
}

fn of_heads(p: &Pair) -> Vec<Claim> {
    let part = mean(&p.biased, |o| o.turn[1] / o.turn[0]);
    at(
        "krishna2024 Head direction estimation",
        [
            claim("With counter-clockwise motion the transition structure is recapitulated at rest")
                .is("direction bias at rest, biased less unbiased", paired(p, |o| o.bias[1]))
                .above(0.0)
                .denied_given(p.learned.clone())
                .headline(),
            claim("but partially")
                .is("mean turn at rest over that awake", part)
                .between(0.0, 0.9)
                .denied_given(p.learned.clone()),
            claim("Unbiased networks turn either way at rest")
                .is("direction bias at rest", mean(&p.free, |o| o.bias[1]))
                .between(-0.2, 0.2)
                .denied_given(p.learned.clone()),
        ],
    )
}

fn paired(p: &Pair, f: impl Fn(&One) -> f64) -> Estimate {
    Estimate::mean(p.free.iter().zip(&p.biased).map(|(a, b)| f(b) - f(a)))
}

/// The divergences of rest from activity, means over seeds.
fn matrix(p: &Pair) -> Drawn {
    let kinds = ["unbiased", "biased"];
    let all = [[0, 0], [0, 1], [1, 1], [1, 0]];
    let label = |[q, k]: [usize; 2]| format!("{} at rest from {} awake", kinds[q], kinds[k]);
    let found = all.map(|[q, k]| mean(&p.matrix, |m| m[q][k]));
    let quantity = "KL(quiescent || active) (nats)";
    points_with_errors(&all.map(label), &found.map(|m| m.value), &found.map(|m| m.error()), quantity)?.named(
        "kl",
        "Rest from activity",
        "By nearest neighbours; means over networks and their standard errors.",
    )
}

const CAPTION: &str = "Each network, as in krishna2024/position.";

fn place_section(p: &Pair, sizes: Sizes) -> Result<Section, Error> {
    let axes = ["x (m)", "y (m)"];
    let figures = [
        trajectories(&p.biased[0].active, 12, 100, "biased, active", axes)?,
        trajectories(&p.biased[0].rest, 12, 200, "biased, quiescent", axes)?,
    ];
    let caption = "What a network trained on walks that drift to the middle says in some trials, with and without input.";
    Ok(Section::new("position", "Walks that drift to the middle")
        .intro(sizes.words())
        .figures([panels("position", "Biased walks", caption, &figures, 2)?, matrix(p)?])
        .tables([table(&[("unbiased", &p.free), ("biased", &p.biased)], "networks", CAPTION)]))
}

/// Turns between successive steps.
fn turns(r: &super::measure::Recorded) -> Vec<f64> {
    let x = &r.said.x;
    let turn = |t: usize| {
        let (a, b) = ([x[(0, t - 1)], x[(1, t - 1)]], [x[(0, t)], x[(1, t)]]);
        (a[0] * b[1] - a[1] * b[0]).atan2(a[0] * b[0] + a[1] * b[1])
    };
    (1..x.ncols()).filter(|t| r.said.joined(*t)).map(turn).collect()
}

fn head_section(p: &Pair, sizes: Sizes) -> Result<Section, Error> {
    // Each bin is of an odd number of steps of the grid, so that no turn lies on an edge.
    let grid = head_direction::grid(sizes);
    let width = grid * ((0.1 / grid) as usize | 1) as f64;
    let beside = (1.2 / width).round();
    let reach = (beside + 0.5) * width;
    let of = |o: &One, title: &str| -> Drawn {
        let rest = turns(&o.rest);
        let every = (rest.len() / turns(&o.active).len().max(1)).max(1);
        let sets = [
            ("active".to_owned(), turns(&o.active)),
            ("quiescent".to_owned(), rest.into_iter().step_by(every).collect()),
        ];
        let axes = Axes { x_range: Some([-reach, reach]), ..Axes::new("turn in a step (rad)", "steps") };
        histogram(&sets, 2 * beside as usize + 1, &axes.wide(THIRD))?.named(title, title, "")
    };
    let figures = [of(&p.free[0], "unbiased")?, of(&p.biased[0], "biased")?];
    let caption =
        "Turns of the directions that one network of each kind says, as many steps awake as at rest.";
    Ok(Section::new("heads", "Counter-clockwise turns")
        .intro(sizes.words())
        .figures([panels("heads", "Biased turns", caption, &figures, 2)?, matrix(p)?])
        .tables([table(&[("unbiased", &p.free), ("biased", &p.biased)], "networks", CAPTION)]))
}
