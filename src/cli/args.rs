//! The arguments, as typed: the settings of jobs, and what no number depends on.

use super::Run;
use super::help::topics;
use super::size::bytes;
use crate::analyses::Analyze;
use crate::analyses::arguments::{DrivenNetwork, RecordingArguments, TrialArguments};
use crate::analyses::distill::{ConventionalArguments, RaddArguments};
use crate::analyses::gaussian::Gaussian;
use crate::analyses::ibl::TrainIbl;
use crate::analyses::integrate::TrainIntegrator;
use crate::analyses::limits::{count, threads};
use crate::analyses::navigate::TrainNavigator;
use crate::analyses::potts::Potts;
use crate::analyses::training::Train;
use crate::report::tables::TableFormat;
use crate::studies::run::Asked;
use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;

/// What the exit status of every command means.
const STATUS: &str = "\
Exit status:
  0    done
  1    what was found cannot be written: the disk is full, or the output is
  2    the command is wrong, or asks for too much; the message names the option
  3    the input cannot be used
  4    the numbers failed
  130  interrupted (Ctrl-C, hang-up, termination); a training goes on from there

What a module or a figure could not do where others could is a warning, not a
status. A reader of the output that goes away (`| head`) is no error.";

/// What a recurrent network computes, read as a dynamical system.
#[derive(Parser)]
#[command(name = "nullcline", version, about, propagate_version = true, max_term_width = 100)]
#[command(after_help = topics(), after_long_help = format!("{}\n\n{STATUS}", topics()), disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Most memory, as 8GB or 1.5GiB [default: three quarters of the machine's; for a file's values, 256 times its
    /// length and 128 MiB]
    #[arg(long, value_name = "SIZE", global = true, value_parser = bytes)]
    pub memory: Option<u64>,
}

