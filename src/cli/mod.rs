//! The command line: arguments in, exit status out.

mod args;
mod help;
mod progress;
mod run;
mod shell;
mod signals;
mod size;
mod started;
mod study;
mod wide;

use crate::analyses::Analyze;
use crate::analyses::arguments::NetworkArguments;
use crate::analyses::written::strict;
use crate::io::shown::{line, lines};
use crate::job::Desk;
use crate::memory;
use crate::report::figure::FigureFormats;
use crate::report::report::Report;
use crate::report::runner::{self, Failure, Outcome, Writing, progress_folder};
use crate::report::tables::TableFormat;
use args::{Arguments, Kept, Output, Reported, TrainTask};
use clap::{Args, CommandFactory, FromArgMatches};
pub use started::Started;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

/// The definition of the command line.
pub fn command() -> clap::Command {
    strict(Arguments::command())
}

/// Runs the command line and returns its exit status: 0 done, 1 what was found cannot be written, 2 the command is
/// wrong, 3 the input cannot be used, 4 the numbers failed, 130 interrupted.
pub fn run() -> ExitCode {
    ExitCode::from(run_as(Started::here()))
}

/// Runs a command line as another program's; its status as [`run`].
pub fn run_as(started: Started) -> u8 {
    let words = std::iter::once("nullcline".into()).chain(started.keep().words.iter().cloned());
    let parsed = command().try_get_matches_from(words).and_then(|m| Arguments::from_arg_matches(&m));
    let arguments = match parsed.map_err(|e| e.format(&mut command())) {
        Ok(arguments) => arguments,
        Err(e) if e.use_stderr() => {
            say(e.render().to_string().trim_end());
            return 2;
        }
        // Help and version.
        Err(e) => return printed(e.print().and_then(|()| io::stdout().flush())),
    };
    // Whatever is half-written goes when the user interrupts; 130 is the shell's word for that.
    let heard = signals::listen(|| {
        let _ = crate::report::folder::remove_partials();
        interrupted();
        std::process::exit(130);
    });
    if let Err(e) = heard {
        say(&format!("note: an interrupt will not be cleaned up after ({e})"));
    }
    if let Err(message) = crate::linalg::width::check() {
        say(&format!("error: {message}"));
        return 2;
    }
    match arguments.memory {
        Some(bytes) => memory::set_bound(bytes),
        // The allocator must not be the first to ask.
        None => drop(memory::bound()),
    }
    arguments.command.run()
}

/// A command that can be run; its status.
trait Run {
    fn run(&self) -> u8;
}

/// Lines on the error stream; a closed or full one is nobody's loss.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", wide::wrapped(&lines(text), wide::of_errors()));
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

/// Says what went wrong; its status.
fn fail(error: impl Display, status: u8) -> u8 {
    say(&format!("error: {}", line(&error.to_string())));
    status
}

fn threads(count: Option<usize>) -> Result<(), String> {
    let Some(n) = count else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build_global();
    pool.map_err(|e| format!("--threads {n}: {e}"))
}

impl<J: Report + Args> Run for Reported<J>
where
    J::Error: 'static,
{
    fn run(&self) -> u8 {
        shown(&self.job, &self.output, &Desk::BARE)
    }
}

impl<J: Report + Args> Run for Kept<J>
where
    J::Error: 'static,
{
    fn run(&self) -> u8 {
        /// Seconds between two checkpoints at most: thirty years.
        const LONGEST: f64 = 1e9;
        let every = Duration::try_from_secs_f64(self.checkpoint).ok().filter(|e| e.as_secs_f64() <= LONGEST);
        let Some(checkpoint) = every else {
            let message = "expected seconds, from 0 to 1,000,000,000";
            return fail(format!("--checkpoint {}: {message}", self.checkpoint), 2);
        };
        let restart = if self.restart { crate::job::Restart::Always } else { crate::job::Restart::Never };
        let desk = Desk { checkpoint, restart, ..Desk::BARE };
        shown(&self.reported.job, &self.reported.output, &desk)
    }
}

impl Run for TrainTask {
    fn run(&self) -> u8 {
        match self {
            Self::Items(command) => command.run(),
            Self::Played(command) => command.run(),
        }
    }
}

impl Run for args::AnalyzeFiles {
    fn run(&self) -> u8 {
        if self.more.is_empty() { self.reported.run() } else { run::several(self) }
    }
}

impl Run for args::RunPipeline {
    fn run(&self) -> u8 {
        run::run(self)
    }
}

impl Run for args::Study {
    fn run(&self) -> u8 {
        study::study(self)
    }
}

fn shown<J: Report>(job: &J, output: &Output, desk: &Desk) -> u8
where
    J::Error: 'static,
{
    match threads(output.threads).map_err(|e| fail(e, 2)).and_then(|()| told(job, output, desk)) {
        Ok(outcome) => report(&outcome, output.quiet),
        Err(status) => status,
    }
}

/// Runs a job into its folder, or says what went wrong.
fn told<J: Report>(job: &J, output: &Output, desk: &Desk) -> Result<Outcome<J::Found>, u8>
where
    J::Error: 'static,
{
    let failed = |e: Failure| fail(&e, e.exit_status());
    let writing = writing(job, output).map_err(failed)?;
    let kept = J::RESUMES.then(|| progress_folder(&writing.out.folder));
    let _ = PLACE.set((writing.out.folder.clone(), kept));
    let bars = progress::Bars::new(!output.quiet && io::stderr().is_terminal());
    let outcome = runner::run(job, &writing, &Desk { observer: &bars, ..*desk });
    bars.clear();
    outcome.map_err(failed)
}

