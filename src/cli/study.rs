//! The command `study`.

use super::{args, fail, print, said, threads, told, wide};
use crate::analyses::training::clear_progress;
use crate::io::shown::line;
use crate::job::Desk;
use crate::report::report::Report;
use crate::report::runner::{Outcome, progress_folder};
use crate::studies::run::TestStudy;
use crate::studies::{self, Study, Tested, claims};
use std::path::PathBuf;

pub(super) fn study(a: &args::Study) -> u8 {
    let Some(name) = &a.name else {
        let all = studies::all();
        let column = all.iter().map(|s| s.name.len()).max().unwrap_or(0) + 4;
        let text = format!("studies:\n{}", studies::list(&all));
        return print(&wide::hanging(&text, wide::of_output(), column));
    };
    let chosen = match studies::named(name) {
        Ok(chosen) => chosen,
        Err(e) => return fail(&e, e.exit_status()),
    };
    if let Err(message) = threads(a.output.threads) {
        return fail(message, 2);
    }
    let whole = !chosen.iter().any(|s| s.name == name);
    let mut status = 0;
    let shared = if whole { shared(a, &chosen) } else { None };
    let desk = Desk { shared: shared.as_deref(), ..Desk::BARE };
    for study in &chosen {
        let job = TestStudy { study: study.name.into(), asked: a.asked.clone(), own: None };
        // One that fails does not keep the others from running.
        let shown = match told(&job, &output(a, study, whole), &desk) {
            Ok(outcome) => show(study, &outcome, a.output.quiet),
            Err(status) => status,
        };
        status = if status == 0 { shown } else { status };
    }
    if let Some(shared) = shared.filter(|s| s.is_dir()) {
        // What remains there is of no use, and harmless if it cannot be removed.
        let _ = clear_progress(&shared);
    }
    status
}

/// Where the studies of a paper keep what several of them ask for: beside their reports, under the paper's name.
fn shared(a: &args::Study, chosen: &[Study]) -> Option<PathBuf> {
    let first = chosen.first()?;
    let paper = first.name.split_once('/').map_or(first.name, |(paper, _)| paper);
    let job = TestStudy { study: first.name.into(), asked: a.asked.clone(), own: None };
    let target = job.target(output(a, first, true).out, a.output.force).ok()?;
    Some(progress_folder(&target.folder.with_file_name(paper)))
}

/// Where a study's report goes: of a whole paper, a folder a figure.
fn output(a: &args::Study, study: &Study, whole: bool) -> args::Output {
    let figure = study.name.split_once('/').map_or(study.name, |(_, figure)| figure);
    let out = a.output.out.as_ref().map(|out| if whole { out.join(figure) } else { out.clone() });
    args::Output { out, ..a.output.clone() }
}

fn show(study: &Study, outcome: &Outcome<Tested>, quiet: bool) -> u8 {
    said(&outcome.warnings, "warning");
    if quiet {
        return 0;
    }
    said(&outcome.notes, "note");
    let found = &outcome.found;
    let (count, rows) = (claims::count(&found.claims), claims::text(&found.claims));
    let page = line(&outcome.page.display().to_string());
    print(&format!("{}: {}\n{}\n{count}\n{rows}open {page}", study.name, study.title, found.answer))
}