/// Makes a choice of commands, each with what the help says of it, where every one runs itself.
macro_rules! commands {
    ($($(#[doc = $of:literal])+ $name:ident { $($(#[$said:meta])+ $variant:ident($type:ty),)+ })+) => {$(
        $(#[doc = $of])+
        #[derive(Subcommand)]
        pub(super) enum $name { $($(#[$said])+ $variant(Box<$type>),)+ }

        impl Run for $name {
            fn run(&self) -> u8 {
                match self { $(Self::$variant(command) => command.run(),)+ }
            }
        }
    )+};
}

commands! {
    /// What can be asked for.
    Command {
        /// Analyse a network's weights or a recorded activity table, and write a report; of several files one for each, and a comparison
        Analyze(AnalyzeFiles),
        /// Make a small network that does what a large one, or a recording, does
        #[command(subcommand)]
        Distill(Way),
        /// Infer a model of data: its couplings, and how strongly to regularise them
        #[command(subcommand)]
        Infer(Model),
        /// Show what is in a file, and what nullcline would make of it
        Inspect(Inspect),
        /// Train a network on a task, and write its weights with a report
        Train(TrainTask),
        /// Test what a paper claims, figure by figure; without a name, list the studies
        Study(Study),
        /// Run many jobs from one file, and lay their numbers side by side
        Run(RunPipeline),
        /// Measure systems with known answers on this machine
        Selftest(Selftest),
        /// Print the completions of a shell
        Completions(Completions),
        /// Print the manual page, or write one for each command into a folder
        Man(Man),
        /// Explain a command or a topic
        Help(Help),
    }
    /// How a small network is made.
    Way {
        /// By least squares on a projection of the teacher's states: z(t) = f(A z(t-1) + B u(t) + c)
        Radd(Reported<RaddArguments>),
        /// By training on the teacher's output probabilities
        Conventional(Reported<ConventionalArguments>),
    }
    /// What is inferred.
    Model {
        /// Couplings of a Gaussian model from samples or a covariance, and how strongly to regularise them
        Gaussian(Reported<Gaussian>),
        /// Couplings of a Potts or Ising model from sequences, spikes or categories, and how strongly to regularise them
        Potts(Reported<Potts>),
    }
    /// Tasks with options of their own.
    PlayedTask {
        /// Decide on which side a stimulus is, in blocks of unequal odds (International Brain Laboratory)
        Ibl(Kept<TrainIbl>),
        /// Give the decaying integrals of several signals at once, by one of three losses
        Integrate(Kept<TrainIntegrator>),
        /// Know where one is by what was done and what is seen: a path integrator that images reset
        Navigate(Kept<TrainNavigator>),
    }
}

/// A job, and where and how its report is written.
#[derive(Args)]
pub(super) struct Reported<J: Args> {
    #[command(flatten)]
    pub job: J,
    #[command(flatten)]
    pub output: Output,
}

/// What every command has that writes a report.
#[derive(Args, Clone)]
pub(super) struct Output {
    /// Folder of the report [default: reports/<name of the file, task or figure>]
    #[arg(long, value_name = "DIR", help_heading = "Report")]
    pub out: Option<PathBuf>,
    /// Replace the report of another input at the place of this one
    #[arg(long, help_heading = "Report")]
    pub force: bool,
    /// Formats of the figures: svg, png and pdf, separated by commas
    #[arg(long, value_name = "FORMATS", default_value = "svg", help_heading = "Report")]
    pub figures: String,
    /// The same as --figures svg,png
    #[arg(long, help_heading = "Report")]
    pub png: bool,
    /// Format of the tables.
    #[arg(long, value_name = "FORMAT", default_value = "csv", help_heading = "Report",
        help = format!("Format of the tables: {}", TableFormat::names()))]
    pub tables: String,
    /// Threads [default: all cores]; results do not depend on it
    #[arg(long, value_name = "N", value_parser = threads(), help_heading = "Report")]
    pub threads: Option<usize>,
    /// Print nothing but warnings and errors
    #[arg(long, help_heading = "Report")]
    pub quiet: bool,
}

/// A task of items, or one that is played.
pub(super) enum TrainTask {
    Items(Box<Kept<Train>>),
    Played(PlayedTask),
}

impl FromArgMatches for TrainTask {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        match matches.subcommand_name() {
            Some(_) => PlayedTask::from_arg_matches(matches).map(Self::Played),
            None => Kept::from_arg_matches(matches).map(|kept| Self::Items(Box::new(kept))),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for TrainTask {
    fn augment_args(command: clap::Command) -> clap::Command {
        let command = PlayedTask::augment_subcommands(Kept::<Train>::augment_args(command));
        command.subcommand_required(false).args_conflicts_with_subcommands(true).subcommand_negates_reqs(true)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

/// A job that keeps unfinished work, in DIR.progress.
#[derive(Args)]
pub(super) struct Kept<J: Args> {
    #[command(flatten)]
    pub reported: Reported<J>,
    /// Seconds between two checkpoints; there is one at the end of an epoch too. They lie in DIR.progress
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, help_heading = "Report")]
    pub checkpoint: f64,
    /// Begin anew where an unfinished training is kept
    #[arg(long, help_heading = "Report")]
    pub restart: bool,
}

#[derive(Args)]
pub(super) struct Inspect {
    /// Any file that `analyze` reads
    pub file: PathBuf,
    #[command(flatten)]
    pub network: DrivenNetwork,
    #[command(flatten)]
    pub recording: RecordingArguments,
    #[command(flatten)]
    pub trials_of: TrialArguments,
}

#[derive(Args)]
pub(super) struct Study {
    /// A figure or table, as park2023/fig3, or a paper, for all of it, in a folder a figure
    #[arg(value_name = "PAPER[/FIGURE]")]
    pub name: Option<String>,
    #[command(flatten)]
    pub asked: Asked,
    #[command(flatten)]
    pub output: Output,
}

/// `analyze` of one file, or of several.
#[derive(Args)]
pub(super) struct AnalyzeFiles {
    #[command(flatten)]
    pub reported: Reported<Analyze>,
    /// More files, which are analysed with the same options and laid side by side
    #[arg(value_name = "MORE")]
    pub more: Vec<PathBuf>,
}

#[derive(Args, Default)]
pub(super) struct RunPipeline {
    /// The pipeline, a file in TOML; paths in it are meant from its folder
    #[arg(value_name = "PIPELINE")]
    pub file: Option<PathBuf>,
    /// Check everything, and stop
    #[arg(long, help_heading = "Instead of running")]
    pub check: bool,
    /// List the cells and how far they are, and stop
    #[arg(long, conflicts_with = "check", help_heading = "Instead of running")]
    pub list: bool,
    /// Print the cells as JSON, and stop
    #[arg(long, conflicts_with_all = ["check", "list"], help_heading = "Instead of running")]
    pub plan: bool,
    /// Lay side by side what is done, and run nothing; the status is 0 when every cell is done
    #[arg(long, conflicts_with_all = ["check", "list", "plan", "shard"], help_heading = "Clusters")]
    pub merge: bool,
    /// Run a part of the cells, as 3/64, and lay nothing side by side; cells that take files of others are in their part
    #[arg(long, value_name = "K/N", conflicts_with_all = ["check", "list", "plan"], help_heading = "Clusters")]
    pub shard: Option<String>,
    /// Write scripts for Slurm, an array of so many tasks of --threads processors (1) each and what merges them, and stop
    #[arg(long, value_name = "TASKS", value_parser = count(1, 100_000), conflicts_with_all = ["check", "list", "plan", "shard", "merge"], help_heading = "Clusters")]
    pub slurm: Option<usize>,
    /// Cells at once [default: as many as threads]
    #[arg(long, value_name = "N", value_parser = count(1, 4096), help_heading = "Report")]
    pub abreast: Option<usize>,
    /// A table of your own that is laid beside the cells
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub with: Option<PathBuf>,
    /// Its column with the files that cells read: their paths, or the ends of these
    #[arg(long, value_name = "COLUMN", default_value = "file", requires = "with", help_heading = "Report")]
    pub on: String,
    /// Folder of all reports [default: that of the pipeline, else reports/<name of the pipeline>]
    #[arg(long, value_name = "DIR", help_heading = "Report")]
    pub out: Option<PathBuf>,
    /// Formats of the figures: svg, png and pdf, separated by commas
    #[arg(long, value_name = "FORMATS", help_heading = "Report")]
    pub figures: Option<String>,
    /// Format of the tables
    #[arg(long, value_name = "FORMAT", help_heading = "Report", help = format!("Format of the tables: {}", TableFormat::names()))]
    pub tables: Option<String>,
    /// Threads [default: all cores]; results do not depend on it
    #[arg(long, value_name = "N", value_parser = threads(), help_heading = "Report")]
    pub threads: Option<usize>,
    /// Print nothing but warnings and errors
    #[arg(long, help_heading = "Report")]
    pub quiet: bool,
    /// Run the cells that are sent by lines: what `run` starts
    #[arg(long, hide = true)]
    pub worker: bool,
}

impl RunPipeline {
    /// Runs everything, as the reports of `output` are asked for.
    pub fn of(output: &Output) -> Self {
        Self { quiet: output.quiet, threads: output.threads, on: "file".into(), ..Self::default() }
    }
}

#[derive(Args)]
pub(super) struct Selftest {
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<usize>,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Args)]
pub(super) struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

#[derive(Args)]
pub(super) struct Man {
    /// Folder for the pages, which is made if it is not there [default: the first page is printed]
    pub folder: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct Help {
    /// A command, as `train ibl`, or a topic
    #[arg(value_name = "COMMAND|TOPIC")]
    pub words: Vec<String>,
}
