//! Fixed points in words.

use super::{input_words, stores, words};
use nullcline_core::analyses::network::{Points, UnderInput};
use nullcline_core::diagnostics::dynamics::fixed_points::{
    Ended, FixedPoint, FixedPoints, Label, Method, Reason, Stability,
};

/// Facts of the section.
pub fn facts(result: &FixedPoints) -> Vec<(String, String)> {
    let mut facts = vec![];
    if result.complete {
        facts.push(("All fixed points".to_owned(), "proven".to_owned()));
    } else {
        facts.push(("Expected to be missed".into(), words::number(result.expected_missed)));
        facts.push(("Found only by further rounds".into(), result.second_found.to_string()));
    }
    if let Some(index) = result.index {
        facts.push(("Sum of the indices".into(), format!("{} (all points: {})", index.sum, index.degree)));
    }
    facts
}

/// How the search went, in a sentence.
pub fn search(result: &FixedPoints) -> Option<String> {
    let rounds = words::count(result.rounds.count, "round");
    let pairs = if result.odd { " The network is odd: points come in pairs x, -x." } else { "" };
    let text = match result.ended() {
        Ended::Proof => {
            return Some(format!("It is proven that there are no other fixed points{}.{pairs}", by(result)));
        }
        Ended::FirstSearch => String::new(),
        Ended::NothingNew => format!(
            "Further starts in {rounds} ({} in all) found {} more; the last round found nothing new.",
            result.second_starts, result.second_found
        ),
        Ended::GaveUp => format!(
            "Further starts in {rounds} ({} in all) found {} more; the last rounds found nothing new, though \
             points seem to be missing.",
            result.second_starts, result.second_found
        ),
        Ended::Budget => format!(
            "Further starts in {rounds} ({} in all) found {} more, and the budget was spent before a round \
             found nothing new.",
            result.second_starts, result.second_found
        ),
    };
    let all: Vec<String> =
        [text, unproven(result).unwrap_or_default()].into_iter().filter(|t| !t.is_empty()).collect();
    (!all.is_empty()).then(|| all.join(" ") + pairs)
}

/// By which enumeration all points are known.
fn by(result: &FixedPoints) -> String {
    let Some(proof) = &result.proof else { return String::new() };
    match proof.method {
        Method::Monotone => ": W + W^T is so small that there is one alone".into(),
        Method::Linear => ": the network is linear and I - W regular".into(),
        Method::Pieces => ": all pieces of the ReLU network were looked at".into(),
        Method::LowRank(r) => {
            format!(
                ": the recurrent matrix has the rank {r}, and a box of as many unknowns was searched by intervals"
            )
        }
        Method::Whole(n) => format!(": the box of all {} was searched by intervals", words::count(n, "unit")),
    }
}

/// What kept an enumeration from being whole.
fn unproven(result: &FixedPoints) -> Option<String> {
    let proof = result.proof.as_ref()?;
    let what = match proof.method {
        Method::Monotone | Method::Linear => "The proof that there is one point alone",
        Method::Pieces => "The enumeration of the network's pieces",
        Method::LowRank(_) | Method::Whole(_) => "The search by intervals",
    };
    let at = |reason| proof.undecided.iter().filter(|u| u.reason == reason).count();
    let places: Vec<String> = [
        (Reason::Continuum, "there is a continuum of fixed points"),
        (Reason::Singular, "the derivative is singular to rounding"),
        (Reason::Kink, "units are at their kinks to rounding"),
    ]
    .into_iter()
    .filter(|(reason, _)| at(*reason) > 0)
    .map(|(reason, words)| format!("{words} (at {})", words::count(at(reason), "place")))
    .collect();
    let why = match (places.is_empty(), proof.complete) {
        (_, true) => return None,
        (true, _) => "its work was spent".to_owned(),
        _ => places.join(", "),
    };
    Some(format!(
        "{what} proves {}, and not that there are no others: {why}.",
        words::count(proof.found, "point")
    ))
}

