//! What may be asked of jobs, as the command has it.

use nullcline::analyses::written::Takes;
use nullcline::jobs;
use pyo3::prelude::*;

/// The kinds of jobs.
#[pyfunction]
pub fn kinds() -> Vec<&'static str> {
    jobs::names()
}

/// The options of a kind of job: name, what it takes, its default, whether it must be given, what it means.
#[pyfunction]
pub fn options(kind: &str) -> Vec<(String, &'static str, Option<String>, bool, String)> {
    let name = |takes| match takes {
        Takes::Flag => "flag",
        Takes::Whole => "whole",
        Takes::Number => "number",
        Takes::Text => "text",
        Takes::File => "file",
    };
    let all = jobs::options(kind).into_iter();
    all.map(|o| (o.name, name(o.takes), o.default, o.required, o.help)).collect()
}
