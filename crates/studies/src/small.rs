//! Every study of a paper at a size at which nothing is learned, for tests.

use crate::claims::Kind;
use crate::{Claim, Error, Findings, Preset, Settings, Study, Verdict};
use nullcline_core::analyses::training::clear_progress;
use std::path::Path;

/// A study at such a size.
pub type Run<'a> = &'a dyn Fn(&Settings) -> Result<Findings, Error>;

/// Runs all `studies` in a folder of their own, and checks what they say: it is made from what they measured, and networks that are not the
/// paper's are not held against its numbers, but where `own` says that the claim's are others. `after` looks at the folder before it goes.
pub fn every_study(
    name: &str,
    studies: &[Study],
    runs: &[Run],
    own: impl Fn(&Claim) -> bool,
    after: impl Fn(&Path),
) {
    let folder = std::env::temp_dir().join(format!("nullcline-{name}-{}", std::process::id()));
    let settings = Settings {
        preset: Preset::Quick,
        seed: 1,
        as_published: false,
        data: None,
        progress: folder.clone(),
        shared: folder.clone(),
    };
    assert_eq!(runs.len(), studies.len());
    for (study, run) in studies.iter().zip(runs) {
        let name = study.name;
        let found = run(&settings).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!found.claims.is_empty() && !found.sections.is_empty() && !found.answer.is_empty(), "{name}");
        for claim in &found.claims {
            let words = format!("{name}: {claim:?}");
            assert!(claim.kind != Kind::Paper || claim.published.is_none() || own(claim), "{words}");
            assert!(claim.verdict != Verdict::Holds || claim.measured.reach().is_some(), "{words}");
            assert!(claim.measured.n > 0 || claim.verdict == Verdict::NotTested, "{words}");
            // What needs no trained network holds at any size.
            assert!(claim.kind != Kind::Theory || claim.verdict != Verdict::Differs || own(claim), "{words}");
        }
    }
    after(&folder);
    // Some keep nothing.
    let gone = !folder.exists() || clear_progress(&folder).unwrap();
    assert!(gone, "something is left in {}", folder.display());
}