/// What a reader must not overlook.
pub fn warnings(result: &FixedPoints) -> Vec<String> {
    let points = &result.points;
    let mut all = vec![];
    let fixed = points.iter().filter(|p| p.label == Label::Fixed).count();
    let missing = result.index.map_or(0, |i| i.missing());
    if fixed == 0 && result.degree.is_some_and(|d| d != 0) {
        all.push(
            "The network maps a box into itself, so that at least one fixed point exists, and it was not found: \
             run again with more --starts."
                .to_owned(),
        );
    } else if missing > 0 {
        let verb = if missing == 1 { "is" } else { "are" };
        all.push(format!(
            "The indices of the fixed points add up to {}, those of all fixed points to {}: at least {} {verb} \
             missing. Run again with more --starts.",
            result.index.map_or(0, |i| i.sum),
            result.index.map_or(0, |i| i.degree),
            words::count(missing as usize, "point"),
        ));
    }
    if !result.complete && result.expected_missed >= 0.5 && result.expected_missed > f64::from(missing) {
        let missed = result.expected_missed.round().max(1.0) as usize;
        all.push(format!(
            "About {} more probably exist: run again with more --starts.",
            words::count(missed, "fixed point")
        ));
    }
    let continuum = points.iter().filter(|p| p.label == Label::Fixed && !p.isolated).count();
    if continuum > 0 {
        all.push(format!(
            "{} belong to a continuum of fixed points (a line attractor or a plane of them), along which the \
             derivative is singular: they are a sample of it, and their number means nothing.",
            words::count(continuum, "fixed point"),
        ));
    }
    let near_one = points.iter().filter(|p| p.label == Label::Slow && p.speed < 1e-20).count();
    if near_one > 0 {
        all.push(format!(
            "{} of speed zero to rounding are labelled slow: an eigenvalue is so near its critical value that \
             rounding decides, as on a continuous attractor or behind a saturated gate.",
            words::count(near_one, "point")
        ));
    }
    if points.iter().any(|p| p.stability == Stability::UndecidedAtKink) {
        all.extend(at_kinks(points));
    }
    if fixed == 0 {
        all.extend(regions(result));
    }
    all
}

/// What else the page says.
pub fn notes(result: &FixedPoints) -> Vec<String> {
    let mut all = warnings(result);
    for note in at_kinks(&result.points).into_iter().chain(regions(result)) {
        if !all.contains(&note) {
            all.push(note);
        }
    }
    all
}

fn at_kinks(points: &[FixedPoint]) -> Option<String> {
    let all = points.iter().filter(|p| p.kinks.is_some()).count();
    let open = points.iter().filter(|p| p.stability == Stability::UndecidedAtKink).count();
    let decided = match (all, open) {
        (0, _) => return None,
        (_, 0) => "the linear pieces around decide the stability".to_owned(),
        (a, o) if a == o => "the linear pieces around leave the stability open".to_owned(),
        (_, o) => format!("the linear pieces around decide the stability but for {o}"),
    };
    Some(format!(
        "{} at a kink of the nonlinearity, where no eigenvalues exist; {decided}.",
        words::count(all, "fixed point")
    ))
}

fn regions(result: &FixedPoints) -> Option<String> {
    let first = result.regions.first()?;
    let share = words::percent(first.starts as f64 / result.starts.max(1) as f64);
    let others = match result.regions.len() - 1 {
        0 => String::new(),
        k => format!("; {k} more in the summary"),
    };
    Some(format!(
        "A slow region without a fixed point: {share} of the starts ended at a minimum of the speed, q = {}, above \
         the threshold of slow points, as at the ghost of a fold{others}.",
        words::number(first.speed)
    ))
}

/// Isolated fixed points by the number of unstable directions.
pub fn by_unstable(points: &[FixedPoint]) -> Vec<(usize, Vec<&FixedPoint>)> {
    let mut groups: Vec<(usize, Vec<&FixedPoint>)> = vec![];
    let isolated = points.iter().filter(|p| p.label == Label::Fixed && p.isolated);
    for p in isolated.filter(|p| p.unstable > 0 || settled(p)) {
        match groups.iter_mut().find(|g| g.0 == p.unstable) {
            Some(g) => g.1.push(p),
            None => groups.push((p.unstable, vec![p])),
        }
    }
    groups.sort_by_key(|g| g.0);
    groups
}

fn settled(p: &FixedPoint) -> bool {
    matches!(p.stability, Stability::Stable | Stability::Unstable)
}

