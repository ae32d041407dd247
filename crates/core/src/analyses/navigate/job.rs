//! `train navigate`: a plan to a network that was tested.

use super::TrainNavigator;
use super::file::tensors;
use super::options::map_file;
use super::plan::NavigatorPlan;
use crate::analyses::Error;
use crate::analyses::training::Progress;
use crate::io::tensors::Tensor;
use crate::job::{Desk, Job};
use crate::tasks::navigation::Map;
use crate::training::navigation::{
    Integrator, Lesson, LessonRow, Modelled, Module, Recurrence, Teacher, Walked, Way,
};
use crate::training::trainer::Stopped;
use serde_json::Value;
use std::path::Path;
use std::time::Instant;

/// Trajectories that are kept whole.
const SHOWN: usize = 32;
/// Transitions on which models are measured, at least.
const TRANSITIONS: usize = 512;

/// What was found on one course.
#[derive(Clone, Debug)]
pub struct CourseRun {
    /// `images`, `no images`.
    pub name: &'static str,
    /// What was found.
    pub walked: Walked,
    /// Its first trajectories.
    pub ways: Vec<Way>,
}

/// A path integrator that was trained.
pub struct TrainedNavigator {
    /// What was trained, in a line.
    pub description: String,
    /// Names and values of all settings.
    pub settings: Vec<(String, Value)>,
    /// The map.
    pub map: Map,
    /// The parameters of the best validation that have a part in it, by PyTorch's names.
    pub tensors: Vec<Tensor>,
    /// How many numbers those are.
    pub parameters: usize,
    /// A row for each validation, the first from before training.
    pub curve: Vec<LessonRow>,
    /// Its step, and the mean of validations there.
    pub best_step: u64,
    /// As told.
    pub best_loss: f64,
    /// Why it ended.
    pub stopped: Stopped,
    /// The tests.
    pub courses: Vec<CourseRun>,
    /// What its models do, before training where it began with a network's modules, and after; of networks that have models.
    pub models: [Option<Modelled>; 2],
    /// Whether it was found half done, or damaged in part.
    pub notes: Vec<String>,
}

impl Job for TrainNavigator {
    const NAME: &'static str = "train.navigate";
    const RESUMES: bool = true;
    type Found = TrainedNavigator;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        map_file(&self.map).into_iter().chain(self.from.as_deref()).collect()
    }

    /// Images of a batch through all layers of the encoder, and back.
    fn memory(&self) -> u64 {
        1 << 30
    }

    fn check(&self) -> Result<(), Error> {
        self.plan().map(drop)
    }

    fn run(&self, desk: &Desk) -> Result<TrainedNavigator, Error> {
        crate::linalg::sequential();
        let plan = self.plan()?;
        let mut progress = Progress::open(desk.unfinished, &plan.describe(), desk.restart)?;
        let found = trained(&plan, &mut progress, desk);
        let (lesson, notes) = progress.unless_diverged(found)?;
        let notes = self.taken(&plan).into_iter().chain(notes).collect();
        Ok(tested(&plan, lesson, notes, desk))
    }
}

impl TrainNavigator {
    /// What was taken from another network, and what was not.
    fn taken(&self, plan: &NavigatorPlan) -> Option<String> {
        let file = self.from.as_ref()?;
        let of = |there: bool| -> Vec<&str> {
            let used = Module::ALL.into_iter().filter(|m| plan.modules.uses(*m, plan.models()));
            used.map(Module::name).filter(|n| plan.taken.contains(n) == there).collect()
        };
        let drawn = of(false);
        let drawn = if drawn.is_empty() { "nothing".into() } else { drawn.join(", ") };
        Some(format!("taken from {}: {}; drawn: {drawn}", file.display(), of(true).join(", ")))
    }
}

/// Trains `plan`, its progress and its end kept in `folder`, if there is one: what is done there already is not done again.
///
/// # Errors
/// A training that diverges; a folder that belongs to another plan or cannot be used.
pub fn train_plan(plan: &NavigatorPlan, desk: &Desk) -> Result<Lesson<f32>, Error> {
    let mut progress = Progress::open(desk.unfinished, &plan.describe(), desk.restart)?;
    let found = trained(plan, &mut progress, desk);
    progress.unless_diverged(found).map(|(lesson, _)| lesson)
}

fn trained(
    plan: &NavigatorPlan,
    progress: &mut Progress,
    desk: &Desk,
) -> Result<(Lesson<f32>, Vec<String>), Error> {
    let mut teacher = Teacher::new(Integrator::new(plan.modules.clone()), plan.sampler(), &plan.teaching);
    let mut found = progress.load::<Lesson<f32>>(())?;
    if let Some(l) = found.state.as_ref().filter(|l| l.stopped.is_none()) {
        found.notes.push(format!("going on from step {}", l.steps));
    }
    let start = || plan.start.clone().map_or_else(|| teacher.start(), Lesson::new);
    let mut lesson = found.state.unwrap_or_else(start);
    desk.observer.start("training", plan.teaching.steps);
    let (mut last, mut result) = (Instant::now(), Ok(()));
    teacher.run(&mut lesson, &mut |lesson| {
        desk.observer.at(lesson.steps);
        if let Some(row) = lesson.curve.last() {
            desk.observer.say(&format!("loss {:.3e}", row.validation));
        }
        if last.elapsed() >= desk.checkpoint {
            last = Instant::now();
            result = progress.save(lesson);
        }
        result.is_ok()
    });
    result?;
    if let Some(Stopped::Diverged { .. }) = lesson.stopped {
        let message = format!(
            "training diverged in step {}: the loss or its gradient is not finite; lower --rates, {:?} now, --weights or --noise",
            lesson.steps + 1,
            plan.teaching.rates.0
        );
        return Err(Error::Numbers(message));
    }
    progress.finish(&lesson)?;
    desk.observer.finish();
    Ok((lesson, found.notes))
}

fn tested(plan: &NavigatorPlan, lesson: Lesson<f32>, notes: Vec<String>, desk: &Desk) -> TrainedNavigator {
    let (theta, sampler) = (&lesson.best, plan.sampler());
    let mut integrator = Integrator::new(plan.modules.clone());
    let tensors = tensors(&plan.modules, theta, plan.models());
    let models = [plan.start.as_ref(), Some(theta)].map(|theta| {
        let has = plan.modules.recurrence() == Recurrence::Resetting || plan.models();
        let theta = theta.filter(|_| has)?;
        Some(Modelled::of(&integrator, theta, &sampler, plan.teaching.transitions.max(TRANSITIONS)))
    });
    let courses = plan.courses().into_iter().map(|(name, course)| {
        desk.observer.start(&format!("testing, {name}"), course.count as u64);
        let walked = course.walk(&mut integrator, theta, &sampler, &|k| desk.observer.at(k as u64));
        let ways = course.ways(&mut integrator, theta, &sampler, 0, SHOWN.min(course.count));
        desk.observer.finish();
        CourseRun { name, walked, ways }
    });
    TrainedNavigator {
        description: plan.subject(),
        settings: plan.describe(),
        map: plan.world.map().clone(),
        parameters: tensors.iter().map(|t| t.data.len()).sum(),
        tensors,
        courses: courses.collect(),
        models,
        curve: lesson.curve,
        best_step: lesson.best_step,
        best_loss: lesson.best_loss,
        stopped: lesson.stopped.unwrap_or(Stopped::Epochs),
        notes,
    }
}
