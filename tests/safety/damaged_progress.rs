//! Progress that is damaged, file by file and in every way: the next run goes on and ends in the right bytes, begins anew,
//! or says what is wrong.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout)]

use crate::common::run;
use crate::killed::{Files, Job, TRAIN, files, number};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng as Rng;
use std::fs;
use std::path::{Path, PathBuf};

/// What can happen to a file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Cut,
    Bit,
    Noise,
    Empty,
    Gone,
    Folder,
    Link,
}

const DAMAGES: [Damage; 7] =
    [Damage::Cut, Damage::Bit, Damage::Noise, Damage::Empty, Damage::Gone, Damage::Folder, Damage::Link];

impl Damage {
    fn to(self, path: &Path, rng: &mut Rng) {
        let mut bytes = fs::read(path).unwrap();
        let at = rng.random_range(0..bytes.len().max(1));
        fs::remove_file(path).unwrap();
        match self {
            Self::Cut => bytes.truncate(at),
            Self::Bit if !bytes.is_empty() => bytes[at] ^= 1 << rng.random_range(0..8),
            Self::Noise | Self::Bit => bytes = (0..200).map(|_| rng.random()).collect(),
            Self::Empty => bytes.clear(),
            Self::Gone => return,
            Self::Folder => return fs::create_dir(path).unwrap(),
            Self::Link => return std::os::unix::fs::symlink("/nowhere/at/all", path).unwrap(),
        }
        fs::write(path, bytes).unwrap();
    }
}

/// Puts a folder's files back as they were.
fn restore(folder: &Path, kept: &Files) {
    let _ = fs::remove_dir_all(folder);
    for (name, bytes) in kept {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// Kills a training in the middle, damages each file of its progress in every way, and goes on.
fn damage(name: &str, arguments: &[&str]) {
    let job = Job::new(name, arguments);
    let (mut rng, seed) = (Rng::seed_from_u64(number("NULLCLINE_KILLS_SEED", 1)), 1 - job.which());
    let progress: PathBuf = job.place.0.join("out.progress");
    let checkpoints = |kept: &Files| {
        kept.keys().filter(|k| k.ends_with("-a.safetensors") || k.ends_with("-b.safetensors")).count()
    };
    let kept = (2..20).find_map(|part| {
        job.kill(seed, "-KILL", job.time.mul_f64(f64::from(part) / 20.0));
        let kept = files(&progress);
        (checkpoints(&kept) == 2).then_some(kept)
    });
    let kept = kept.expect("two checkpoints");
    let before = job.report();
    let (mut whole, mut refused) = (0, 0);
    for file in kept.keys() {
        for damage in DAMAGES {
            let about = format!("{name}: {file}: {damage:?}");
            restore(&progress, &kept);
            damage.to(&progress.join(file), &mut rng);
            let ran = run(&job.arguments(seed));
            assert!(!ran.err.contains("panicked"), "{about}: {ran:?}");
            if ran.status == 0 {
                whole += 1;
                assert_eq!(job.differences(&job.expected[seed]), [""; 0], "{about}");
            } else {
                refused += 1;
                assert!([2, 3].contains(&ran.status) && ran.err.contains("out.progress"), "{about}: {ran:?}");
                // Only a folder in its place is not for --restart to remove.
                let advice = ["--restart", "--out", "this is a folder"].iter().any(|a| ran.err.contains(a));
                assert!(advice, "{about}: {ran:?}");
                assert_eq!(job.differences(&before), [""; 0], "{about}");
            }
            // The next begins from the earlier result again.
            let _ = fs::remove_dir_all(&progress);
            if ran.status == 0 {
                job.succeed(1 - seed);
            }
            job.check_foreign(false);
        }
    }
    println!("{name}: {whole} went on or began anew, {refused} were refused");
}

#[test]
fn damaged_progress_of_a_training() {
    damage("damage-train", &TRAIN);
}

#[test]
fn damaged_progress_of_sessions() {
    let ibl = ["train", "ibl", "--units", "8", "--schedule", "fast", "--steps", "40", "--test-blocks", "2"];
    damage("damage-ibl", &[&ibl[..], &["--checkpoint", "0"]].concat());
}