/// The finding in a sentence.
pub fn describe(result: &FixedPoints) -> String {
    let count =
        |label, isolated| result.points.iter().filter(|p| p.label == label && p.isolated == isolated).count();
    let slow = result.points.iter().filter(|p| p.label == Label::Slow).count();
    let continuum = count(Label::Fixed, false);
    let isolated = |p: &&FixedPoint| p.label == Label::Fixed && p.isolated;
    let fixed: Vec<&FixedPoint> = result.points.iter().filter(isolated).collect();
    let mut text = if fixed.is_empty() && continuum > 0 {
        "No isolated fixed point".to_owned()
    } else if fixed.is_empty() && result.complete {
        "There is no fixed point".to_owned()
    } else if fixed.is_empty() && result.degree.is_some_and(|d| d != 0) {
        "No fixed point was found, though at least one exists".to_owned()
    } else if fixed.is_empty() {
        "No fixed point was found".to_owned()
    } else {
        let certified = fixed.iter().filter(|p| p.certified.is_some()).count();
        let critical = fixed.iter().filter(|p| p.critical || p.stability == Stability::Undecided).count();
        let critical = if critical > 0 { format!("; {critical} not hyperbolic") } else { String::new() };
        format!(
            "{}: {}; {certified} certified{critical}",
            words::count(fixed.len(), "fixed point"),
            kinds(&result.points, &fixed).join(", ")
        )
    };
    if continuum > 0 {
        text.push_str(&format!("; a continuum of fixed points, sampled at {continuum}"));
    }
    if slow > 0 {
        text.push_str(&format!("; {}", words::count(slow, "slow point")));
    }
    if let Some(region) = result.regions.first().filter(|_| fixed.is_empty() && slow == 0) {
        text.push_str(&format!("; a slow region of q = {}", words::number(region.speed)));
    }
    text + if result.complete && !fixed.is_empty() { ". There are no others: that is proven." } else { "." }
}

/// The finding in short sentences: what is held, the points, and those under the inputs that trials hold most.
pub fn answer(found: &Points) -> Vec<String> {
    let r = &found.result;
    let mut all = vec![];
    let held =
        |u: &UnderInput| format!("Under the input {}: {}", input_words(&u.held.input), short(&u.result));
    match &found.stores {
        Some(s) => all.push(format!("{} {}", stores::short(s, r), short(r))),
        None if found.held.is_empty() && !found.driven => all.push(short(r)),
        None => all.push(format!("Under the input {}: {}", input_words(&r.input), short(r))),
    }
    match &found.held[..] {
        [a, b, ..] if short(&a.result) == short(&b.result) => {
            let [first, second] = [a, b].map(|u| input_words(&u.held.input));
            all.push(format!("Under the inputs {first} and {second}, each: {}", short(&a.result)));
        }
        some => all.extend(some.iter().take(2).map(held)),
    }
    all
}

/// Points by what they are; certificates and the rest stand in the section.
fn short(result: &FixedPoints) -> String {
    let isolated = |p: &&FixedPoint| p.label == Label::Fixed && p.isolated;
    let fixed: Vec<&FixedPoint> = result.points.iter().filter(isolated).collect();
    let count = words::count(fixed.len(), "fixed point");
    let all = if fixed.len() == 1 { "" } else { "all " };
    let mut text = match &by_unstable(&result.points)[..] {
        _ if fixed.is_empty() => describe(result).trim_end_matches('.').to_owned(),
        [(0, same)] if same.len() == fixed.len() => format!("{count}, {all}stable"),
        [(m, same)] if same.len() == fixed.len() => {
            format!("{count}, {all}with {}", words::count(*m, "unstable direction"))
        }
        _ => format!("{count}: {}", kinds(&result.points, &fixed).join(", ")),
    };
    let continuum = result.points.iter().any(|p| p.label == Label::Fixed && !p.isolated);
    if continuum && !fixed.is_empty() {
        text.push_str("; a continuum of others");
    } else if result.complete && !fixed.is_empty() {
        text.push_str(", and no others");
    }
    text + "."
}

fn kinds(points: &[FixedPoint], fixed: &[&FixedPoint]) -> Vec<String> {
    let groups = by_unstable(points);
    let mut all = if groups.len() > 4 {
        summed(&groups)
    } else {
        let one = |(m, g): &(usize, Vec<&FixedPoint>)| match m {
            0 => format!("{} stable", g.len()),
            m => format!("{} with {}", g.len(), words::count(*m, "unstable direction")),
        };
        groups.iter().map(one).collect()
    };
    let of = |s| fixed.iter().filter(|p| p.stability == s && p.unstable == 0).count();
    for (stability, words) in [
        (Stability::Undecided, "undecided"),
        (Stability::Neutral, "neutral"),
        (Stability::UndecidedAtKink, "undecided at a kink"),
    ] {
        if of(stability) > 0 {
            all.push(format!("{} {words}", of(stability)));
        }
    }
    all
}

/// Many kinds of saddles in one phrase.
fn summed(groups: &[(usize, Vec<&FixedPoint>)]) -> Vec<String> {
    let saddles: Vec<_> = groups.iter().filter(|g| g.0 > 0).collect();
    let stable = groups.iter().find(|g| g.0 == 0).map(|g| format!("{} stable", g.1.len()));
    let total: usize = saddles.iter().map(|g| g.1.len()).sum();
    let phrase = match (saddles.first(), saddles.last()) {
        (Some(a), Some(b)) => Some(format!("{total} with {} to {} unstable directions", a.0, b.0)),
        _ => None,
    };
    stable.into_iter().chain(phrase).collect()
}
