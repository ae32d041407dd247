//! Fixed points of the three-bit flip-flop GRU in `datasets/`, from 512 starts: all 27.

use nullcline::diagnostics::dynamics::fixed_points::{Label, Options, fixed_points};
use nullcline::diagnostics::dynamics::trajectories::{Inputs, random_states, trajectories};
use nullcline::io::tensors::read;
use nullcline::systems::checkpoint::{Spec, load};
use std::path::Path;

fn main() {
    nullcline::linalg::sequential();
    divan::main();
}

#[divan::bench]
fn flip_flop_gru(bencher: divan::Bencher) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/flipflop_gru.safetensors");
    let network = load(&read(&path).unwrap(), &Spec::default()).unwrap();
    let system = network.system.as_ref();
    let start = random_states(system, 32, 1);
    let states = trajectories(system, start.as_ref(), &Inputs::Constant(vec![0.0; 3]), 200).pooled();
    let options = Options::for_dimension(32);
    bencher.bench_local(|| {
        let found = fixed_points(system, states.as_ref(), &[0.0; 3], &options, &|| ());
        let fixed = found.points.iter().filter(|p| p.label == Label::Fixed).count();
        assert_eq!((options.starts, fixed), (512, 27));
    });
}
