//! What is seen of trained path integrators: gates, disorder, what models miss, ways that are given.

use faer::Mat;
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::tasks::navigation::{Map, Normalisation, Place, Retina, World};
use nullcline::training::layers::{Layer, Layers};
use nullcline::training::navigation::{
    Course, Cues, Gate, Glimpses, Integrator, Modelled, Module, Modules, Recurrence, Sampler, Teacher,
    Teaching, Weights, disordered, log_kept, representations, told,
};

const M: usize = 6;

fn modules(gate: Gate) -> Modules {
    let two = |d, h, o| Layers::new(vec![Layer::relu(d, h), Layer::linear(h, o)]);
    let (seen, out) = if gate == Gate::Softmax { (2 * M, 2) } else { (M, 1) };
    Modules::new(two(108, 9, M), two(2, 5, M), two(2 * M, 8, M), two(2 * M, 7, 2), two(seen, 5, out), gate)
}

struct Eye {
    world: World,
    retina: Retina,
}

impl Eye {
    fn new(map: &str) -> Self {
        let world = World::new(Map::named(map).unwrap(), None).unwrap();
        Self { world, retina: Retina::new(6, [0.3, 0.5], Normalisation::MeanSquare) }
    }

    fn sampler(&self) -> Sampler<'_> {
        Sampler {
            world: &self.world,
            retina: &self.retina,
            spread: 0.5,
            cues: Cues::default(),
            representation: M,
        }
    }
}

const COURSE: Course =
    Course { count: 8, steps: 12, glimpses: Glimpses::Every { first: 1, period: 3 }, seed: 97 };

/// The gate of an image is that of the way that meets it, whichever the gate is; ways that are given are those of the course.
#[test]
fn gates_of_images_are_those_of_ways() {
    let eye = Eye::new("SnakePath");
    let sampler = eye.sampler();
    for gate in [Gate::Softmax, Gate::Sigmoid] {
        let modules = modules(gate);
        let theta: Vec<f64> = modules.draw(5);
        let mut integrator = Integrator::new(modules);
        let ways = COURSE.ways(&mut integrator, &theta, &sampler, 0, 8);
        for way in &ways {
            let seen = representations(&integrator, &theta, &sampler, &way.trajectory.places[1..]);
            let found = log_kept(&mut integrator, &theta, seen.as_ref());
            for (t, (found, (fresh, there))) in found.iter().zip(&way.resets).enumerate() {
                assert_eq!(*there, t % 3 == 0);
                assert!((way.log_kept[t].exp() + fresh - 1.0).abs() < 1e-12);
                // Representations are kept in single precision.
                assert!(!there || (found - way.log_kept[t]).abs() < 1e-5, "{found} {}", way.log_kept[t]);
            }
        }
        let given = ways[2..5].iter().map(|w| w.trajectory.clone()).collect();
        let again = COURSE.along(&mut integrator, &theta, &sampler, 2, given);
        for (a, b) in again.iter().zip(&ways[2..]) {
            assert!(a.trajectory == b.trajectory && a.told == b.told && a.states == b.states);
        }
    }
}

/// What I tells of two images is what the network tells that stands still at the second.
#[test]
fn pairs_are_told_as_on_a_way() {
    let eye = Eye::new("SnakePath");
    let sampler = eye.sampler();
    let modules = modules(Gate::Sigmoid);
    let mut theta: Vec<f64> = modules.draw(6);
    // A gate that keeps nothing: the state is what is seen.
    let gate = modules.range(Module::Gate);
    let last = gate.end - 1;
    theta[gate].fill(0.0);
    theta[last] = -50.0;
    let mut integrator = Integrator::new(modules.clone());
    let course = Course { glimpses: Glimpses::Chance(1.0), ..COURSE };
    for way in course.ways(&mut integrator, &theta, &sampler, 0, 3) {
        let seen = representations(&integrator, &theta, &sampler, &way.trajectory.places);
        let first = Mat::from_fn(M, 12, |i, _| seen[(i, 0)]);
        let found = told(&modules, &theta, first.as_ref(), seen.subcols(1, 12));
        for (a, b) in found.iter().zip(&way.told) {
            assert!((0..2).all(|i| (a[i] - b[i]).abs() < 1e-5), "{a:?} {b:?}");
        }
    }
}

/// Gates of a memory lie between nought and one, and one cell's are those of its formula.
#[test]
fn gates_of_memories_are_told() {
    let eye = Eye::new("SnakePath");
    let modules = modules(Gate::Sigmoid).with(Recurrence::Memory);
    let mut theta: Vec<f64> = modules.draw(7);
    // Without weights, gates are their biases' logistic functions.
    let range = modules.range(Module::Memory);
    let own = &mut theta[range];
    let biases = own.len() - 8 * M;
    own.fill(0.0);
    own[biases..biases + M].fill(0.5);
    own[biases + M..biases + 2 * M].fill(-1.5);
    let mut integrator = Integrator::new(modules);
    let ways = COURSE.ways(&mut integrator, &theta, &eye.sampler(), 0, 2);
    let logistic = |a: f64| 1.0 / (1.0 + (-a).exp());
    for way in ways {
        assert_eq!((way.gates.nrows(), way.gates.ncols()), (2 * M, 12));
        assert!(way.log_kept.iter().all(|v| v.is_nan()));
        for t in 0..12 {
            for (row, known) in [(0, logistic(0.5)), (M, logistic(-1.5))] {
                assert!((f64::from(way.gates[(row, t)]) - known).abs() < 1e-6);
            }
        }
    }
}

