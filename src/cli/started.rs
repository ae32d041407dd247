//! How this program was started: by itself, or by another language's program that stands for it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

/// A command line and how to start the program again.
#[derive(Clone, Debug)]
pub struct Started {
    /// The words behind the program's name.
    pub words: Vec<OsString>,
    /// The program, and what stands before the words, as `python` and `-m nullcline`; none: this one.
    pub program: Option<(PathBuf, Vec<String>)>,
}

static STARTED: OnceLock<Started> = OnceLock::new();

impl Started {
    /// This process's own.
    pub(super) fn here() -> Self {
        Self { words: std::env::args_os().skip(1).collect(), program: None }
    }

    /// What holds from now on; the first one stays.
    pub(super) fn keep(self) -> &'static Self {
        STARTED.get_or_init(|| self)
    }

    /// The one that was kept.
    pub(super) fn kept() -> &'static Self {
        STARTED.get_or_init(Self::here)
    }

    /// The program and the arguments that start it again.
    pub(super) fn again(&self) -> Option<(PathBuf, Vec<String>)> {
        self.program.clone().or_else(|| Some((std::env::current_exe().ok()?, vec![])))
    }
}
