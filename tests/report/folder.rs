//! The output folder: whole or not at all, and nothing of others is ever taken.

use crate::common::Place;
use nullcline::report::Error;
use nullcline::report::folder::{Folder, LIST, LOCK, Origin, Target};
use std::fs;
use std::path::{Path, PathBuf};

fn origin(of: &str) -> Origin {
    Origin::named("test", &[of])
}

fn open(out: &Path, of: &str) -> Result<Folder, Error> {
    Folder::of(&out.to_path_buf().into(), origin(of))
}

/// A report of `of` with these files.
fn report(out: &Path, of: &str, files: &[(&str, &str)]) -> Result<Vec<String>, Error> {
    let folder = open(out, of)?;
    for (name, text) in files {
        folder.write(name, text)?;
    }
    folder.commit().map(|(_, notes)| notes)
}

/// Paths below `folder`, sorted; the list of the report left out.
fn all(folder: &Path) -> Vec<String> {
    let (mut found, mut open) = (vec![], vec![folder.to_path_buf()]);
    while let Some(f) = open.pop() {
        for entry in fs::read_dir(f).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => found.push(entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned()),
            }
        }
    }
    found.retain(|f| f != LIST);
    found.sort();
    found
}

#[test]
fn an_earlier_report_is_replaced() {
    let place = Place::new("folder-replace");
    let out = place.0.join("report");
    report(&out, "a", &[("old.csv", "x"), ("both.csv", "1"), ("deep/er/old.svg", "x")]).unwrap();
    let folder = open(&out, "a").unwrap();
    folder.write("both.csv", "2").unwrap();
    assert!(out.join("old.csv").exists(), "the old one stays until the new one is whole");
    assert_eq!(folder.commit().unwrap(), (fs::canonicalize(&out).unwrap(), vec![]));
    assert_eq!(all(&out), ["both.csv"]);
    assert_eq!(fs::read_to_string(out.join("both.csv")).unwrap(), "2");
    assert_eq!(place.entries(), ["report"], "nothing is left beside");
}

#[test]
fn what_others_put_into_a_report_stays() {
    let place = Place::new("folder-foreign");
    let out = place.0.join("report");
    report(&out, "a", &[("x.csv", "x"), ("pca/y.csv", "y"), ("old/z.csv", "z")]).unwrap();
    for file in ["notes.md", ".git/HEAD", ".git/objects/ab/cd", "pca/mine.txt", "old/mine.txt"] {
        fs::create_dir_all(out.join(file).parent().unwrap()).unwrap();
        fs::write(out.join(file), file).unwrap();
    }
    std::os::unix::fs::symlink("/nowhere", out.join("link")).unwrap();
    let notes = report(&out, "a", &[("x.csv", "new"), ("pca/w.csv", "w")]).unwrap();
    let kept = [
        ".git/HEAD",
        ".git/objects/ab/cd",
        "link",
        "notes.md",
        "old/mine.txt",
        "pca/mine.txt",
        "pca/w.csv",
        "x.csv",
    ];
    assert_eq!(all(&out), kept);
    assert!(notes[0].contains("keeps it: .git, link, notes.md and 2 more"), "{notes:?}");
    for file in [".git/HEAD", "pca/mine.txt"] {
        assert_eq!(fs::read_to_string(out.join(file)).unwrap(), file);
    }
    assert_eq!(place.entries(), ["report"]);
}

#[test]
fn a_file_of_ours_that_somebody_changed_is_theirs() {
    let place = Place::new("folder-changed");
    let out = place.0.join("report");
    report(&out, "a", &[("network.safetensors", "weights"), ("x.csv", "x")]).unwrap();
    fs::write(out.join("network.safetensors"), "better weights").unwrap();
    for force in [false, true] {
        let target = Target { folder: out.clone(), force, note: None };
        let error = Folder::of(&target, origin("a")).unwrap_err();
        assert!(matches!(&error, Error::Changed { file, .. } if file == "network.safetensors"), "{error}");
    }
    assert_eq!(fs::read_to_string(out.join("network.safetensors")).unwrap(), "better weights");
    // A link in the place of a file is not followed, nor is one in the place of a folder.
    fs::remove_file(out.join("network.safetensors")).unwrap();
    let mine = place.write("mine.txt", "weights");
    std::os::unix::fs::symlink(&mine, out.join("network.safetensors")).unwrap();
    assert!(matches!(open(&out, "a").unwrap_err(), Error::Changed { .. }));
    fs::remove_file(out.join("network.safetensors")).unwrap();
    report(&out, "a", &[("x.csv", "y")]).unwrap();
    assert_eq!(fs::read_to_string(mine).unwrap(), "weights");
}

