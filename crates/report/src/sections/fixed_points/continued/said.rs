//! Continuations in words.

use crate::sections::words;
use nullcline_core::analyses::network::Points;
use nullcline_core::analyses::network::continuation::{Born, Continuation};
use nullcline_core::diagnostics::dynamics::continuation::periodic::{CycleEnd, CycleEvent};
use nullcline_core::diagnostics::dynamics::continuation::{
    Bifurcation, BifurcationKind, Branch, Criticality, End,
};

/// Bifurcations that a sentence names, at most.
const NAMED: usize = 8;

/// What a bifurcation is called.
pub fn kind_word(kind: BifurcationKind) -> &'static str {
    match kind {
        BifurcationKind::Fold => "fold",
        BifurcationKind::Flip => "flip",
        BifurcationKind::Hopf => "Hopf",
        BifurcationKind::NeimarkSacker => "Neimark–Sacker",
        BifurcationKind::Transcritical => "transcritical",
        BifurcationKind::Pitchfork => "pitchfork",
        BifurcationKind::BranchPoint => "branch point",
        BifurcationKind::Corner => "corner",
        BifurcationKind::Unresolved => "unresolved",
    }
}

/// What a bifurcation of cycles is called.
pub fn cycle_word(kind: CycleEvent) -> &'static str {
    match kind {
        CycleEvent::Fold => "fold of cycles",
        CycleEvent::PeriodDoubling => "period doubling",
        CycleEvent::Torus => "torus",
        CycleEvent::BranchPoint => "branch point of cycles",
        CycleEvent::Several => "several at once",
    }
}

/// The parameter as an axis names it.
pub fn parameter(c: &Continuation) -> String {
    match c.path {
        true => format!("p, {}", c.asked.what),
        false => c.asked.what.to_string(),
    }
}

fn range(c: &Continuation) -> String {
    let [low, high] = c.asked.range.map(words::number);
    match c.path {
        true => format!("In the {} (p from {low} to {high})", c.asked.what),
        false => format!("In {} from {low} to {high}", c.asked.what),
    }
}

/// Each continuation in sentences.
pub fn sentences(found: &Points) -> Vec<String> {
    found.continued.iter().map(one).collect()
}

/// Each in a short sentence.
pub fn short(found: &Points) -> Vec<String> {
    let one = |c: &Continuation| format!("{}: {}.", range(c), summed(c));
    found.continued.iter().map(one).collect()
}

fn one(c: &Continuation) -> String {
    if let Some(why) = &c.nothing {
        return format!("{}: nothing could be followed. {why}.", range(c));
    }
    let all = bifurcations(c);
    let named: Vec<String> = all.iter().map(|(branch, b)| place(branch, b)).take(NAMED).collect();
    let more = all.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; {more} more stand in the table") } else { String::new() };
    let places = if named.is_empty() {
        String::new()
    } else {
        format!(" Along the branches: {}{more}.", named.join("; "))
    };
    let cycles: Vec<String> = c.cycles.iter().map(|b| born(c, b)).collect();
    let cycles = if cycles.is_empty() { String::new() } else { format!(" {}", cycles.join(" ")) };
    format!("{}: {}.{places}{cycles}", range(c), summed(c))
}

/// All bifurcations, once where two branches that cross there have both.
fn bifurcations(c: &Continuation) -> Vec<(&Branch, &Bifurcation)> {
    let size = |b: &Bifurcation| b.state.iter().map(|v| v.abs()).fold(1.0, f64::max);
    let near = |a: f64, b: f64, scale: f64| (a - b).abs() <= 1e-6 * scale;
    let mut found: Vec<(&Branch, &Bifurcation)> = vec![];
    for branch in &c.diagram.branches {
        for b in &branch.bifurcations {
            let same = |(other, a): &(&Branch, &Bifurcation)| {
                (a.kind, other.period) == (b.kind, branch.period)
                    && !std::ptr::eq(*other, branch)
                    && (a.p - b.p).abs() <= 1e-6 * (1.0 + a.p.abs()) + a.error + b.error
                    && a.state.iter().zip(&b.state).all(|(x, y)| near(*x, *y, size(a)))
            };
            if !found.iter().any(same) {
                found.push((branch, b));
            }
        }
    }
    found
}

