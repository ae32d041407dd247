//! A training step of the resetting path integrator, and its parts: 32 trajectories of 40 actions and 512 transitions (B.3.2).

use divan::Bencher;
use nullcline::tasks::navigation::{Map, Retina, World};
use nullcline::training::navigation::{
    Averaging, Cues, Integrator, Modules, Sampler, Transitions, Walks, Weights,
};
use nullcline::training::optimiser::{Method, Optimiser};

fn main() {
    divan::main();
}

fn batch(world: &World, retina: &Retina, modules: &Modules) -> (Walks<f32>, Transitions<f32>) {
    let representation = modules.representation();
    let sampler = Sampler { world, retina, spread: 0.5, cues: Cues::default(), representation };
    (sampler.walks(1, 0, 32, 40), sampler.transitions(1, 0, 512))
}

fn place() -> (World, Retina) {
    (World::new(Map::named("SnakePath").expect("a map"), None).expect("a world"), Retina::coded())
}

/// Drawing a batch.
#[divan::bench(sample_count = 5)]
fn sample(bencher: Bencher) {
    let ((world, retina), modules) = (place(), Modules::coded(64));
    bencher.bench_local(|| batch(&world, &retina, &modules));
}

/// Gradient and step of Adam, in f32 on all threads, of the program's modules or the thesis's.
#[divan::bench(sample_count = 5, args = ["coded", "printed"])]
fn step(bencher: Bencher, which: &str) {
    let (world, retina) = place();
    let modules = if which == "coded" { Modules::coded(64) } else { Modules::printed(64) };
    let (walks, transitions) = batch(&world, &retina, &modules);
    let mut theta: Vec<f32> = modules.draw(1);
    let mut grad = vec![0f32; theta.len()];
    let mut adam = Optimiser::new(Method::ADAM, theta.len());
    let mut integrator = Integrator::new(modules);
    let (walks, transitions) = (Some(&walks), Some(&transitions));
    bencher.bench_local(|| {
        grad.fill(0.0);
        integrator.gradient(&theta, walks, transitions, &Weights::default(), Averaging::Coded, &mut grad);
        adam.step(&mut theta, &grad, 1e-3);
    });
}