#[test]
fn what_stands_where_a_report_wrote_is_told_as_what_it_is() {
    let place = Place::new("folder-what");
    let out = place.0.join("report");
    let told = |at: &Path| open(at, "a").unwrap_err().to_string();
    report(&out, "a", &[("pca/y.csv", "y"), ("x.csv", "x")]).unwrap();
    fs::rename(out.join("pca"), place.0.join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(place.0.join("elsewhere"), out.join("pca")).unwrap();
    assert!(told(&out).contains("pca is a link, where nullcline wrote none"), "{}", told(&out));
    fs::remove_file(out.join("pca")).unwrap();
    fs::remove_file(out.join("x.csv")).unwrap();
    fs::create_dir(out.join("x.csv")).unwrap();
    assert!(told(&out).contains("x.csv is a folder, where nullcline wrote a file"), "{}", told(&out));
    fs::remove_dir(out.join("x.csv")).unwrap();
    fs::write(out.join("x.csv"), "z").unwrap();
    assert!(told(&out).contains("x.csv has changed since nullcline wrote it"), "{}", told(&out));
    assert_eq!(fs::read_to_string(place.0.join("elsewhere/y.csv")).unwrap(), "y");
}

#[test]
fn a_list_that_cannot_be_used_is_not_told_as_missing() {
    let place = Place::new("folder-unlisted");
    let out = place.0.join("report");
    report(&out, "a", &[("x.csv", "x")]).unwrap();
    let list = out.join(LIST);
    let whole = fs::read_to_string(&list).unwrap();
    let told = |text: &str| {
        fs::write(&list, text).unwrap();
        let error = open(&out, "a").unwrap_err();
        assert!(matches!(error, Error::Unlisted { .. }) && error.exit_status() == 2, "{error}");
        assert!(error.to_string().contains("holds a list of files (.nullcline.json)"), "{error}");
        error.to_string()
    };
    assert!(told(&whole[..whole.len() / 2]).contains("it is damaged: EOF while parsing"));
    assert!(told("").contains("it is damaged"));
    assert!(told("{\"name\": \"something else\"}").contains("it is no list that nullcline writes"));
    assert!(told(&whole.replace("x.csv", "../x.csv")).contains("it is no list that nullcline writes"));
    fs::rename(&list, place.0.join("list")).unwrap();
    std::os::unix::fs::symlink(place.0.join("list"), &list).unwrap();
    assert!(open(&out, "a").unwrap_err().to_string().contains("it is a link"));
    fs::remove_file(&list).unwrap();
    let none = open(&out, "a").unwrap_err();
    assert!(matches!(none, Error::Occupied(_)) && none.to_string().contains("it has no .nullcline.json"));
    // Whole again it is replaced.
    fs::write(&list, whole).unwrap();
    report(&out, "a", &[("x.csv", "new")]).unwrap();
}

#[test]
fn another_report_is_replaced_by_force_alone() {
    let place = Place::new("folder-other");
    let out = place.0.join("report");
    report(&out, "a", &[("x.csv", "a")]).unwrap();
    let error = open(&out, "b").unwrap_err();
    assert!(error.to_string().contains("another report (test of a)"), "{error}");
    assert!(error.to_string().contains("--force") && error.to_string().contains("--out"));
    let target = Target { folder: out.clone(), force: true, note: None };
    Folder::of(&target, origin("b")).unwrap().commit().unwrap();
    assert!(all(&out).is_empty());
}

#[test]
fn an_input_inside_is_refused() {
    let place = Place::new("folder-inside");
    let out = place.0.join("net");
    report(&out, "a", &[("network.safetensors", "weights")]).unwrap();
    let input = out.join("network.safetensors");
    for force in [false, true] {
        let target = Target { folder: out.join("."), force, note: None };
        let error = Folder::create(&target, "test", &[&input]).unwrap_err();
        assert!(matches!(error, Error::Inside { .. }), "{error}");
    }
    assert!(input.exists());
}

#[test]
fn a_report_that_would_write_over_somebodys_file_lies_beside() {
    let place = Place::new("folder-collides");
    let out = place.0.join("report");
    report(&out, "a", &[("x.csv", "x")]).unwrap();
    fs::write(out.join("pca"), "a file").unwrap();
    let error = report(&out, "a", &[("pca/y.csv", "y")]).unwrap_err();
    assert!(matches!(&error, Error::Collides { file, .. } if file == "pca"), "{error}");
    assert_eq!(fs::read_to_string(out.join("pca")).unwrap(), "a file");
    assert_eq!(all(&place.0.join("report-2")), ["pca/y.csv"]);
    assert_eq!(place.entries(), ["report", "report-2"]);
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let place = Place::new("folder-occupied");
    let out = place.0.join("thesis");
    fs::create_dir(&out).unwrap();
    // A summary and even a list that were copied make no report of a folder's other files.
    report(&place.0.join("other"), "a", &[("summary.json", "{\"tool\": \"nullcline\"}")]).unwrap();
    for (file, from) in [("chapter.tex", None), ("summary.json", Some("other/summary.json"))] {
        let text = from.map_or("years of work".into(), |f| fs::read_to_string(place.0.join(f)).unwrap());
        fs::write(out.join(file), &text).unwrap();
        let error = open(&out, "a").unwrap_err();
        assert!(matches!(error, Error::Occupied(_)));
        assert!(error.to_string().contains("--out") && error.to_string().contains("thesis"));
        assert_eq!(fs::read_to_string(out.join(file)).unwrap(), text);
    }
    fs::copy(place.0.join("other").join(LIST), out.join(LIST)).unwrap();
    report(&out, "a", &[]).unwrap();
    assert_eq!(all(&out), ["chapter.tex"]);
    assert!(matches!(open(&out.join("chapter.tex"), "a").unwrap_err(), Error::NotAFolder(_)));
}

#[test]
fn a_list_that_leads_elsewhere_is_not_believed() {
    let place = Place::new("folder-list");
    let (out, mine) = (place.0.join("report"), place.write("mine.txt", "x"));
    for bad in ["../mine.txt", &mine, "", "a/../../mine.txt"] {
        fs::create_dir_all(&out).unwrap();
        let list =
            serde_json::json!({"tool": "nullcline", "command": "test", "of": ["a"], "files": {bad: "1-0"}});
        fs::write(out.join(LIST), list.to_string()).unwrap();
        assert!(matches!(open(&out, "a").unwrap_err(), Error::Unlisted { .. }), "{bad}");
    }
    assert!(Path::new(&mine).exists());
}

#[test]
fn what_came_in_between_is_left_alone() {
    let place = Place::new("folder-between");
    let out = place.0.join("report");
    let folder = open(&out, "a").unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("mine"), "x").unwrap();
    assert!(matches!(folder.commit().unwrap_err(), Error::Occupied(_)));
    assert!(out.join("mine").exists());
    assert_eq!(place.entries(), ["report"]);
}

