//! The command line: arguments in, exit status out.

mod args;
mod check;
mod distill;
mod infer;
mod limits;
mod progress;
mod signals;
mod size;
mod study;
mod train;

use crate::io::shown::{line, lines};
use crate::memory;
use crate::pipeline::{Error, Observer, Outcome};
use args::{Arguments, Command};
use clap::{CommandFactory, Parser};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

/// The definition of the command line.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the command line and returns its exit status: 0 done, 1 what was found cannot be written, 2 the command is
/// wrong, 3 the input cannot be used, 4 the numbers failed, 130 interrupted.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) if e.use_stderr() => {
            say(e.render().to_string().trim_end());
            return ExitCode::from(2);
        }
        // Help and version.
        Err(e) => return ExitCode::from(printed(e.print().and_then(|()| io::stdout().flush()))),
    };
    // Whatever is half-written goes when the user interrupts; 130 is the shell's word for that.
    let heard = signals::listen(|| {
        let _ = crate::report::folder::remove_partials();
        train::interrupted();
        std::process::exit(130);
    });
    if let Err(e) = heard {
        say(&format!("note: an interrupt will not be cleaned up after ({e})"));
    }
    if let Err(message) = crate::linalg::width::check() {
        say(&format!("error: {message}"));
        return ExitCode::from(2);
    }
    match arguments.memory {
        Some(bytes) => memory::set_bound(bytes),
        // The allocator must not be the first to ask.
        None => drop(memory::bound()),
    }
    let status = match arguments.command {
        Command::Analyze(a) => analyze(*a),
        Command::Distill(a) => distill::distill(a),
        Command::Infer(a) => infer::infer(a),
        Command::Inspect(a) => inspect(*a),
        Command::Study(a) => study::study(a),
        Command::Train(a) => train::train(*a),
        Command::Selftest(a) => selftest(&a),
    };
    ExitCode::from(status)
}

/// Lines on the error stream; a closed or full one is nobody's loss.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", lines(text));
}

/// Text on the output; its status.
fn print(text: &str) -> u8 {
    let mut out = io::stdout().lock();
    printed(writeln!(out, "{}", lines(text)).and_then(|()| out.flush()))
}

/// The status of something printed. A reader that went away (`| head`) has seen enough: that is no error.
fn printed(done: io::Result<()>) -> u8 {
    match done {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            say(&format!("error: cannot write to the output: {e}; free some space, or send it elsewhere"));
            1
        }
        _ => 0,
    }
}

fn fail(error: &Error) -> u8 {
    say(&format!("error: {}", line(&error.to_string())));
    error.exit_status()
}

fn threads(count: Option<usize>) -> Result<(), String> {
    let Some(n) = count else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build_global();
    pool.map_err(|e| format!("--threads {n}: {e}"))
}

/// Runs a command that writes a report, and tells of it: `threads` first, then the configuration, then the work.
fn carry_out<C>(
    (quiet, count): (bool, Option<usize>),
    config: impl FnOnce() -> Result<C, Error>,
    act: impl FnOnce(&C, &dyn Observer) -> Result<Outcome, Error>,
) -> u8 {
    let config = match threads(count).map_err(Error::Config).and_then(|()| config()) {
        Ok(config) => config,
        Err(e) => return fail(&e),
    };
    let bars = progress::Bars::new(!quiet && io::stderr().is_terminal());
    let outcome = act(&config, &bars);
    bars.clear();
    match outcome {
        Err(e) => fail(&e),
        Ok(outcome) => report(&outcome, quiet),
    }
}

fn analyze(a: args::Analyze) -> u8 {
    let run = (a.run.quiet, a.run.threads);
    carry_out(run, || check::config(a).map_err(Error::Config), |c, o| crate::pipeline::analyze(c, o))
}

/// Says what was found and where the page is.
fn report(outcome: &Outcome, quiet: bool) -> u8 {
    for w in &outcome.warnings {
        say(&format!("warning: {}", line(w)));
    }
    if quiet {
        return 0;
    }
    for n in &outcome.notes {
        say(&format!("note: {}", line(n)));
    }
    let mut text = format!("{}\n", line(&outcome.subject));
    for f in &outcome.findings {
        text.push_str(&format!("  {}\n", line(f)));
    }
    text.push_str(&format!("open {}", line(&outcome.page.display().to_string())));
    print(&text)
}

fn inspect(a: args::Inspect) -> u8 {
    let analyze = args::Analyze {
        file: a.file,
        run: args::RunArguments { tables: "csv".into(), ..Default::default() },
        network: a.network,
        recording: a.recording,
        ..Default::default()
    };
    match check::config(analyze) {
        Err(message) => fail(&Error::Config(message)),
        Ok(config) => match crate::pipeline::inspect(&config) {
            Ok((text, problem)) => {
                let status = print(text.trim_end());
                problem.map_or(status, |e| {
                    say("`nullcline analyze` cannot use it so:");
                    fail(&e)
                })
            }
            Err(e) => fail(&e),
        },
    }
}

fn selftest(a: &args::Selftest) -> u8 {
    if let Err(message) = threads(a.threads) {
        return fail(&Error::Config(message));
    }
    let bars = progress::Bars::new(!a.quiet && io::stderr().is_terminal());
    let results = crate::selftest::run(&bars);
    bars.clear();
    let status = print(crate::selftest::table(&results).trim_end());
    if results.iter().all(|r| r.holds) { status } else { 4 }
}