/// Where and how the report of `job` is written.
fn writing<J: Report>(job: &J, output: &Output) -> Result<Writing, Failure>
where
    J::Error: 'static,
{
    let (tables, figures) = formats(output)?;
    job.check().map_err(Failure::of)?;
    let out = job.target(output.out.clone(), output.force).map_err(Failure::of)?;
    Ok(Writing { out, figures, tables, command: command_line() })
}

fn table_format(name: &str) -> Result<TableFormat, Failure> {
    TableFormat::parse(name).ok_or_else(|| {
        let message = format!("--tables {name}: expected {}", TableFormat::names());
        Failure::of(crate::analyses::Error::Config(message))
    })
}

fn figure_formats(list: &str) -> Result<FigureFormats, Failure> {
    FigureFormats::parse("--figures", list)
        .map_err(|message| Failure::of(crate::analyses::Error::Config(message)))
}

/// How tables and figures are written.
fn formats(output: &Output) -> Result<(TableFormat, FigureFormats), Failure> {
    let (tables, figures) = (table_format(&output.tables)?, figure_formats(&output.figures)?);
    Ok((tables, FigureFormats { png: figures.png || output.png, ..figures }))
}

/// The folder of the report under way and, where work is kept, that of unfinished work: for the message at an interrupt.
static PLACE: OnceLock<(PathBuf, Option<PathBuf>)> = OnceLock::new();

/// Says what an interrupt leaves, and how the work is taken up again.
fn interrupted() {
    let Some((out, kept)) = PLACE.get() else { return };
    let text = match kept.as_ref().filter(|p| p.exists()) {
        Some(kept) => {
            format!("{} keeps what is done; the same command goes on from there", kept.display())
        }
        None if out.exists() => {
            format!("interrupted; {} is as it was before; the same command begins anew", out.display())
        }
        None => "interrupted; nothing was written; the same command begins anew".into(),
    };
    say(&format!("\nnote: {text}"));
}

/// The command line as it can be typed again, words quoted where a shell would split them.
fn command_line() -> String {
    let words = Started::kept().words.iter().map(|w| quoted(w));
    std::iter::once("nullcline".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it; one that is not UTF-8 with the escapes of bash, zsh and ksh.
fn quoted(word: &OsStr) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,=:+@%".contains(c);
    match word.to_str() {
        Some(word) if !word.is_empty() && word.chars().all(plain) => word.to_owned(),
        Some(word) => format!("'{}'", word.replace('\'', r"'\''")),
        None => {
            let safe = |b: &u8| b.is_ascii_graphic() && !br"'\".contains(b);
            let byte = |b: &u8| if safe(b) { char::from(*b).to_string() } else { format!(r"\x{b:02x}") };
            format!("$'{}'", word.as_encoded_bytes().iter().map(byte).collect::<String>())
        }
    }
}

/// Says what was found and where the page is.
fn report<F>(outcome: &Outcome<F>, quiet: bool) -> u8 {
    said(&outcome.warnings, "warning");
    if quiet {
        return 0;
    }
    said(&outcome.notes, "note");
    let mut text = line(&outcome.subject);
    for f in &outcome.findings {
        text.push_str(&format!("\n  {}", line(f)));
    }
    // What is copied from the terminal stays on one line.
    let mut shown = wide::wrapped(&text, wide::of_output());
    shown.push_str(&format!("\nopen {}", line(&outcome.page.display().to_string())));
    shown.extend(outcome.next.iter().map(|next| format!("\nnext {}", line(next))));
    print(&shown)
}

fn said(all: &[String], what: &str) {
    all.iter().for_each(|text| say(&format!("{what}: {}", line(text))));
}

fn inspect(a: &args::Inspect) -> u8 {
    let network = NetworkArguments { driven: a.network.clone(), ..NetworkArguments::default() };
    let (file, recording) = (a.file.clone(), a.recording.clone());
    let trials_of = a.trials_of.clone();
    let analyze = Analyze { file, network, recording, trials_of, ..Analyze::default() };
    match analyze.config().and_then(|config| crate::analyses::inspect(&config)) {
        Ok((text, problem)) => {
            let status = print(text.trim_end());
            problem.map_or(status, |e| {
                say("`nullcline analyze` cannot use it so:");
                fail(&e, e.exit_status())
            })
        }
        Err(e) => fail(&e, e.exit_status()),
    }
}

impl Run for args::Inspect {
    fn run(&self) -> u8 {
        inspect(self)
    }
}

impl Run for args::Selftest {
    fn run(&self) -> u8 {
        selftest(self)
    }
}

fn selftest(a: &args::Selftest) -> u8 {
    if let Err(message) = threads(a.threads) {
        return fail(message, 2);
    }
    let bars = progress::Bars::new(!a.quiet && io::stderr().is_terminal());
    let results = crate::selftest::run(&bars);
    bars.clear();
    let status = print(crate::selftest::table(&results).trim_end());
    if results.iter().all(|r| r.holds) { status } else { 4 }
}
