//! A study as a job.

use super::claims;
use super::{AboutStudy, Error, Findings, Preset, Settings, Study, Tested, named};
use clap::Args;
use nullcline_core::analyses::limits::seed;
use nullcline_core::analyses::training::{claim_progress, clear_progress};
use nullcline_core::analyses::written;
use nullcline_core::job::{Desk, Job, identity};
use nullcline_report::folder::Origin;
use nullcline_report::report::{Report, Told};
use nullcline_report::runner::Failure;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Tests what a paper claims with one figure or table.
#[derive(Args, Clone, Debug, Serialize)]
pub struct TestStudy {
    /// A figure or table, as park2023/fig3
    pub study: String,
    /// Its size, and what it may use.
    #[command(flatten)]
    #[serde(flatten)]
    pub asked: Asked,
    /// A study of one's own, in place of the one of that name.
    #[arg(skip)]
    #[serde(skip)]
    pub own: Option<Study>,
}
nullcline_core::settings!(TestStudy, "study");

/// What every study is asked for.
#[derive(Args, Clone, Debug, Serialize)]
pub struct Asked {
    /// How large: quick (a minute or so) or paper (the paper's sizes)
    #[arg(long, value_name = "PRESET", default_value = "quick")]
    pub preset: String,
    /// Reproduce the published numbers by the authors' procedure too, beside the right ones
    #[arg(long)]
    pub as_published: bool,
    /// Folder of the authors' files, for what needs them
    #[arg(long, value_name = "DIR")]
    #[serde(serialize_with = "written::given")]
    pub data: Option<PathBuf>,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
}

impl TestStudy {
    /// The study, and its size.
    ///
    /// # Errors
    /// Names that there are not.
    fn checked(&self) -> Result<(Study, Preset), Error> {
        let preset = Preset::parse(&self.asked.preset).ok_or_else(|| {
            Error::Setting(format!("--preset {}: expected quick or paper", self.asked.preset))
        })?;
        if let Some(own) = self.own {
            return Ok((own, preset));
        }
        match &named(&self.study)?[..] {
            [one] if one.name == self.study => Ok((*one, preset)),
            _ => Err(Error::Setting(format!("{}: expected one figure or table of it", self.study))),
        }
    }
}

impl Job for TestStudy {
    const NAME: &'static str = "study";
    const RESUMES: bool = true;
    type Found = Tested;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        self.asked.data.iter().map(PathBuf::as_path).collect()
    }

    /// That of the largest networks that a preset trains.
    fn memory(&self) -> u64 {
        if self.asked.preset == Preset::Paper.name() { 4 << 30 } else { 1 << 30 }
    }

    fn check(&self) -> Result<(), Error> {
        self.checked()?;
        match self.asked.data.as_ref().filter(|d| !d.is_dir()) {
            Some(data) => Err(Error::Data(data.clone())),
            None => Ok(()),
        }
    }

    fn own(&self, folder: &Path) -> Result<PathBuf, Error> {
        Ok(folder.join(&identity(self)?[..16]))
    }

    fn run(&self, desk: &Desk) -> Result<Tested, Error> {
        nullcline_core::linalg::sequential();
        let (study, preset) = self.checked()?;
        let progress = match desk.unfinished {
            Some(folder) => folder.to_path_buf(),
            None => self.own(&std::env::temp_dir().join(format!("nullcline-{}", std::process::id())))?,
        };
        let lock = claim_progress(&progress)?;
        let settings = Settings {
            preset,
            seed: self.asked.seed,
            as_published: self.asked.as_published,
            data: self.asked.data.clone(),
            shared: desk.shared.map_or_else(|| progress.clone(), Path::to_path_buf),
            progress,
        };
        let found = (study.run)(&settings, desk.observer);
        drop(lock);
        if desk.unfinished.is_none() {
            // Nobody could go on with it.
            let _ = clear_progress(&settings.progress);
        }
        let about = AboutStudy {
            study: study.name,
            preset,
            as_published: settings.as_published,
            data: settings.data.map(|d| d.display().to_string()),
        };
        Ok(Tested { about, findings: found? })
    }
}

impl Report for TestStudy {
    fn origin(&self, _: &Path) -> Result<Origin, Error> {
        let (study, preset) = self.checked()?;
        Ok(Origin::named("study", &[study.name, preset.name()]))
    }

    fn name(&self) -> Result<String, Error> {
        Ok(self.study.clone())
    }

    fn tell(&self, found: &Tested) -> Result<Told, Failure> {
        let (study, preset) = self.checked().map_err(Failure::of)?;
        let Findings { claims, answer, sections, warnings, .. } = &found.findings;
        let mut facts: Vec<(String, String)> =
            vec![("Study".into(), study.name.into()), ("Preset".into(), preset.name().into())];
        facts.extend(found.about.data.clone().map(|d| ("Authors' files".into(), d)));
        Ok(Told {
            title: study.title.into(),
            subject: format!("{}: {}", study.name, study.title),
            facts,
            seed: self.asked.seed,
            findings: vec![answer.clone()],
            answer: if *answer == claims::answer(claims) { claims::answers(claims) } else { vec![] },
            claims: claims::rows(claims),
            warnings: warnings.clone(),
            modules: sections.iter().cloned().map(Into::into).collect(),
            tables: vec![claims::table(claims, preset)],
            ..Told::default()
        })
    }
}
