//! Runs that are cut short leave nothing behind.

use crate::common::{Place, command, network, run};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn an_interrupt_ends_with_status_130_and_leaves_nothing() {
    let place = Place::new("interrupt");
    let net = place.save("net.safetensors", &network(1, 60, 1, 2.5));
    let out = place.path("out");
    let arguments = ["analyze", &net, "--steps", "100000000", "--tol", "1e-12", "--out", &out];
    let child = command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while !place.entries().iter().any(|e| e.contains("partial")) {
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", place.entries());
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    // Where the tests themselves run in the background of a script, an interrupt is not for them.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| u64::from_str_radix(l.strip_prefix("SigIgn:")?.trim(), 16).ok());
    let signal = if mask.unwrap_or(0) & 2 == 0 { "-INT" } else { "-TERM" };
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    assert_eq!(place.entries(), ["net.safetensors"]);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("interrupted; nothing was written; the same command begins anew"), "{said}");
}

/// A link to a folder that is not there is named, and where it leads.
#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_told() {
    let place = Place::new("dangling");
    let net = place.save("net.safetensors", &network(1, 3, 1, 0.5));
    std::os::unix::fs::symlink(place.path("away"), place.path("link")).unwrap();
    for out in ["link", "link/inside"] {
        let ran = run(&["analyze", &net, "--modules", "recurrent", "--out", &place.path(out)]);
        assert!(
            ran.status == 2
                && ran.err.contains("link is a link to ")
                && ran.err.contains("away, which is not there"),
            "{ran:?}"
        );
    }
    assert_eq!(place.entries(), ["link", "net.safetensors"]);
    std::fs::create_dir(place.path("away")).unwrap();
    let ran = run(&["analyze", &net, "--modules", "recurrent", "--out", &place.path("link")]);
    assert!(ran.status == 0 && place.0.join("away/report.html").exists(), "{ran:?}");
}

/// Under `nohup` a hang-up, and in the background of a script an interrupt, are not for the run.
#[cfg(target_os = "linux")]
#[test]
fn signals_that_were_ignored_stay_ignored() {
    let place = Place::new("ignored");
    let net = place.save("net.safetensors", &network(1, 60, 1, 2.5));
    let out = place.path("out");
    for (signal, other) in [("HUP", "TERM"), ("INT", "TERM")] {
        let script = format!("trap '' {signal}; exec \"$@\"");
        let mut child = Command::new("sh")
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_nullcline"), "analyze", &net, "--out", &out])
            .args(["--steps", "100000000", "--tol", "1e-12"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while !place.entries().iter().any(|e| e.contains("partial")) {
            assert!(started.elapsed() < Duration::from_secs(60), "{:?}", place.entries());
            std::thread::sleep(Duration::from_millis(20));
        }
        let id = child.id().to_string();
        let send = |name: &str| {
            let sent = Command::new("kill").args([&format!("-{name}"), &id]).status();
            assert!(sent.unwrap().success());
        };
        send(signal);
        std::thread::sleep(Duration::from_millis(500));
        assert!(child.try_wait().unwrap().is_none(), "{signal} ended it");
        send(other);
        let status = child.wait().unwrap();
        assert_eq!((status.code(), place.entries().len()), (Some(130), 1), "{signal}");
    }
}

#[test]
#[ignore = "needs root to mount a tmpfs: cargo test --release --test cli interrupt -- --ignored"]
fn a_disk_that_fills_ends_with_a_message_and_leaves_nothing() {
    let place = Place::new("full");
    let net = place.save("net.safetensors", &network(1, 30, 1, 0.8));
    let disk = place.path("disk");
    std::fs::create_dir(&disk).unwrap();
    let mounted = |options: &str| {
        Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs", &disk]).status().unwrap().success()
    };
    let analyze = || run(&["analyze", &net, "--out", &format!("{disk}/report"), "--steps", "100"]);
    assert!(mounted("size=400k"), "cannot mount");
    let ran = analyze();
    let left = std::fs::read_dir(&disk).unwrap().count();
    assert!(Command::new("mount").args(["-o", "remount,ro", &disk]).status().unwrap().success());
    let refused = analyze();
    assert!(Command::new("umount").arg(&disk).status().unwrap().success());
    assert_eq!((ran.status, left), (2, 0), "{ran:?}");
    assert!(ran.err.contains("No space left") && ran.err.contains("disk/report"), "{}", ran.err);
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(refused.err.contains("Read-only"), "{}", refused.err);
}
