//! The command `study`.

use super::{args, check, fail, print, progress, say, threads};
use crate::io::shown::line;
use crate::pipeline::Error;
use crate::report::folder::Target;
use crate::studies::run::{Outcome, Request, run};
use crate::studies::{self, Preset, Study, claims};
use std::io::IsTerminal;

pub(super) fn study(a: args::Study) -> u8 {
    let Some(name) = &a.name else {
        return print(&format!("studies:\n{}", studies::list(&studies::all())));
    };
    let chosen = match studies::named(name) {
        Ok(chosen) => chosen,
        Err(e) => {
            say(&format!("error: {e}"));
            return e.exit_status();
        }
    };
    let request = match threads(a.run.threads).and_then(|()| request(&a)) {
        Ok(request) => request,
        Err(message) => return fail(&Error::Config(message)),
    };
    let bars = progress::Bars::new(!a.run.quiet && std::io::stderr().is_terminal());
    let whole = !chosen.iter().any(|s| s.name == name);
    let mut status = 0;
    for study in &chosen {
        let done = run(study, &request, &out(study, &request, whole, a.run.force), &bars);
        bars.clear();
        // One that fails does not keep the others from running.
        let shown = match done {
            Ok(outcome) => show(study, &outcome, a.run.quiet),
            Err(e) => {
                say(&format!("error: {}: {}", study.name, line(&e.to_string())));
                e.exit_status()
            }
        };
        status = if status == 0 { shown } else { status };
    }
    status
}

fn request(a: &args::Study) -> Result<Request, String> {
    let preset = match a.preset.as_str() {
        "quick" => Preset::Quick,
        "paper" => Preset::Paper,
        other => return Err(format!("--preset {other}: expected quick or paper")),
    };
    Ok(Request {
        preset,
        seed: a.run.seed,
        as_published: a.as_published,
        data: a.data.clone(),
        out: a.out.clone(),
        figures: check::figures(&a.run)?,
        parquet: check::parquet(&a.run.tables)?,
        command: check::command_line(),
    })
}

/// Where a study's report goes: of a whole paper, a folder a figure.
fn out(study: &Study, request: &Request, whole: bool, force: bool) -> Target {
    let figure = study.name.split_once('/').map_or(study.name, |(_, figure)| figure);
    let given = request.out.as_ref().map(|out| if whole { out.join(figure) } else { out.clone() });
    Target::named(given, force, study.name, &request.origin(study))
}

fn show(study: &Study, outcome: &Outcome, quiet: bool) -> u8 {
    for w in &outcome.warnings {
        say(&format!("warning: {}", line(w)));
    }
    if quiet {
        return 0;
    }
    outcome.notes.iter().for_each(|n| say(&format!("note: {}", line(n))));
    let (count, rows) = (claims::count(&outcome.claims), claims::text(&outcome.claims));
    let page = line(&outcome.page.display().to_string());
    print(&format!("{}: {}\n{}\n{count}\n{rows}open {page}", study.name, study.title, outcome.answer))
}