/// A share of the numbers changes places, and no number is lost.
#[test]
fn disorder_keeps_the_numbers() {
    let seen = normal_matrix(&mut stream(3, Use::Fixture, 0), 40, 30);
    let seen = Mat::from_fn(40, 30, |i, j| seen[(i, j)] as f32);
    let of = |share| disordered(&seen, share, &mut stream(4, Use::Fixture, 0));
    assert!(of(0.0) == seen);
    for share in [0.25, 1.0] {
        let found = of(share);
        let mut moved = 0;
        for j in 0..30 {
            let sorted = |m: &Mat<f32>| {
                let mut all: Vec<f32> = m.col(j).iter().copied().collect();
                all.sort_by(f32::total_cmp);
                all
            };
            assert!(sorted(&found) == sorted(&seen));
            moved += (0..40).filter(|i| found[(*i, j)].to_bits() != seen[(*i, j)].to_bits()).count();
        }
        // One number of a random order stays, in the mean, whatever there are: 30 sets lose 30, give or take six.
        let expected = share * 1200.0 - 30.0;
        assert!((moved as f64 - expected).abs() < 25.0, "{moved}");
    }
}

/// A network that says nothing errs by how far it went; one that tells nothing of places has no spread.
#[test]
fn models_that_know_nothing_miss_everything() {
    let eye = Eye::new("SnakePath");
    let sampler = eye.sampler();
    let modules = modules(Gate::Sigmoid);
    let (nothing, drawn): (Vec<f64>, Vec<f64>) = (vec![0.0; modules.parameters()], modules.draw(8));
    let integrator = Integrator::new(modules.clone());
    let found = Modelled::of(&integrator, &nothing, &sampler, 4000);
    assert!(found.spread == 0.0 && !found.direct.value.is_finite());
    let ways = eye.world.wanders(5, 0, 4000, 1, 0.5);
    let mean = nullcline::numbers::Estimate::mean;
    let moved = mean(ways.iter().map(|w| w.actions[0][0].hypot(w.actions[0][1])).collect::<Vec<_>>());
    let apart = |a: nullcline::numbers::Estimate, b: nullcline::numbers::Estimate| {
        (a.value - b.value).abs() / a.error().hypot(b.error())
    };
    assert!(apart(found.inverse, moved) < 4.0, "{found:?} {moved:?}");
    let plane = |p: &Place| eye.world.map().plane(p.room, p.at);
    let far = mean(
        (0..4000)
            .map(|k| {
                let (a, b) = (plane(&ways[k].places[0]), plane(&ways[(k + 1) % 4000].places[1]));
                (a[0] - b[0]).hypot(a[1] - b[1])
            })
            .collect::<Vec<_>>(),
    );
    assert!(apart(found.anywhere, far) < 4.0, "{found:?} {far:?}");
    // D without weights says its constant, the mean of nothing: it misses all of the variance, and the mean besides.
    let mut constant = drawn.clone();
    constant[modules.range(Module::Direct)].fill(0.0);
    let found = Modelled::of(&integrator, &constant, &sampler, 500);
    assert!(found.spread > 0.0 && found.direct.value >= 1.0, "{found:?}");
}

/// Losses of weight zero are watched at validations, and have no part in what is judged.
#[test]
fn what_is_not_learned_is_watched() {
    let eye = Eye::new("DonutPath");
    let weights = Weights { integration: 1.0, direct: 0.0, inverse: 0.0 };
    let teaching =
        Teaching { walks: [4, 5], transitions: 16, steps: 20, first: 0, weights, ..Teaching::default() };
    let of = |modules: Modules| {
        let mut teacher = Teacher::new(Integrator::<f32>::new(modules), eye.sampler(), &teaching);
        let mut lesson = teacher.start();
        teacher.run(&mut lesson, &mut |_| true);
        lesson.curve
    };
    for row in of(modules(Gate::Sigmoid)) {
        assert!(row.held.direct > 0.0 && row.held.inverse > 0.0, "{row:?}");
        assert!((row.validation - row.held.integration).abs() < 1e-12, "{row:?}");
    }
    // A memory has no models.
    let memory = of(modules(Gate::Sigmoid).with(Recurrence::Memory));
    assert!(memory.iter().all(|r| r.held.direct == 0.0 && r.held.integration > 0.0));
}
