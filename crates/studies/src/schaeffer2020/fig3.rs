//! Fig. 3: what the block does to choices, and how fast a change of block is noticed; mice beside.

use super::behaviour::Behaviour;
use super::networks::Sizes;
use crate::common::*;
use nullcline_core::analyses::ibl::read_trials;
use nullcline_core::tasks::ibl::behaviour::{Choice, accuracy, after_change, over_trials};
use nullcline_report::sections::behaviour::{Subject, concordance_figure, overview, recovery_figure, table};
use std::path::Path;

/// Fig. 3.
pub const STUDY: Study =
    Study::new("schaeffer2020/fig3", "The block prior in choices, and recovery after a change of block", run);

const SOURCE: &str = "schaeffer2020 Fig. 3";
/// Trials of the shortest block of the task.
const SHORTEST: usize = 20;

/// Concordant minus discordant accuracy at contrast number `c`.
fn gap(trials: &[Choice], c: usize) -> f64 {
    accuracy(trials, Some(true)).cells[c].value - accuracy(trials, Some(false)).cells[c].value
}

/// Mean of the cells from `from` up to `to`, weighted by their trials.
fn stretch(cells: &[Estimate], from: usize, to: usize) -> f64 {
    let here = cells[from..to].iter().filter(|c| c.n > 0);
    let (sum, trials) = here.fold((0.0, 0.0), |(s, n), c| (s + c.value * c.n as f64, n + c.n as f64));
    sum / trials
}

/// Concordant minus discordant accuracy at each contrast, of every network and of actors.
#[derive(Serialize)]
struct Gaps {
    concordance_gap: Vec<Vec<f64>>,
    concordance_gap_actor_coded: Vec<f64>,
    concordance_gap_actor_printed: Vec<f64>,
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let behaviour = Behaviour::new(settings, sizes, progress)?;
    let mut claims = sizes.asked(settings, claims(&behaviour));
    claims.extend(actors(&behaviour));
    let Behaviour { networks, observers, coded, printed } = &behaviour;
    let named = |name, trials| Subject { name, trials };
    let pair = [named("network", &networks[0][..]), named("actor, coded", coded)];
    let three = [pair[0], named("observer", &observers[0]), pair[1]];
    let figures = [
        concordance_figure(&pair, THIRD)?,
        recovery_figure(&three, None, THIRD)?,
        recovery_figure(&pair, Some(0.0), THIRD)?,
    ];
    let caption = "A: correct of answered trials by whether stimulus and block are on one side. B, C: after \
                   a change of block, over all contrasts and at none.";
    let mut sections = vec![
        Section::new("behaviour", "The block prior")
            .figures([panels("fig3", "Block prior and recovery", caption, &figures, 3)?])
            .tables([table("curves", &[three.as_slice(), &[named("actor, printed", printed)]].concat())]),
    ];
    let mice = match &settings.data {
        Some(folder) => mice(folder)?,
        None => vec![],
    };
    claims.extend(mouse_claims(&mice));
    if !mice.is_empty() {
        let subjects: Vec<Subject> = mice.iter().map(|(name, trials)| Subject { name, trials }).collect();
        let figures = subjects.iter().map(|s| {
            let caption = "A mouse's choices and times by contrast, block and place in the block.";
            overview(s, "s")?.named(&format!("mouse_{}", s.name), s.name, caption)
        });
        let figures = figures.collect::<Result<Vec<_>, _>>()?;
        sections.push(
            Section::new("mice", "Mice")
                .intro("The same analyses of sessions of mice, from tables in the public columns.")
                .figures(figures)
                .tables([table("curves", &subjects)]),
        );
    }
    let answer = format!(
        "At zero contrast the block moves the networks' accuracy by {} points, the actor's (as coded) by \
         {:.0}. {}",
        words(mean(networks, |s| 100.0 * gap(s, 0))),
        100.0 * gap(coded, 0),
        answer(&claims)
    );
    let gaps = |s: &[Choice]| (0..6).map(|c| gap(s, c)).collect::<Vec<_>>();
    let found = Gaps {
        concordance_gap: networks.iter().map(|s| gaps(s)).collect(),
        concordance_gap_actor_coded: gaps(coded),
        concordance_gap_actor_printed: gaps(printed),
    };
    Ok(Findings {
        claims,
        answer,
        sections,
        json: entries([("behaviour", written(found))]),
        warnings: vec![],
    })
}

/// Accuracy at zero contrast, concordant or not, with its error over trials.
fn at_zero(trials: &[Choice], concordant: bool) -> Estimate {
    accuracy(trials, Some(concordant)).cells[0]
}

