//! What schedulers of clusters are given: the cells as a file, and scripts for Slurm.

use super::cells::Cell;
use super::run::estimate;
use super::text::Pipeline;
use crate::analyses::Error;
use crate::io::atomic;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Memory of a shard at least, megabytes.
const LEAST: u64 = 1024;

/// The cells as JSON: name, identity, kind, options, what each needs, and bytes that it is thought to take.
pub fn written(pipeline: &Pipeline, cells: &[Cell]) -> Value {
    let one = |(k, c): (usize, &Cell)| {
        json!({
            "index": k, "cell": c.name, "identity": c.identity, "kind": c.kind, "settings": c.settings, "needs": c.needs.map(|n| &cells[n].name),
            "chain": c.root, "memory": estimate(c),
        })
    };
    json!({
        "pipeline": pipeline.file.display().to_string(), "out": pipeline.out.display().to_string(), "version": env!("CARGO_PKG_VERSION"),
        "cells": cells.iter().enumerate().map(one).collect::<Vec<_>>(),
    })
}

/// Writes scripts for Slurm into the folder of the reports: an array of `shards` tasks of `threads` processors each, and the job that
/// merges once all have ended, however they ended. The scripts begin in the folder of the pipeline.
///
/// # Errors
/// Scripts that cannot be written.
pub fn slurm(
    pipeline: &Pipeline,
    cells: &[Cell],
    (program, words): &(PathBuf, Vec<String>),
    [shards, threads]: [usize; 2],
) -> Result<[PathBuf; 3], Error> {
    let place = pipeline.out.join("slurm");
    let wrong = |e: std::io::Error| Error::input(&place, format!("cannot be written to: {e}"));
    std::fs::create_dir_all(&place).map_err(wrong)?;
    let here = std::env::current_dir().map_err(wrong)?;
    let most = cells.iter().map(estimate).max().unwrap_or(0) / 1_000_000;
    let memory = LEAST.max(most.saturating_mul(threads as u64));
    let quoted = |p: &Path| format!("'{}'", p.display().to_string().replace('\'', r"'\''"));
    let words = words.iter().map(|w| format!(" {}", quoted(Path::new(w))));
    let program = quoted(program) + &words.collect::<String>();
    let (here, file) = (quoted(&here), quoted(&pipeline.file));
    let out = quoted(&pipeline.out);
    let log = pipeline.out.join("slurm").display().to_string();
    let head =
        |name: &str, log: &str| format!("#!/bin/sh\n#SBATCH --job-name={name}\n#SBATCH --output=\"{log}\"\n");
    let array = format!(
        "{}#SBATCH --array=1-{shards}\n#SBATCH --cpus-per-task={threads}\n#SBATCH --mem={memory}M\n#SBATCH --requeue\n\
         cd {here} || exit 1\nexec {program} run {file} --out {out} --shard \"$SLURM_ARRAY_TASK_ID/{shards}\" --threads \"${{SLURM_CPUS_PER_TASK:-{threads}}}\" --quiet\n",
        head("nullcline", &format!("{log}/shard-%a.log"))
    );
    let merge = format!(
        "{}#SBATCH --cpus-per-task=1\n#SBATCH --mem={LEAST}M\ncd {here} || exit 1\nexec {program} run {file} --out {out} --merge --threads 1\n",
        head("nullcline-merge", &format!("{log}/merge.log"))
    );
    let submit = format!(
        "#!/bin/sh\n# Submits the cells, and what lays them side by side when they have ended.\nset -e\ncd {here}\n\
         job=$(sbatch --parsable {0}/array.sbatch)\nsbatch --dependency=afterany:\"${{job%%;*}}\" {0}/merge.sbatch\n",
        quoted(&place)
    );
    let files = [("array.sbatch", array), ("merge.sbatch", merge), ("submit.sh", submit)];
    let write = |(name, text): (&str, String)| {
        let path = place.join(name);
        let filled = atomic::write(&path, |to| {
            to.write_all(text.as_bytes()).map_err(crate::io::error::Problem::writing)
        });
        filled.map_err(Error::from).map(|()| path)
    };
    let [a, b, c] = files.map(write);
    Ok([a?, b?, c?])
}
