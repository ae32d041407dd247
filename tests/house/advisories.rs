//! No locked dependency has an open advisory, by the offline list of the RustSec database (its date stands in its first
//! line; `scripts/advisories.py` makes it anew).

use semver::{Version, VersionReq};
use std::collections::BTreeSet;

const LIST: &str = include_str!("../golden/advisories/advisories.tsv");
const LOCK: &str = include_str!("../../Cargo.lock");
/// What is known and stays, and why.
const KNOWN: [(&str, &str, &str); 2] = [
    (
        "paste",
        "RUSTSEC-2024-0436",
        "unmaintained; macros at compile time, by argmin and by faer's gemm and pulp",
    ),
    (
        "lru",
        "RUSTSEC-2026-0253",
        "unsound where a key panics when it is dropped; keys in hdf5-reader, which asks for lru 0.16, are numbers",
    ),
];

/// Name and version of each package in a lock file.
fn packages(lock: &str) -> Vec<(&str, Version)> {
    let mut all = vec![];
    let mut name = "";
    for line in lock.lines() {
        let quoted = |key: &str| line.strip_prefix(key).map(|v| v.trim_matches('"'));
        if let Some(found) = quoted("name = ") {
            name = found;
        } else if let Some(version) = quoted("version = ").and_then(|v| Version::parse(v).ok()) {
            all.push((name, version));
        }
    }
    all
}

/// Ids of the advisories that concern a package at a version, with their kinds.
fn open<'a>(list: &'a str, package: &str, version: &Version) -> Vec<(&'a str, &'a str)> {
    let row = |line: &'a str| {
        let [name, id, kind, safe] = line.split('\t').collect::<Vec<_>>()[..] else { return None };
        let is_safe = safe.split("; ").filter(|s| !s.is_empty()).any(|range| {
            VersionReq::parse(range).unwrap_or_else(|e| panic!("{id}: {range}: {e}")).matches(version)
        });
        (name == package && !is_safe).then_some((id, kind))
    };
    list.lines().filter(|l| l.starts_with(package)).filter_map(row).collect()
}

#[test]
fn no_dependency_has_an_open_advisory() {
    let packages = packages(LOCK);
    assert!(packages.len() > 100 && LIST.lines().count() > 1000);
    let mut found = BTreeSet::new();
    for (name, version) in &packages {
        found.extend(open(LIST, name, version).into_iter().map(|(id, kind)| (*name, id, kind)));
    }
    let is_known = |name: &str, id: &str| KNOWN.iter().any(|k| (k.0, k.1) == (name, id));
    let new: Vec<_> = found.iter().filter(|(name, id, _)| !is_known(name, id)).collect();
    assert!(new.is_empty(), "update, replace, or list with the reason: {new:?}");
    for (name, id, why) in KNOWN {
        assert!(
            found.iter().any(|f| (f.0, f.1) == (name, id)),
            "{name} {id} ({why}) is gone: take it off the list"
        );
    }
}

#[test]
fn an_open_advisory_is_seen() {
    let at = |v: &str| Version::parse(v).unwrap();
    let list = "a\tX-1\tvulnerability\t>= 1.2.0; < 1.0.0\nab\tX-2\tunsound\t";
    assert_eq!(open(list, "a", &at("1.1.0")), [("X-1", "vulnerability")]);
    assert!(open(list, "a", &at("1.2.3")).is_empty() && open(list, "a", &at("0.9.0")).is_empty());
    assert_eq!(open(list, "ab", &at("9.0.0")), [("X-2", "unsound")]);
    assert_eq!(packages("name = \"a\"\nversion = \"1.1.0\"\n"), [("a", at("1.1.0"))]);
}