/// Branches and bifurcations by kind.
fn summed(c: &Continuation) -> String {
    let branches = &c.diagram.branches;
    if branches.is_empty() {
        let why = c.nothing.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        return format!("nothing was followed{why}");
    }
    let points = branches.iter().filter(|b| b.period == 1).count();
    let mut text = format!("{points} {} of fixed points", if points == 1 { "branch" } else { "branches" });
    if branches.len() > points {
        text.push_str(&format!(" and {} of cycles", branches.len() - points));
    }
    let all = bifurcations(c);
    let all = || all.iter().map(|(_, b)| b.kind);
    let mut kinds: Vec<BifurcationKind> = vec![];
    all().for_each(|k| {
        if !kinds.contains(&k) {
            kinds.push(k);
        }
    });
    let count = |k: &BifurcationKind| {
        let n = all().filter(|o| o == k).count();
        format!("{n} {}", noun(*k, n))
    };
    let found: Vec<String> = kinds.iter().map(count).collect();
    let found = if found.is_empty() { "no bifurcation on the way".to_owned() } else { found.join(", ") };
    let born = c.cycles.iter().filter(|born| born.branch.is_ok()).count();
    let born = match born {
        0 => String::new(),
        1 => "; 1 branch of cycles from a Hopf point".into(),
        n => format!("; {n} branches of cycles from Hopf points"),
    };
    let cut = if c.diagram.complete { "" } else { "; not all was followed to its end" };
    format!("{text}; {found}{born}{cut}")
}

/// A kind as a noun.
fn noun(kind: BifurcationKind, n: usize) -> String {
    let s = if n == 1 { "" } else { "s" };
    match kind {
        BifurcationKind::Hopf | BifurcationKind::NeimarkSacker => format!("{} point{s}", kind_word(kind)),
        BifurcationKind::Transcritical | BifurcationKind::Unresolved => {
            format!("{} bifurcation{s}", kind_word(kind))
        }
        BifurcationKind::Pitchfork if n > 1 => "pitchforks".into(),
        _ => format!("{}{s}", kind_word(kind)),
    }
}

/// Digits that the error leaves.
fn valued(p: f64, error: f64) -> String {
    let digits = if error > 0.0 { (-error.log10()).floor().clamp(2.0, 9.0) as usize } else { 9 };
    let text = format!("{p:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('-', "−")
}

fn place(branch: &Branch, b: &Bifurcation) -> String {
    let name = noun(b.kind, 1);
    let side = match b.criticality {
        Some(Criticality::Supercritical) => ", supercritical",
        Some(Criticality::Subcritical) => ", subcritical",
        None => "",
    };
    let turn = match (b.frequency, b.kind) {
        (Some(w), BifurcationKind::Hopf) => format!(", period {}", words::number(std::f64::consts::TAU / w)),
        (Some(w), _) => format!(", {} of a turn a step", words::number(w / std::f64::consts::TAU)),
        _ => String::new(),
    };
    let name = if branch.period > 1 { format!("{name} of cycles of {} steps", branch.period) } else { name };
    format!("{name} at {} ({} → {} unstable{side}{turn})", valued(b.p, b.error), b.unstable[0], b.unstable[1])
}

/// Cycles from a Hopf point.
fn born(c: &Continuation, born: &Born) -> String {
    let p = c.diagram.branches[born.from[0]].bifurcations[born.from[1]].p;
    let from = format!("Cycles from the Hopf point at {}", valued(p, 1e-6));
    match &born.branch {
        Err(why) => format!("{from}: {why}."),
        Ok(b) => {
            let ends = |f: &dyn Fn(usize) -> f64| {
                let all = (0..b.points.len()).map(f);
                all.fold([f64::INFINITY, f64::NEG_INFINITY], |[lo, hi], v| [lo.min(v), hi.max(v)])
            };
            let [p, t] =
                [ends(&|k| b.points[k].p), ends(&|k| b.points[k].period)].map(|e| e.map(words::number));
            let more = b.bifurcations.len().saturating_sub(NAMED);
            let mut events: Vec<String> = b
                .bifurcations
                .iter()
                .take(NAMED)
                .map(|e| format!("{} at {}", cycle_word(e.kind), valued(e.cycle.p, e.error)))
                .collect();
            events.extend((more > 0).then(|| format!("and {more} more")));
            let events = if events.is_empty() { String::new() } else { format!("; {}", events.join(", ")) };
            let stable = b.points.iter().filter(|c| c.unstable == 0).count();
            let stable = match stable {
                s if s == b.points.len() => "stable",
                0 => "unstable",
                _ => "partly stable",
            };
            format!(
                "{from} go from {} to {} with periods of {} to {}, {stable}, and end {}{events}.",
                p[0],
                p[1],
                t[0],
                t[1],
                born.to.map_or_else(
                    || cycle_end(b.end).into(),
                    |[b, k]| format!(
                        "in the one at {}",
                        valued(c.diagram.branches[b].bifurcations[k].p, 1e-6)
                    )
                )
            )
        }
    }
}

fn cycle_end(end: CycleEnd) -> &'static str {
    match end {
        CycleEnd::Low | CycleEnd::High => "at the border of the range",
        CycleEnd::Diverged => "where states are beyond every bound",
        CycleEnd::NotFinite => "where the rule is not finite",
        CycleEnd::StepTooSmall => "where no step could be made",
        CycleEnd::MostPoints => "after the most points that were allowed",
        CycleEnd::LongPeriod => "with a period that grows without end (a homoclinic orbit is near)",
        CycleEnd::Unresolved => "where the mesh no longer resolves them",
        CycleEnd::Shrunk => "in another Hopf point",
    }
}