#[test]
fn dropping_leaves_nothing() {
    let place = Place::new("folder-drop");
    let (a, b) = (open(&place.0.join("r"), "a").unwrap(), open(&place.0.join("r"), "a").unwrap());
    assert_ne!(a.path(), b.path(), "two runs for one place do not meet");
    a.write("deep/er/file", "x").unwrap();
    drop((a, b));
    assert!(place.entries().is_empty());
}

/// A folder as a run killed while it wrote leaves it.
fn half(place: &Place, name: &str) -> PathBuf {
    let path = place.0.join(name);
    fs::create_dir_all(path.join("pca")).unwrap();
    fs::write(path.join("pca/half.csv"), "x").unwrap();
    fs::write(path.join(LOCK), "").unwrap();
    path
}

#[test]
fn what_killed_runs_left_is_swept_and_what_living_ones_make_is_not() {
    let place = Place::new("folder-stale");
    half(&place, "r.partial-99999999");
    half(&place, "other.partial-99999998-2");
    let living = open(&place.0.join("living"), "a").unwrap();
    fs::create_dir(place.0.join("r.partial-mine")).unwrap();
    fs::create_dir(place.0.join("r.partial-7")).unwrap();
    fs::write(place.0.join("r.partial-7/mine"), "no lock of ours").unwrap();
    report(&place.0.join("r"), "a", &[("x.csv", "x")]).unwrap();
    let name = living.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(place.entries(), [name, "r", "r.partial-7", "r.partial-mine"]);
}

