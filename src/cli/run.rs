//! The command `run`: many jobs from one file.

use super::{Started, args, fail, figure_formats, formats, print, said, say, table_format, threads};
use crate::analyses::Error;
use crate::io::shown::line;
use crate::job::Desk;
use crate::pipeline::{self, Cell, Given, Pipeline, Running, Shard, Step, Told, slurm, written};
use crate::report::folder::{Origin, Target};
use crate::report::runner::{Failure, progress_folder};
use crate::report::sections::words::count;
use std::path::{Path, PathBuf};

pub(super) fn run(a: &args::RunPipeline) -> u8 {
    if a.worker {
        pipeline::serve();
        return 0;
    }
    let Some(file) = &a.file else {
        return fail("run: found no pipeline, expected a file in TOML, as monday.toml", 2);
    };
    if let Err(message) = threads(a.threads) {
        return fail(message, 2);
    }
    match asked(a, file) {
        Ok(status) => status,
        Err(e) => fail(&e, e.exit_status()),
    }
}

fn asked(a: &args::RunPipeline, file: &Path) -> Result<u8, Failure> {
    let mut given = Given {
        out: a.out.clone(),
        tables: a.tables.as_deref().map(table_format).transpose()?,
        figures: a.figures.as_deref().map(figure_formats).transpose()?,
    };
    // Paths in a pipeline are meant from where it lies.
    let place = file.parent().filter(|p| !p.as_os_str().is_empty()).map(Path::to_path_buf);
    let pipeline = Pipeline::read(file).map_err(Failure::of)?;
    let with = a.with.as_ref().map(|w| std::path::absolute(w).unwrap_or_else(|_| w.clone()));
    if let (Some(out), Some(_)) = (&mut given.out, &place) {
        *out = std::path::absolute(&*out).unwrap_or_else(|_| out.clone());
    }
    if let Some(place) = &place {
        std::env::set_current_dir(place)
            .map_err(|e| Failure::of(Error::input(place, format!("cannot be entered: {e}"))))?;
    }
    let name = file.file_name().map_or_else(|| file.to_path_buf(), PathBuf::from);
    // Run from its folder, where its paths are meant.
    let command = format!("nullcline run {}", name.display());
    let pipeline = Pipeline { file: name, command, ..pipeline }.with(&given);
    all(a, &pipeline, with.as_deref())
}

/// What is done with a pipeline that was read, in the folder from which its paths are meant.
pub(super) fn all(a: &args::RunPipeline, pipeline: &Pipeline, with: Option<&Path>) -> Result<u8, Failure> {
    let cells = pipeline.cells().map_err(Failure::of)?;
    let joined = match with {
        Some(file) => pipeline::joined(file, &a.on, &cells).map_err(Failure::of)?,
        None => pipeline::Joined::default(),
    };
    pipeline::comparable(pipeline, &cells, &joined).map_err(Failure::of)?;
    let shard = a.shard.as_deref().map(|text| {
        Shard::parse(text).ok_or_else(|| {
            Failure::of(Error::Config(format!("--shard {text}: expected a part as 3/64, from 1/64 to 64/64")))
        })
    });
    let shard = shard.transpose()?;
    if a.check {
        let (jobs, cells) = (count(pipeline.steps.len(), "job"), count(cells.len(), "cell"));
        return Ok(print(&format!("{}: {jobs}, {cells}; nothing is wrong", pipeline.file.display())));
    }
    if a.list {
        return Ok(print(listed(pipeline, &cells).trim_end()));
    }
    if a.plan {
        return Ok(print(crate::report::summary::text(&written(pipeline, &cells)).trim_end()));
    }
    if let Some(shards) = a.slurm {
        pipeline::claim(pipeline, &cells)?;
        let program = Started::kept().again().unwrap_or_else(|| ("nullcline".into(), vec![]));
        let abreast = a.threads.unwrap_or(1);
        let files = slurm(pipeline, &cells, &program, [shards, abreast]).map_err(Failure::of)?;
        return Ok(print(&format!(
            "wrote {}\nnext sh {}",
            files[0].with_file_name("").display(),
            files[2].display()
        )));
    }
    let mut status = 0;
    pipeline::claim(pipeline, &cells)?;
    // What is told at an interrupt.
    let _ = super::PLACE.set((pipeline.out.clone(), Some(pipeline.out.clone())));
    let _alone = alone(pipeline, a.shard.as_deref())?;
    if !a.merge {
        let ended = worked(a, pipeline, &cells, shard)?;
        status = ended.failed.iter().map(|f| f.1).max().unwrap_or(0);
        if shard.is_some() {
            return Ok(status);
        }
    }
    let merged = pipeline::merge(pipeline, &cells, &joined)?;
    said(&merged.warnings, "warning");
    if a.merge {
        said(&merged.missing, "warning");
    }
    if merged.done[0] < merged.done[1] && status == 0 {
        status = 4;
    }
    if a.quiet {
        return Ok(status);
    }
    let mut text = format!("{} of {} cells", merged.done[0], merged.done[1]);
    merged.findings.iter().for_each(|f| text.push_str(&format!("\n  {}", line(f))));
    text.push_str(&format!("\nopen {}", line(&merged.page.display().to_string())));
    Ok(print(&text).max(status))
}