/// What a reader must not overlook.
pub fn notes(found: &Points) -> Vec<String> {
    let mut all: Vec<String> = found.continued.iter().flat_map(of_one).collect();
    if !found.continued.is_empty() {
        all.push(
            "A diagram holds what hangs together with the fixed points at which it began, those of the present value and of both ends \
             of the range: a branch that does not is found by no continuation."
                .into(),
        );
    }
    all
}

fn of_one(c: &Continuation) -> Vec<String> {
    let mut all = vec![];
    let here = || format!("In {}", c.asked.what);
    let lost: usize = c.starts.iter().map(|s| s.left_out).sum();
    if lost > 0 {
        let known: usize = c.starts.iter().map(|s| s.points).sum();
        all.push(format!("{} could not be followed from {lost} of {known} fixed points.", here()));
    }
    if c.diagram.more {
        all.push(format!(
            "{} there are more branches than the {} that were followed: run again with more --branches.",
            here(),
            c.diagram.branches.len()
        ));
    }
    for (why, advice) in [
        (End::Diverged, ""),
        (End::NotFinite, ""),
        (End::StepTooSmall, ""),
        (End::MostPoints, ": run again with more --branch-points"),
    ] {
        let cut = |b: &&Branch| b.ends.contains(&why);
        let numbers: Vec<String> = (0..c.diagram.branches.len())
            .filter(|k| cut(&&c.diagram.branches[*k]))
            .map(|k| (k + 1).to_string())
            .collect();
        if !numbers.is_empty() {
            let which = if numbers.len() == 1 { "branch" } else { "branches" };
            let verb = if numbers.len() == 1 { "was" } else { "were" };
            all.push(format!(
                "{} {which} {} {verb} not followed to the end: {}{advice}.",
                here(),
                numbers.join(", "),
                end_word(why)
            ));
        }
    }
    let events = || c.diagram.branches.iter().flat_map(|b| &b.bifurcations);
    if events().any(|b| b.kind == BifurcationKind::Corner) {
        all.push(format!(
            "{} branches pass corners, where units are at their kinks: stability may change there without an eigenvalue that \
             passes its border.",
            here()
        ));
    }
    let several = events().filter(|b| b.multiplicity > 1 && b.kind != BifurcationKind::Corner).count();
    if several > 0 {
        all.push(format!(
            "{} several eigenvalues become critical at once at {}: branches that spring from there were not followed.",
            here(),
            words::count(several, "place")
        ));
    }
    all
}

fn end_word(end: End) -> &'static str {
    match end {
        End::Diverged => "states grow beyond every bound",
        End::NotFinite => "the rule or its derivatives are not finite beyond",
        End::StepTooSmall => "no step of the least length could be made",
        End::MostPoints => "the most points that were allowed were reached",
        End::Low | End::High | End::Closed | End::Known | End::Origin => "it is whole",
    }
}

/// Curves of the saddles, in a sentence.
pub fn curves(found: &Points) -> Option<String> {
    let c = &found.curves;
    if !c.asked {
        return None;
    }
    if found.plane.is_none() {
        return Some("There is no plane in which curves of saddles could be shown.".into());
    }
    let without = match c.without {
        0 => String::new(),
        n => format!(
            " Of {} neither the states that leave nor those that come make a line.",
            words::count(n, "saddle")
        ),
    };
    Some(format!(
        "In the plane of the first two components {} of saddles are drawn: states leave along solid ones and come along dashed ones.{without}",
        words::count(c.all.len(), "curve")
    ))
}