#[test]
fn a_kill_while_a_report_is_replaced_is_made_good() {
    // Between two renames: the earlier report is aside, nothing is in its place.
    let place = Place::new("folder-aside");
    let out = place.0.join("r");
    report(&out, "a", &[("x.csv", "old")]).unwrap();
    half(&place, "r.partial-99999999");
    fs::rename(&out, place.0.join("r.partial-99999999.old")).unwrap();
    drop(open(&out, "a").unwrap());
    assert_eq!((place.entries(), all(&out)), (vec!["r".to_owned()], vec!["x.csv".to_owned()]));

    // After the exchange: the new report is in place, what others put into the earlier one is not yet.
    report(&place.0.join("older"), "a", &[("x.csv", "older"), ("gone.csv", "x")]).unwrap();
    fs::rename(place.0.join("older"), place.0.join("r.partial-99999999")).unwrap();
    fs::write(place.0.join("r.partial-99999999/notes.md"), "mine").unwrap();
    fs::write(out.join(LOCK), "").unwrap();
    drop(open(&out, "a").unwrap());
    assert_eq!((place.entries(), all(&out)), (vec!["r".to_owned()], vec!["notes.md".into(), "x.csv".into()]));
    assert_eq!(fs::read_to_string(out.join("x.csv")).unwrap(), "old");
}

#[test]
fn an_earlier_report_with_a_lock_that_was_left_in_it_is_no_half_report() {
    // Killed between putting a report in place and removing its lock; and then once more in the middle of the next.
    let place = Place::new("folder-stale-lock");
    let (out, left) = (place.0.join("r"), place.0.join("r.partial-99999999"));
    report(&out, "a", &[("x.csv", "new")]).unwrap();
    report(&place.0.join("old"), "a", &[("x.csv", "old")]).unwrap();
    fs::rename(place.0.join("old"), &left).unwrap();
    fs::write(left.join("notes.md"), "mine").unwrap();
    fs::write(left.join(LOCK), "").unwrap();
    drop(open(&out, "a").unwrap());
    assert_eq!((place.entries(), all(&out)), (vec!["r".to_owned()], vec!["notes.md".into(), "x.csv".into()]));
    // Whole but never put in its place: it is the report.
    fs::rename(&out, &left).unwrap();
    fs::write(left.join(LOCK), "").unwrap();
    drop(open(&out, "a").unwrap());
    assert_eq!((place.entries(), all(&out)), (vec!["r".to_owned()], vec!["notes.md".into(), "x.csv".into()]));
    // The next report takes the lock away before it takes the place.
    fs::write(out.join(LOCK), "").unwrap();
    report(&out, "a", &[("y.csv", "y")]).unwrap();
    assert_eq!(all(&out), ["notes.md", "y.csv"]);
}

#[test]
fn names_like_those_of_unfinished_reports_are_nobody_elses() {
    let place = Place::new("folder-names");
    for name in ["r.partial-1", "r.partial-1-2", "r.partial-1.old", "r.partial-1-2.old"] {
        assert!(matches!(open(&place.0.join(name), "a").unwrap_err(), Error::Reserved(_)), "{name}");
    }
    let names =
        ["r.partial-", "r.partial-1x", "r.partial-1-", "r.partial-1-2-3", ".partial-1", "r.partial-1.older"];
    for name in names {
        half(&place, name);
    }
    drop(open(&place.0.join("r"), "a").unwrap());
    assert_eq!(place.entries().len(), names.len());
    let target = Target::file(None, false, "analyze", Path::new("x.partial-3.csv"));
    assert_eq!(target.folder, Path::new("reports/x-partial-3"));
}

