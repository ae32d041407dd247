//! Who may import whom: the table of rooms, read off the sources.

use std::path::Path;

/// A room, and the rooms that it may import.
type Room = (&'static str, &'static [&'static str]);

/// Of a crate its folder, and of each of its rooms the rooms that it may import beside itself; what crosses crates stands in
/// their manifests.
const CRATES: [(&str, &[Room]); 4] = [
    (
        "crates/core/src",
        &[
            ("linalg", &[]),
            ("memory", &[]),
            ("numbers", &["linalg"]),
            ("io", &["linalg", "memory"]),
            ("systems", &["linalg"]),
            ("systems/checkpoint", &["linalg", "io", "memory"]),
            ("tasks", &["numbers", "linalg"]),
            ("training", &["systems", "tasks", "numbers", "linalg"]),
            ("diagnostics", &["systems", "numbers", "linalg"]),
            ("job", &["diagnostics", "systems", "io"]),
            (
                "analyses",
                &[
                    "job",
                    "inference",
                    "diagnostics",
                    "training",
                    "tasks",
                    "systems",
                    "numbers",
                    "io",
                    "linalg",
                    "memory",
                ],
            ),
            ("inference", &["numbers", "linalg"]),
        ],
    ),
    ("crates/report/src", &[]),
    ("crates/studies/src", &[]),
    ("src", &[("selftest", &["job", "diagnostics", "numbers", "systems", "linalg"])]),
];

/// Files below `folder`, with their paths inside it.
fn sources(folder: &Path, inside: &str, all: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{inside}{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => sources(&entry.path(), &format!("{name}/"), all),
            false => all.push((name, std::fs::read_to_string(entry.path()).unwrap())),
        }
    }
}

/// The rooms that a line of code names after `crate::`, one by one or in braces.
fn rooms(line: &str) -> Vec<&str> {
    let word = |s: &str| s.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(s.len());
    let imports = line.split("crate::").skip(1);
    imports
        .flat_map(|s| s.strip_prefix('{').map_or(vec![s], |s| s.split(", ").collect()))
        .map(|s| &s[..word(s)])
        .collect()
}

#[test]
fn rooms_import_what_they_may() {
    let mut wrong = vec![];
    for (folder, table) in CRATES {
        let mut all = vec![];
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), "", &mut all);
        assert!(!all.is_empty(), "{folder}: no sources");
        for (path, text) in all.iter().filter(|(path, _)| path.ends_with(".rs")) {
            check(folder, path, text, table, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong in the file `path` of the crate at `folder`.
fn check(folder: &str, path: &str, text: &str, table: &[(&str, &[&str])], wrong: &mut Vec<String>) {
    let lines = text.lines().count();
    if lines > if path == "main.rs" { 59 } else { 500 } {
        wrong.push(format!("{folder}/{path}: {lines} lines"));
    }
    let room = path.split(['/', '.']).next().unwrap();
    let own =
        table.iter().rev().find(|(r, _)| path.strip_prefix(r).is_some_and(|p| p.starts_with(['/', '.'])));
    let Some((_, allowed)) = own else {
        let free = table.len() < 2 || room == "lib";
        return assert!(free, "{folder}/{path}: a room without rules");
    };
    let depth = path.split('/').count() - usize::from(path.ends_with("mod.rs"));
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
        // A name that is no room is a macro's, at the crate's root.
        let is_room = |r: &&str| table.iter().any(|(name, _)| name == r) || table.len() < 2;
        let foreign = rooms(line).into_iter().filter(|r| *r != room && !allowed.contains(r)).filter(is_room);
        wrong.extend(foreign.map(|r| format!("{folder}/{path}:{}: imports {r}", i + 1)));
        if line.contains(&"super::".repeat(depth)) && !line.starts_with(' ') {
            wrong.push(format!("{folder}/{path}:{}: say crate::", i + 1));
        }
    }
}