fn claims(b: &Behaviour) -> Vec<Claim> {
    let Behaviour { networks, observers, coded, .. } = b;
    let each = |f: &dyn Fn(&Vec<Choice>) -> f64| mean(networks, f);
    let own = each(&|s| gap(s, 0));
    let of_actor = at_zero(coded, true).less(at_zero(coded, false));
    let shrinks = each(&|s| gap(s, 0) - gap(s, 5));
    let contracted = at_zero(coded, true).less(each(&|s| at_zero(s, true).value));
    let after = |s: &[Choice]| after_change(s, 20, None);
    let recovered = each(&|s| stretch(&after(s), 10, 20) - stretch(&after(s), 0, 1));
    let differences = networks.iter().zip(observers).map(|(s, w)| {
        after(s).iter().zip(&after(w)).map(|(s, w)| (s.value - w.value).abs()).sum::<f64>() / 20.0
    });
    let zero_early = each(&|s| stretch(&after_change(s, 20, Some(0.0)), 0, 2));
    let zero_late = each(&|s| stretch(&after_change(s, 20, Some(0.0)), 10, 20));
    at(
        SOURCE,
        [
            claim("Networks are better on concordant trials at zero contrast")
                .is("concordant minus discordant", own)
                .above(0.0)
                .headline(),
            claim("The difference shrinks with contrast")
                .is("difference at contrast 0 minus at 2.5", shrinks)
                .above(0.0),
            claim("It is smaller in the network than in the actor (as coded)")
                .is("actor minus network at contrast 0", of_actor.less(own))
                .above(0.0)
                .headline(),
            claim("The network's is contracted towards chance")
                .is("actor (as coded) minus network, concordant", contracted)
                .above(0.0),
            claim("Accuracy recovers after a change of block")
                .is("trials 11 to 20 minus the first", recovered)
                .above(0.0)
                .headline(),
            claim("Recovery follows the observer's")
                .is("mean |network - observer| over 20 trials", Estimate::mean(differences))
                .below(0.05),
            claim("At zero contrast accuracy starts above 0.2")
                .is("trials 1 and 2 after the change", zero_early)
                .between(0.2, 0.5),
            claim("and ends below 0.8").is("trials 11 to 20 after the change", zero_late).between(0.5, 0.8),
        ],
    )
}

/// What the paper says of the actor, of whose trials there is one session.
fn actors(b: &Behaviour) -> Vec<Claim> {
    let quantity = "correct of answered at contrast 0; n: trials";
    let of = |text: &str, m: Estimate| claim(text).at(SOURCE).is(quantity, m);
    let prior = "The actor's (as coded) accuracy at zero contrast is the block prior, concordant";
    vec![
        of(prior, at_zero(&b.coded, true)).published(0.8, 0.03),
        of("The same, discordant", at_zero(&b.coded, false)).published(0.2, 0.03).if_differs(
            "the program leaves the 0.8/0.2 of the stimulus out of the actor's prior, which goes up to \
             0.97",
        ),
        of("The actor's (the paper's formulas), concordant", at_zero(&b.printed, true))
            .published(0.8, 0.03)
            .if_differs("an actor that acts only when sure is right more often where it acts"),
    ]
}

/// Every table of trials in the folder, by name.
fn mice(folder: &Path) -> Result<Vec<(String, Vec<Choice>)>, Error> {
    let entries = std::fs::read_dir(folder).map_err(|_| Error::Data(folder.into()))?;
    let mut files: Vec<_> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "csv" || e == "parquet"));
    files.sort();
    let one = |file: &std::path::PathBuf| {
        let name = file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        match read_trials(file) {
            Ok(mut trials) => {
                only_blocks(&mut trials);
                Ok((name, trials))
            }
            Err(e) => Err(Error::Foreign {
                path: file.clone(),
                found: e.to_string(),
                expected: "trials in the columns of the public IBL tables".into(),
            }),
        }
    };
    files.iter().map(one).collect()
}

/// Odds that follow a mouse's errors change every few trials: stretches shorter than the shortest block are of no block.
fn only_blocks(trials: &mut [Choice]) {
    for stretch in trials.chunk_by_mut(|a, b| a.block == b.block).filter(|s| s.len() < SHORTEST) {
        stretch.iter_mut().for_each(|t| t.block_side = None);
    }
}

fn mouse_claims(mice: &[(String, Vec<Choice>)]) -> Vec<Claim> {
    let one = |trials: &[Choice]| {
        let answered = |concordant: bool| {
            let biased = trials.iter().filter(|t| t.block_side.is_some() && t.choice.is_some());
            over_trials(biased.filter(|t| t.concordant() == Some(concordant)).map(|t| f64::from(t.correct())))
        };
        let (with, without) = (answered(true), answered(false));
        (with.n + without.n >= 200 && without.n >= 20).then_some(with.value - without.value)
    };
    let measured = Estimate::mean(mice.iter().filter_map(|(_, trials)| one(trials)));
    let row = theory("Mice too are better on concordant trials")
        .at("the paper's outlook")
        .is("concordant minus discordant, all contrasts, mean over mice", measured)
        .above(0.0);
    vec![match (mice.is_empty(), measured.n) {
        (true, _) => row.untested("needs tables of mice: --data DIR"),
        (false, 0) => row.untested(
            "these sessions have no blocks: their odds differ from 0.5 for a few trials at a time, after \
             the mouse's errors",
        ),
        _ => row,
    }]
}
