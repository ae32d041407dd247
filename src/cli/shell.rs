//! What shells and `man` read.

use super::args::{Completions, Man};
use super::{Run, command, fail, print, printed, say};
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
            Ok(kept) => {
                for name in &kept {
                    say(&format!(
                        "note: {} was changed since nullcline wrote it and stays as it is; remove it to have the new page",
                        folder.join(name).display()
                    ));
                }
                print(&format!("{} pages in {}", pages.len() - kept.len(), folder.display()))
            }
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

/// How the last line of a page begins, before the hash of all above.
const SEAL: &str = ".\\\" As nullcline wrote it: ";

/// The page with the line that tells whether somebody changed it.
fn sealed(page: &[u8]) -> Vec<u8> {
    let mut whole = page.to_vec();
    if !whole.ends_with(b"\n") {
        whole.push(b'\n');
    }
    let seal = format!("{SEAL}{:016x}\n", hash(&whole));
    whole.extend(seal.as_bytes());
    whole
}

/// Whether a page is as it was written.
fn unchanged(found: &[u8]) -> bool {
    let body = found.len().checked_sub(SEAL.len() + 17).map(|n| &found[..n]);
    body.is_some_and(|body| sealed(body) == found)
}

/// The 64-bit FNV-1a hash.
fn hash(bytes: &[u8]) -> u64 {
    let mix = |h: u64, b: &u8| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// Writes all pages, or none where one would replace what is no page of ours; gives those that stay, since somebody changed them.
fn write(folder: &Path, pages: &[(String, Vec<u8>)]) -> Result<Vec<String>, (String, io::Error)> {
    let at = |e| (folder.display().to_string(), e);
    fs::create_dir_all(folder).map_err(at)?;
    let mut kept = vec![];
    for (name, page) in pages {
        let path = folder.join(name);
        let Ok(found) = fs::read(&path) else { continue };
        if !String::from_utf8_lossy(&found).contains(".TH NULLCLINE") {
            let why = io::Error::new(io::ErrorKind::AlreadyExists, "is there and no page of nullcline");
            return Err((path.display().to_string(), why));
        }
        if !unchanged(&found) && found != *page {
            kept.push(name.clone());
        }
    }
    for (name, page) in pages.iter().filter(|(name, _)| !kept.contains(name)) {
        let path = folder.join(name);
        fs::write(&path, sealed(page)).map_err(|e| (path.display().to_string(), e))?;
    }
    Ok(kept)
}
