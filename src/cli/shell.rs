//! What shells and `man` read.

use super::args::{Completions, Man};
use super::{Run, command, fail, print, printed};
use clap_mangen::Man as Page;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

impl Run for Completions {
    fn run(&self) -> u8 {
        let mut script = vec![];
        clap_complete::generate(self.shell, &mut command(), "nullcline", &mut script);
        let mut out = io::stdout().lock();
        printed(out.write_all(&script).and_then(|()| out.flush()))
    }
}

impl Run for Man {
    fn run(&self) -> u8 {
        let pages = match pages(command(), "nullcline") {
            Ok(pages) => pages,
            Err(e) => return fail(format!("the manual pages: {e}"), 1),
        };
        let Some(folder) = &self.folder else {
            let mut out = io::stdout().lock();
            return printed(out.write_all(&pages[0].1).and_then(|()| out.flush()));
        };
        match write(folder, &pages) {
            Ok(()) => print(&format!("{} pages in {}", pages.len(), folder.display())),
            Err((place, e)) => fail(format!("{place}: {e}; name a folder that can be written to"), 1),
        }
    }
}

/// The page of a command and those of its commands, each with its name.
fn pages(command: clap::Command, name: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = command.display_name(name.to_owned()).disable_help_subcommand(true);
    command.build();
    let mut page = vec![];
    Page::new(command.clone()).title(name.to_uppercase()).render(&mut page)?;
    let mut all = vec![(format!("{name}.1"), page)];
    for inner in command.get_subcommands() {
        all.extend(pages(inner.clone(), &format!("{name}-{}", inner.get_name()))?);
    }
    Ok(all)
}

/// Writes all pages, or none where one would replace what is no page of ours.
fn write(folder: &Path, pages: &[(String, Vec<u8>)]) -> Result<(), (String, io::Error)> {
    let at = |e| (folder.display().to_string(), e);
    fs::create_dir_all(folder).map_err(at)?;
    for (name, _) in pages {
        let path = folder.join(name);
        let ours = |found: &[u8]| String::from_utf8_lossy(found).contains(".TH NULLCLINE");
        if let Ok(found) = fs::read(&path)
            && !ours(&found)
        {
            let why = io::Error::new(io::ErrorKind::AlreadyExists, "is there and no page of nullcline");
            return Err((path.display().to_string(), why));
        }
    }
    for (name, page) in pages {
        let path = folder.join(name);
        fs::write(&path, page).map_err(|e| (path.display().to_string(), e))?;
    }
    Ok(())
}