fn worked(
    a: &args::RunPipeline,
    pipeline: &Pipeline,
    cells: &[Cell],
    shard: Option<Shard>,
) -> Result<pipeline::Ended, Failure> {
    let threads = rayon::current_num_threads();
    let program = Started::kept().again().map(|(program, mut words)| {
        let bound = crate::memory::bound().to_string();
        words.extend(["--memory", &bound, "run", "--worker"].map(str::to_owned));
        (program, words)
    });
    let tell = |t: &Told| {
        if let Some([thought, took]) = t.exceeded {
            let words = crate::memory::written;
            say(&format!(
                "note: {} took {} of memory; {} were expected",
                t.cell.name,
                words(took),
                words(thought)
            ));
        }
        if a.quiet && t.error.is_none() {
            return;
        }
        let how = t.error.map_or_else(|| format!("{:.1} s", t.seconds), |e| format!("failed: {}", line(e)));
        let left = if t.ended < t.of { format!("  {} left", duration(t.left)) } else { String::new() };
        say(&format!("[{}/{}] {}  {how}{left}", t.ended, t.of, t.cell.name));
    };
    let running = Running {
        shard,
        abreast: a.abreast.unwrap_or(threads),
        program,
        threads,
        checkpoint: Desk::CHECKPOINT,
        tell: &tell,
    };
    let ended = pipeline::run(pipeline, cells, &running).map_err(Failure::of)?;
    if ended.before > 0 && !a.quiet {
        let kept = match (&a.figures, &a.tables) {
            (None, None) => "",
            _ => "; their figures and tables stay in the formats that they have",
        };
        say(&format!("note: {} of {} cells were done before{kept}", ended.before, cells.len()));
    }
    Ok(ended)
}

/// Holds the cells of a part, or all, against another run of the same.
fn alone(pipeline: &Pipeline, shard: Option<&str>) -> Result<Alone, Failure> {
    let place = progress_folder(&pipeline.out);
    let wrong = |e: std::io::Error| Failure::of(Error::input(&place, format!("cannot be written to: {e}")));
    std::fs::create_dir_all(&place).map_err(wrong)?;
    let name = shard.map_or("all".into(), |s| s.replace('/', "-of-"));
    let path = place.join(format!("{name}.lock"));
    let file = std::fs::File::create(&path).map_err(wrong)?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Err(Failure::of(Error::Config(format!(
            "{}: another run is at work on the same cells; wait until it has ended",
            pipeline.out.display()
        )))),
        // A file system without locks has nobody who could wait.
        _ => Ok(Alone { path, _file: file }),
    }
}

/// The lock of a run; it goes with it.
struct Alone {
    path: PathBuf,
    _file: std::fs::File,
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        let _ = self.path.parent().map(std::fs::remove_dir);
    }
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

fn listed(pipeline: &Pipeline, cells: &[Cell]) -> String {
    let one = |c: &Cell| format!("{:<7}{:<10}{}\n", c.state(&pipeline.out).name(), c.kind, c.name);
    cells.iter().map(one).collect()
}

/// `analyze` of several files: a pipeline of one job, with the same options for each.
pub(super) fn several(a: &args::AnalyzeFiles) -> u8 {
    let output = &a.reported.output;
    if let Err(message) = threads(output.threads) {
        return fail(message, 2);
    }
    match files(a).and_then(|pipeline| all(&args::RunPipeline::of(output), &pipeline, None)) {
        Ok(status) => status,
        Err(e) => fail(&e, e.exit_status()),
    }
}

fn files(a: &args::AnalyzeFiles) -> Result<Pipeline, Failure> {
    let (job, output) = (&a.reported.job, &a.reported.output);
    let config = |message: String| Failure::of(Error::Config(message));
    let (tables, figures) = formats(output)?;
    let missing = std::iter::once(&job.file).chain(&a.more).find(|f| std::fs::symlink_metadata(f).is_err());
    if let Some(file) = missing {
        return Err(Failure::of(Error::input(file, "found no file, expected one; mend its name")));
    }
    let first = job.file.file_stem().map_or("files".into(), |s| s.to_string_lossy().into_owned());
    let name = format!("{first}-and-{}-more", a.more.len());
    let mut settings = match serde_json::to_value(job) {
        Ok(serde_json::Value::Object(settings)) => settings,
        _ => serde_json::Map::new(),
    };
    settings.retain(|_, v| !v.is_null() && *v != serde_json::Value::Bool(false));
    let text = |p: &PathBuf| {
        p.to_str()
            .map(serde_json::Value::from)
            .ok_or_else(|| config(format!("{}: its name is not UTF-8; analyse it alone", p.display())))
    };
    let all: Vec<serde_json::Value> =
        std::iter::once(&job.file).chain(&a.more).map(text).collect::<Result<_, _>>()?;
    settings.insert("file".into(), all.into());
    let mut listed: Vec<&PathBuf> = std::iter::once(&job.file).chain(&a.more).collect();
    listed.sort();
    let of = format!("{listed:?}");
    let out = Target::named(output.out.clone(), output.force, &name, &Origin::set("run", &name, &of)).folder;
    Ok(Pipeline {
        of,
        file: PathBuf::from(&name),
        out,
        tables,
        figures,
        steps: vec![Step {
            name: "analyze".into(),
            kind: "analyze".into(),
            settings,
            sweep: vec![],
            line: 1,
        }],
        compare: vec![],
        gallery: None,
        command: super::command_line(),
    })
}