#[test]
fn what_another_machine_makes_is_not_swept() {
    let place = Place::new("folder-host");
    let path = half(&place, "r.partial-99999999");
    fs::write(path.join(LOCK), "another-machine").unwrap();
    drop(open(&place.0.join("r"), "a").unwrap());
    assert_eq!(place.entries(), ["r.partial-99999999"]);
    let week = std::time::SystemTime::now() - std::time::Duration::from_secs(8 * 24 * 3600);
    let lock = fs::File::options().write(true).open(path.join(LOCK)).unwrap();
    lock.set_modified(week).unwrap();
    drop((lock, open(&place.0.join("r"), "a").unwrap()));
    assert!(place.entries().is_empty());
}

#[test]
fn the_earlier_report_of_a_living_process_stays_aside() {
    let place = Place::new("folder-living-aside");
    let out = place.0.join("r");
    let living = open(&out, "a").unwrap();
    let aside = PathBuf::from(format!("{}.old", living.path().display()));
    report(&place.0.join("old"), "a", &[("x.csv", "old")]).unwrap();
    fs::rename(place.0.join("old"), &aside).unwrap();
    drop(open(&place.0.join("other"), "a").unwrap());
    assert!(aside.join("x.csv").exists() && !out.exists());
}

#[test]
fn a_file_that_was_changed_meanwhile_is_kept() {
    let place = Place::new("folder-meanwhile");
    let (out, left) = (place.0.join("r"), place.0.join("r.partial-99999999"));
    report(&out, "a", &[("x.csv", "new")]).unwrap();
    report(&place.0.join("old"), "a", &[("x.csv", "old"), ("y.csv", "old")]).unwrap();
    fs::rename(place.0.join("old"), &left).unwrap();
    fs::write(left.join("x.csv"), "years of work").unwrap();
    drop(open(&out, "a").unwrap());
    assert_eq!(all(&left), ["x.csv"]);
    assert_eq!(fs::read_to_string(left.join("x.csv")).unwrap(), "years of work");
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_unicode_stay_too() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new("folder-bytes");
    let out = place.0.join("r");
    report(&out, "a", &[("pca/x.csv", "x")]).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    fs::write(out.join(odd), "mine").unwrap();
    fs::write(out.join("pca").join(odd), "mine").unwrap();
    let notes = report(&out, "a", &[("y.csv", "y")]).unwrap();
    assert_eq!(fs::read_to_string(out.join(odd)).unwrap(), "mine");
    assert_eq!(fs::read_to_string(out.join("pca").join(odd)).unwrap(), "mine");
    assert!(notes[0].contains("caf"), "{notes:?}");
    assert_eq!(place.entries(), ["r"]);
    // Nor are two of them one input.
    let of = |bytes: &[u8]| Origin::files("test", &[Path::new(std::ffi::OsStr::from_bytes(bytes))], &out);
    assert_ne!(of(b"\xe9.npy"), of(b"\xe8.npy"));
}

#[test]
fn force_takes_the_name_that_is_expected() {
    let target = |force| Target::file(None, force, "analyze", Path::new("a/best.pt"));
    assert_eq!(target(true).folder, Path::new("reports/best"));
}

#[test]
fn paths_stay_inside() {
    let place = Place::new("folder-paths");
    let folder = open(&place.0.join("r"), "a").unwrap();
    for bad in ["../x", "/x", "", "a/../../x"] {
        assert!(matches!(folder.write(Path::new(bad), "x").unwrap_err(), Error::Outside(_)), "{bad}");
    }
    assert_eq!(place.entries().len(), 1);
}

/// Folders that are made beside each other at once, each sweeping what dead processes left there: none takes another for dead, not even in the
/// moment before it is locked.
#[test]
fn many_are_made_beside_each_other() {
    let place = Place::new("folder-beside");
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let place = &place;
            scope.spawn(move || {
                for k in 0..100 {
                    let out = place.0.join(format!("r{thread}-{k}"));
                    let folder = open(&out, "a").unwrap_or_else(|e| panic!("{thread} {k}: {e}"));
                    folder.write("x", "1").unwrap();
                    folder.commit().unwrap();
                }
            });
        }
    });
    assert_eq!(place.entries().len(), 800);
}
