//! Tasks that are played step by step.

use nullcline::tasks::ibl::{Ibl as Task, Play};
use nullcline::tasks::navigation::{GridWorld, Map, Normalisation, Retina, Visit, World};
use nullcline::tasks::{Environment, Episode};
use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is kept as long as the program runs, once however often it is asked for: episodes look at it.
fn kept<T: PartialEq + Send + Sync>(all: &Mutex<Vec<&'static T>>, one: T) -> &'static T {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.iter().find(|k| ***k == one) {
        return known;
    }
    let new: &'static T = Box::leak(Box::new(one));
    all.push(new);
    new
}

static WORLDS: Mutex<Vec<&'static GridWorld>> = Mutex::new(vec![]);
static TASKS: Mutex<Vec<&'static Task>> = Mutex::new(vec![]);

type Observation<'py> = Bound<'py, PyArray1<f64>>;
/// Observation, reward, whether the task is over, whether the time is.
type Stepped<'py> = (Observation<'py>, f64, bool, bool);

fn lock<T>(episode: &Mutex<T>) -> MutexGuard<'_, T> {
    episode.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An episode with what it showed last, and whether it is over.
struct Shown<E> {
    episode: E,
    seen: Vec<f64>,
    over: bool,
}

/// The episode under way, for an action that is one.
fn under_way<E>(shown: &mut Option<Shown<E>>, action: [f64; 2]) -> PyResult<&mut Shown<E>> {
    if action.iter().any(|v| !v.is_finite()) {
        return Err(PyValueError::new_err(format!(
            "step: found the action {action:?}, expected finite numbers"
        )));
    }
    let shown = shown.as_mut().filter(|s| !s.over);
    shown.ok_or_else(|| PyValueError::new_err("step: found no episode under way, expected reset() before"))
}

/// Blocks of a session at most.
const MOST: usize = 100_000;

/// The episodes of the continuous grid world.
#[pyclass(frozen)]
pub struct Navigate {
    world: &'static GridWorld,
    episode: Mutex<Option<Shown<Visit<'static>>>>,
}

#[pymethods]
impl Navigate {
    /// A map by name, or as TOML text.
    #[new]
    fn new(
        map: &str,
        text: Option<&str>,
        goal: Option<&str>,
        steps: usize,
        retina: &str,
        cells: usize,
    ) -> PyResult<Self> {
        let wrong = |e: &dyn std::fmt::Display| PyValueError::new_err(format!("map = {map}: {e}"));
        let map = match text {
            Some(text) => Map::parse(text),
            None => Map::named(map),
        };
        let map = map.map_err(|e| wrong(&e))?;
        let world = World::new(map, goal).map_err(|e| wrong(&e))?;
        let (widths, normalisation) = match retina {
            "coded" => ([0.3, 0.5], Normalisation::MeanSquare),
            "printed" => ([0.4, 0.5], Normalisation::Norm),
            other => {
                return Err(PyValueError::new_err(format!("retina = {other}: expected coded or printed")));
            }
        };
        if !(2..=1024).contains(&cells) || steps == 0 {
            return Err(PyValueError::new_err(format!(
                "cells = {cells}, steps = {steps}: expected from 2 to 1024 cells, and one step at least"
            )));
        }
        let world = GridWorld { world, retina: Retina::new(cells, widths, normalisation), steps };
        Ok(Self { world: kept(&WORLDS, world), episode: Mutex::new(None) })
    }

    /// Length of an observation.
    #[getter]
    fn inputs(&self) -> usize {
        self.world.inputs()
    }

    /// Begins episode `index` of a seed.
    fn reset<'py>(&self, py: Python<'py>, seed: u64, index: u64) -> Observation<'py> {
        let mut seen = vec![0.0; self.world.inputs()];
        let visit = self.world.reset(seed, index, &mut seen);
        *lock(&self.episode) = Some(Shown { episode: visit, seen: seen.clone(), over: false });
        seen.into_pyarray(py)
    }

    /// Moves by an action.
    fn step<'py>(&self, py: Python<'py>, action: [f64; 2]) -> PyResult<Stepped<'py>> {
        let mut episode = lock(&self.episode);
        let Shown { episode, seen, over } = under_way(&mut episode, action)?;
        let reaction = episode.step(&action, seen);
        let reached = self.world.world.reached(episode.place());
        *over = reaction.done;
        Ok((seen.clone().into_pyarray(py), reaction.reward, reached, reaction.done && !reached))
    }

    /// The room and the place in it, in sides of a room from its middle, of the episode under way or over.
    #[getter]
    fn place(&self) -> Option<(usize, [f64; 2])> {
        lock(&self.episode).as_ref().map(|s| (s.episode.place().room, s.episode.place().at))
    }
}

/// The episodes of the decision task of the International Brain Laboratory.
#[pyclass(frozen)]
pub struct Ibl {
    task: &'static Task,
    episode: Mutex<Option<Shown<Play<'static>>>>,
}

#[pymethods]
impl Ibl {
    /// The task of the program or of the paper's text, of so many blocks.
    #[new]
    fn new(task: &str, blocks: usize) -> PyResult<Self> {
        if !(1..=MOST).contains(&blocks) {
            return Err(PyValueError::new_err(format!("blocks = {blocks}: expected from 1 to {MOST}")));
        }
        let task = match task {
            "coded" => Task::coded(blocks),
            "printed" => Task::printed(blocks),
            other => {
                return Err(PyValueError::new_err(format!("reading = {other}: expected coded or printed")));
            }
        };
        Ok(Self { task: kept(&TASKS, task), episode: Mutex::new(None) })
    }

    /// Length of an observation.
    #[getter]
    fn inputs(&self) -> usize {
        self.task.inputs()
    }

    /// Begins session `index` of a seed.
    fn reset<'py>(&self, py: Python<'py>, seed: u64, index: u64) -> Observation<'py> {
        let mut seen = vec![0.0; self.task.inputs()];
        let play = self.task.reset(seed, index, &mut seen);
        *lock(&self.episode) = Some(Shown { episode: play, seen: seen.clone(), over: false });
        seen.into_pyarray(py)
    }

    /// Answers a step by the probabilities of left and right.
    fn step<'py>(&self, py: Python<'py>, action: [f64; 2]) -> PyResult<Stepped<'py>> {
        let mut episode = lock(&self.episode);
        let Shown { episode, seen, over } = under_way(&mut episode, action)?;
        let reaction = episode.step(&action, seen);
        *over = reaction.done;
        Ok((seen.clone().into_pyarray(py), reaction.reward, reaction.done, false))
    }

    /// The number of the trial and its true side (0 left, 1 right), while a session is under way.
    #[getter]
    fn trial(&self) -> Option<(usize, usize)> {
        let episode = lock(&self.episode);
        episode.as_ref().filter(|s| !s.over).map(|s| (s.episode.trial(), s.episode.side().index()))
    }
}
