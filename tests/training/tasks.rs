//! Tasks: exact structure, chance losses, statistics, and items that do not depend on their batch.

#![allow(clippy::float_cmp)]

use faer::Mat;
use nullcline::numbers::Estimate;
use nullcline::tasks::{
    Batch, Code, CopyMemory, Counted, Digits, DigitsError, Error, FlipFlop, HeadCells, HeadDirection, NAMES,
    Options, PermutedDigits, PlaceCells, Position, Shown, Sine, Sizes, Split, Targets, Task,
    TemporalOrdering, Turning, Walk, build,
};

const SIZES: Sizes = Sizes { train: 400, validation: 20, test: 30 };

/// The symbol shown at step `t` of sequence `j`, if one is; nothing but zeros and one 1.
fn shown(batch: &Batch, t: usize, j: usize) -> Option<usize> {
    let column = t * batch.sequences + j;
    let values: Vec<f64> = (0..batch.inputs.nrows()).map(|i| batch.inputs[(i, column)]).collect();
    let ones: Vec<usize> = (0..values.len()).filter(|&i| values[i] == 1.0).collect();
    assert_eq!(values.iter().filter(|&&v| v != 0.0).count(), ones.len());
    assert!(ones.len() <= 1);
    ones.first().copied()
}

fn classes(batch: &Batch) -> &[u32] {
    match &batch.targets {
        Targets::Classes(classes) => classes,
        Targets::Values(_) => panic!("values"),
    }
}

fn values(batch: &Batch, row: usize, t: usize, j: usize) -> f64 {
    match &batch.targets {
        Targets::Values(values) => values[(row, t * batch.sequences + j)],
        Targets::Classes(_) => panic!("classes"),
    }
}

fn some_digits(count: usize, pixels: usize) -> Digits {
    let values = (0..count * pixels).map(|i| (i * 37 % 256) as u8).collect();
    Digits { pixels, values, labels: (0..count).map(|i| (i * 7 % 10) as u8).collect() }
}

/// One of each.
fn every() -> Vec<Box<dyn Task>> {
    NAMES
        .into_iter()
        .map(|name| {
            let digits = (name == "permuted-mnist").then(|| (some_digits(450, 20), some_digits(40, 20)));
            build(name, Options { sizes: Some(SIZES), digits, ..Options::default() }, 3).unwrap()
        })
        .collect()
}

#[test]
fn shapes_and_names() {
    for (task, name) in every().iter().zip(NAMES) {
        assert_eq!(task.name(), name);
        let sizes = [Split::Train, Split::Validation, Split::Test].map(|s| task.size(s));
        assert_eq!(sizes, [400, 20, 30], "{name}");
        let batch = task.batch(Split::Train, &[5, 2, 5]);
        let columns = task.steps() * 3;
        assert_eq!((batch.steps, batch.sequences), (task.steps(), 3));
        assert_eq!((batch.inputs.nrows(), batch.inputs.ncols()), (task.inputs(), columns));
        assert_eq!(batch.weights.len(), columns);
        match &batch.targets {
            Targets::Classes(c) => {
                assert_eq!(c.len(), columns);
                assert!(c.iter().all(|&c| (c as usize) < task.outputs()));
            }
            Targets::Values(v) => assert_eq!((v.nrows(), v.ncols()), (task.outputs(), columns)),
        }
    }
}

#[test]
fn an_item_does_not_depend_on_its_batch() {
    for task in every() {
        let alone = task.batch(Split::Validation, &[7]);
        let among = task.batch(Split::Validation, &[3, 11, 7, 0]);
        for t in 0..task.steps() {
            let column = 4 * t + 2;
            assert_eq!(alone.inputs.col(t), among.inputs.col(column), "{}", task.name());
            assert_eq!(alone.weights[t].to_bits(), among.weights[column].to_bits());
            match (&alone.targets, &among.targets) {
                (Targets::Classes(a), Targets::Classes(b)) => assert_eq!(a[t], b[column]),
                (Targets::Values(a), Targets::Values(b)) => assert_eq!(a.col(t), b.col(column)),
                _ => panic!("targets of two kinds"),
            }
        }
        let other = task.batch(Split::Test, &[7]);
        assert_ne!((alone.inputs, alone.targets), (other.inputs, other.targets), "{}", task.name());
    }
}

#[test]
fn copy_memory_as_written() {
    for (counted, due) in [(Counted::Recall, 0.0), (Counted::All, 1.0)] {
        let task = CopyMemory::new(5, counted, SIZES, 1);
        assert_eq!((task.inputs(), task.outputs(), task.steps()), (10, 9, 25));
        let batch = task.batch(Split::Train, &[0, 9]);
        for j in 0..2 {
            let at = |t: usize| t * 2 + j;
            for t in 0..25 {
                let symbol = shown(&batch, t, j).unwrap();
                match t {
                    0..10 => assert!(symbol < 8),
                    15 => assert_eq!(symbol, 9),
                    _ => assert_eq!(symbol, 8),
                }
                let class = if t < 15 { 8 } else { shown(&batch, t - 15, j).unwrap() };
                assert_eq!(classes(&batch)[at(t)] as usize, class);
                assert_eq!(batch.weights[at(t)], if t < 15 { due } else { 1.0 });
            }
        }
    }
}

#[test]
fn fewer_tokens_are_recalled_as_fewer() {
    let task = CopyMemory::new(5, Counted::All, SIZES, 1).of(3);
    assert_eq!(task.steps(), 11);
    assert!((task.chance() - 3.0 * 8f64.ln() / 11.0).abs() < 1e-15);
    let batch = task.batch(Split::Train, &[4]);
    assert_eq!(shown(&batch, 8, 0), Some(9));
    assert!((0..3).all(|i| classes(&batch)[8 + i] as usize == shown(&batch, i, 0).unwrap()));
}

#[test]
fn random_delay_reaches_both_ends_and_counts_nothing_after() {
    let task = CopyMemory::random_delay(100..=120, Counted::All, SIZES, 1);
    assert_eq!(task.steps(), 140);
    let items: Vec<usize> = (0..400).collect();
    let batch = task.batch(Split::Train, &items);
    let mut delays = [0usize; 21];
    for j in 0..400 {
        let start = (0..140).find(|&t| shown(&batch, t, j) == Some(9)).unwrap();
        delays[start - 110] += 1;
        for t in 0..140 {
            let inside = t < start + 10;
            assert_eq!(shown(&batch, t, j).is_some(), inside);
            assert_eq!(batch.weights[t * 400 + j], if inside { 1.0 } else { 0.0 });
        }
        let recalled = (0..10).map(|i| classes(&batch)[(start + i) * 400 + j] as usize);
        assert!(recalled.eq((0..10).map(|i| shown(&batch, i, j).unwrap())));
    }
    // 400 draws from 21 values: each 19.0 +- 4.3, here within five standard deviations.
    assert!(delays.iter().all(|&n| (1..=41).contains(&n)), "{delays:?}");
}

#[test]
fn tokens_are_uniform() {
    let task = CopyMemory::new(1, Counted::Recall, SIZES, 1);
    let items: Vec<usize> = (0..400).collect();
    let batch = task.batch(Split::Train, &items);
    let mut counts = [0.0f64; 8];
    for j in 0..400 {
        (0..10).for_each(|t| counts[shown(&batch, t, j).unwrap()] += 1.0);
    }
    // Chi-square with 7 degrees of freedom: above 24.3 with probability 0.001.
    let chi: f64 = counts.iter().map(|c| (c - 500.0).powi(2) / 500.0).sum();
    assert!(chi < 24.3, "{chi}");
}

#[test]
fn temporal_ordering_as_written() {
    let task = TemporalOrdering::new(50..=60, SIZES, 1);
    assert_eq!((task.inputs(), task.outputs(), task.steps()), (7, 4, 82));
    let items: Vec<usize> = (0..400).collect();
    let batch = task.batch(Split::Train, &items);
    let (mut delays, mut seconds, mut asked) = ([0; 61], [0; 21], [0; 4]);
    for j in 0..400 {
        let symbols: Vec<Option<usize>> = (0..82).map(|t| shown(&batch, t, j)).collect();
        let relevant: Vec<usize> = (0..82).filter(|&t| symbols[t].is_some_and(|s| s < 2)).collect();
        let trigger = symbols.iter().position(|&s| s == Some(6)).unwrap();
        let [0, second] = relevant[..] else { panic!("{relevant:?}") };
        seconds[second] += 1;
        delays[trigger - second - 1] += 1;
        let class = 2 * symbols[0].unwrap() + symbols[second].unwrap();
        asked[class] += 1;
        for t in 0..82 {
            assert_eq!(symbols[t].is_some(), t <= trigger);
            assert_eq!(batch.weights[t * 400 + j], if t == trigger { 1.0 } else { 0.0 });
        }
        assert_eq!(classes(&batch)[trigger * 400 + j] as usize, class);
    }
    assert!((0..61).all(|k| (delays[k] > 0) == (50..=60).contains(&k)), "{delays:?}");
    assert!((0..21).all(|k| (seconds[k] > 0) == (10..=20).contains(&k)), "{seconds:?}");
    // 400 draws from 4 classes: each 100 +- 8.7, here within four standard deviations.
    assert!(asked.iter().all(|n| (65..=135).contains(n)), "{asked:?}");
}

#[test]
fn flip_flop_holds_the_last_sign() {
    let task = FlipFlop::new(3, 0.2, 50, SIZES, 1);
    let items: Vec<usize> = (0..200).collect();
    let batch = task.batch(Split::Train, &items);
    let mut pulses = 0.0;
    for j in 0..200 {
        for bit in 0..3 {
            let mut held = 0.0;
            for t in 0..50 {
                let pulse = batch.inputs[(bit, t * 200 + j)];
                assert!([-1.0, 0.0, 1.0].contains(&pulse));
                held = if pulse == 0.0 { held } else { pulse };
                pulses += if t > 0 { pulse.abs() } else { 0.0 };
                assert_eq!(values(&batch, bit, t, j), held);
            }
        }
    }
    // 29,400 draws at 0.2: standard deviation 0.0023.
    assert!((pulses / 29_400.0 - 0.2f64).abs() < 0.01, "{pulses}");
    assert!(batch.weights.iter().all(|&w| w == 1.0));
}

#[test]
fn sine_of_the_frequency_that_the_input_names() {
    let task = Sine::new(0.1, 40, SIZES, 1);
    let items: Vec<usize> = (0..400).collect();
    let batch = task.batch(Split::Train, &items);
    let mut seen = [false; 51];
    for j in 0..400 {
        let input = batch.inputs[(0, j)];
        let index = (input - 0.25) * 51.0;
        seen[index.round() as usize] = true;
        assert!((index - index.round()).abs() < 1e-12);
        for t in 0..40 {
            assert_eq!(batch.inputs[(0, t * 400 + j)], input);
            let expected = ((1.0 + index / 10.0) * 0.1 * (t + 1) as f64).sin();
            assert!((values(&batch, 0, t, j) - expected).abs() < 1e-12);
        }
    }
    assert!(seen.iter().filter(|s| **s).count() >= 48);
}

#[test]
fn pixels_come_in_one_order() {
    let (train, test) = (some_digits(50, 12), some_digits(9, 12));
    let task = PermutedDigits::new(train.clone(), test.clone(), 8, 5).unwrap();
    let mut order = task.order().to_vec();
    let batch = task.batch(Split::Test, &[4]);
    for (t, &pixel) in order.iter().enumerate() {
        assert_eq!(batch.inputs[(0, t)], f64::from(test.values[4 * 12 + pixel]) / 255.0);
        assert_eq!(batch.weights[t], if t == 11 { 1.0 } else { 0.0 });
    }
    assert_eq!(classes(&batch)[11], u32::from(test.labels[4]));
    assert_ne!(order, (0..12).collect::<Vec<_>>());
    order.sort_unstable();
    assert_eq!(order, (0..12).collect::<Vec<_>>());
    // Every training picture is in one of two splits, once: their sums of grey values agree.
    let total = |split| {
        let items: Vec<usize> = (0..task.size(split)).collect();
        let batch = task.batch(split, &items);
        (0..batch.inputs.ncols()).map(|c| (batch.inputs[(0, c)] * 255.0).round() as u64).sum::<u64>()
    };
    let all: u64 = train.values.iter().map(|&v| u64::from(v)).sum();
    assert_eq!(total(Split::Train) + total(Split::Validation), all);
    let few = PermutedDigits::new(train.clone(), test.clone(), 8, 5).unwrap().at_most(10, 3);
    assert_eq!([Split::Train, Split::Validation, Split::Test].map(|s| few.size(s)), [10, 8, 3]);
    assert_eq!(few.batch(Split::Train, &[9]), task.batch(Split::Train, &[9]));
    assert_eq!(few.batch(Split::Validation, &[7]), task.batch(Split::Validation, &[7]));
}

#[test]
fn pictures_that_are_no_task() {
    let new = |train: Digits, test: Digits, held: usize| PermutedDigits::new(train, test, held, 1).err();
    let good = some_digits(20, 9);
    let mut short = good.clone();
    short.values.pop();
    assert!(matches!(new(short, good.clone(), 4), Some(DigitsError::Count { values: 179, labels: 20, .. })));
    let mut label = good.clone();
    label.labels[3] = 10;
    assert_eq!(new(good.clone(), label, 4), Some(DigitsError::Label(3, 10)));
    let wide = DigitsError::Pixels { train: 9, test: 8 };
    assert_eq!(new(good.clone(), some_digits(20, 8), 4), Some(wide));
    assert!(matches!(new(good.clone(), good.clone(), 20), Some(DigitsError::TooFew { .. })));
    assert!(matches!(new(good, some_digits(0, 9), 4), Some(DigitsError::TooFew { test: 0, .. })));
}

/// Loss of outputs that know the task and the step: exact for the tasks whose answers are uniform.
#[test]
fn chance_losses() {
    let ln8 = 8f64.ln();
    let copy = |counted| CopyMemory::new(100, counted, SIZES, 1).chance();
    assert_eq!(copy(Counted::Recall), ln8);
    assert!((copy(Counted::All) - 10.0 * ln8 / 120.0).abs() < 1e-15);
    assert!((TemporalOrdering::new(50..=60, SIZES, 1).chance() - 1.386_294_361_119_890_6).abs() < 1e-15);
    // Ten labels, equally often.
    let digits = PermutedDigits::new(some_digits(30, 4), some_digits(40, 4), 5, 1).unwrap();
    assert!((digits.chance() - 10f64.ln()).abs() < 1e-12);
    // Zero everywhere is the best guess of a random sign.
    assert_eq!(FlipFlop::new(2, 0.1, 10, SIZES, 1).chance(), 1.0);
    // Measured: the mean square distance to the mean over many items.
    let sizes = Sizes { train: 20_000, ..SIZES };
    let sine = Sine::new(0.1, 30, sizes, 1);
    let items: Vec<usize> = (0..20_000).collect();
    let batch = sine.batch(Split::Train, &items);
    let at = |t: usize| (0..20_000).map(move |j| (t, j));
    let spread = |t: usize| {
        let mean = at(t).map(|(t, j)| values(&batch, 0, t, j)).sum::<f64>() / 2e4;
        at(t).map(|(t, j)| (values(&batch, 0, t, j) - mean).powi(2)).sum::<f64>() / 2e4
    };
    let measured = (0..30).map(spread).sum::<f64>() / 30.0;
    assert!((measured - sine.chance()).abs() < 0.01, "{measured} {}", sine.chance());
}

/// The start and the displacements shown up to a step add up to the place that its target codes.
#[test]
fn a_walk_starts_where_its_inputs_begin() {
    for code in [Code::Gaussian, Code::Softmax] {
        let cells = PlaceCells::new(60, 2.2, 0.2, code, 4);
        let task = Position::new(Walk::default(), cells.clone(), Shown::Changes, 40, SIZES, 4);
        let states = Position::new(Walk::default(), cells.clone(), Shown::States, 40, SIZES, 4);
        let (items, mut activity) = ([3, 9], vec![0.0; 60]);
        let (batch, seen) = (task.batch(Split::Test, &items), states.batch(Split::Test, &items));
        let course = task.course(Split::Test, &items);
        let start = batch.start.as_ref().unwrap();
        for (j, item) in items.into_iter().enumerate() {
            let mut at = task.positions(Split::Test, item)[0];
            cells.encode(at, &mut activity);
            assert!((0..60).all(|i| start[(i, j)] == activity[i]));
            for t in 0..40 {
                at = [0, 1].map(|i| at[i] + batch.inputs[(i, 2 * t + j)]);
                let place = [0, 1].map(|i| course[i].1[j * 40 + t]);
                assert!((0..2).all(|i| (place[i] - at[i]).abs() < 1e-12));
                assert!((0..2).all(|i| seen.inputs[(i, 2 * t + j)] == place[i]));
                cells.encode(place, &mut activity);
                assert!((0..60).all(|i| values(&batch, i, t, j) == activity[i]));
            }
        }
        assert_eq!((course[0].0, course[1].0, task.codes()), ("position_x", "position_y", 60));
    }
}

/// Outputs are read step by step: those of the targets, and those that say the start.
#[test]
fn outputs_are_read_as_places_and_directions() {
    let far = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let cells = PlaceCells::new(60, 2.2, 0.2, Code::Gaussian, 4);
    let task = Position::new(Walk::default(), cells.clone(), Shown::Changes, 40, SIZES, 4);
    let items = [3, 9];
    let batch = task.batch(Split::Test, &items);
    let targets = Mat::from_fn(60, 80, |i, c| values(&batch, i, c / 2, c % 2));
    let found = task.decoded(Split::Test, &items, targets.as_ref()).unwrap();
    for (j, item) in items.into_iter().enumerate() {
        let path = task.positions(Split::Test, item);
        let read = |t: usize| cells.decode((0..60).map(|i| targets[(i, 2 * t + j)]).collect::<Vec<_>>());
        let known = (0..40).map(|t| far(&read(t), &path[t + 1])).sum::<f64>() / 40.0;
        let still = (0..40).map(|t| far(&path[0], &path[t + 1])).sum::<f64>() / 40.0;
        assert!((found.distance[j] - known).abs() < 1e-12 && (found.still[j] - still).abs() < 1e-12);
        assert!(known > 0.0 && found.unit == "m");
    }
    // Cells at every half degree; over the seam the short way counts.
    let cells = HeadCells::new(721, 0.5, Code::Peak);
    let task = HeadDirection::new(Turning::default(), cells.clone(), Shown::Changes, 30, SIZES, 4);
    let (path, turns) = task.directions(Split::Test, 5);
    let batch = task.batch(Split::Test, &[5]);
    let targets = Mat::from_fn(721, 30, |i, t| values(&batch, i, t, 0));
    let found = task.decoded(Split::Test, &[5], targets.as_ref()).unwrap();
    assert!(found.distance[0] < 0.01 && found.unit == "rad", "{found:?}");
    let away = |t: usize| {
        let off = turns[..=t].iter().sum::<f64>().rem_euclid(std::f64::consts::TAU);
        off.min(std::f64::consts::TAU - off)
    };
    let still = (0..30).map(away).sum::<f64>() / 30.0;
    assert!((found.still[0] - still).abs() < 1e-12 && path.len() == 31);
    assert!(Sine::new(0.1, 5, SIZES, 1).decoded(Split::Test, &[0], targets.as_ref()).is_none());
}

/// Far from the walls x_(t+1) = a x_t + v_t, a = 1 - k, and displacements v keep their heading: per coordinate their autocovariance is
/// <s^2> / 2 at once and <s>^2 c^j / 2 after j steps, c = exp(-sigma^2 / 2), of steps s of Rayleigh's law with scale b dt. Hence
/// <x^2> (1 - a^2) = <s^2> / 2 + <s>^2 a c / (1 - a c): what is left of the start after a hundred steps, 0.6 % of it, is less than the error.
#[test]
fn a_biased_walk_goes_to_its_anchor() {
    let walk = Walk { drift: 0.05, anchor: [0.2, -0.1], ..Walk::default() };
    let (a, c) = (1.0 - walk.drift, (-(walk.turning * walk.time_step).powi(2) / 2.0).exp());
    let b = walk.speed * walk.time_step;
    let (square, mean) = (2.0 * b * b, b * std::f64::consts::FRAC_PI_2.sqrt());
    let known = (square + 2.0 * mean * mean * a * c / (1.0 - a * c)) / (1.0 - a * a);
    let cells = PlaceCells::new(5, 2.2, 0.2, Code::Gaussian, 4);
    let task = Position::new(walk, cells, Shown::Changes, 100, SIZES, 4);
    let ends = (0..400).map(|i| task.positions(Split::Train, i)[100]);
    let found = Estimate::mean(ends.map(|at| (at[0] - 0.2).powi(2) + (at[1] + 0.1).powi(2)));
    assert!((found.value - known).abs() < 4.0 * found.error(), "{found:?} {known}");
    assert!(found.error() < 0.1 * known);
}

#[test]
fn heads_turn_by_their_law() {
    let cells = HeadCells::new(64, std::f64::consts::PI / 6.0, Code::Density);
    let of = |biased| {
        let turning = Turning { biased, ..Turning::default() };
        HeadDirection::new(turning, cells.clone(), Shown::Changes, 100, SIZES, 6)
    };
    let turns =
        |biased| -> Vec<f64> { (0..300).flat_map(|i| of(biased).directions(Split::Train, i).1).collect() };
    let (free, biased) = (turns(false), turns(true));
    let (n, s) = (free.len() as f64, 0.02 * 11.52);
    let variance = free.iter().map(|v| v * v).sum::<f64>() / n;
    assert!((variance / (s * s) - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "{variance}");
    // |N(0, s^2)| has mean s sqrt(2 / pi), and the turns are the same numbers without their signs.
    let mean = biased.iter().sum::<f64>() / n;
    let known = s * std::f64::consts::FRAC_2_PI.sqrt();
    assert!((mean - known).abs() < 4.0 * s * (1.0 - std::f64::consts::FRAC_2_PI).sqrt() / n.sqrt(), "{mean}");
    assert!(free.iter().zip(&biased).all(|(a, b)| a.abs() == *b));
    // Start, turns and target.
    let task = of(false);
    let (batch, (path, own)) = (task.batch(Split::Train, &[8]), task.directions(Split::Train, 8));
    let mut activity = vec![0.0; 64];
    for t in 0..100 {
        let on = (path[t] + own[t] - path[t + 1]).rem_euclid(std::f64::consts::TAU);
        assert!(on.min(std::f64::consts::TAU - on) < 1e-12 && batch.inputs[(0, t)] == own[t]);
        cells.encode(path[t + 1], &mut activity);
        assert!((0..64).all(|i| values(&batch, i, t, 0) == activity[i]));
        let read = (cells.decode(&activity) - path[t + 1]).rem_euclid(std::f64::consts::TAU);
        assert!(read.min(std::f64::consts::TAU - read) < 0.06, "{t}: {read}");
    }
}

/// The variance over items, measured on others.
#[test]
fn chance_of_populations_is_the_loss_of_the_mean() {
    for name in ["position", "head-direction"] {
        let options = Options { cells: Some(30), steps: Some(5), ..Options::default() };
        let task = build(name, options, 2).unwrap();
        let batch = task.batch(Split::Train, &(0..3000).collect::<Vec<_>>());
        let mut sum = 0.0;
        for t in 0..5 {
            for i in 0..30 {
                let all = || (0..3000).map(|j| values(&batch, i, t, j));
                let mean = all().sum::<f64>() / 3000.0;
                sum += all().map(|v| (v - mean).powi(2)).sum::<f64>() / 3000.0 / 150.0;
            }
        }
        assert!((sum / task.chance() - 1.0).abs() < 0.1, "{name}: {sum} {}", task.chance());
    }
}

#[test]
fn options_that_do_not_fit() {
    let error = |name: &str, options: Options| build(name, options, 1).err();
    let none = Options::default;
    assert_eq!(error("sines", none()), Some(Error::Name { name: "sines".into() }));
    assert_eq!(error("permuted-mnist", none()), Some(Error::NoPictures));
    let bits = Options { bits: Some(2), ..none() };
    assert_eq!(error("sine", bits), Some(Error::Option { task: "sine", option: "bits" }));
    for (name, options) in [
        ("copy-memory", Options { delay: Some(3..=5), ..none() }),
        ("random-delay-copy", Options { delay: Some(5..=5), ..none() }),
        ("temporal-ordering", Options { distractors: Some(0), ..none() }),
        ("flip-flop", Options { pulse: Some(1.5), ..none() }),
        ("flip-flop", Options { bits: Some(0), ..none() }),
        ("sine", Options { time_step: Some(f64::NAN), ..none() }),
        ("sine", Options { steps: Some(0), ..none() }),
        ("position", Options { code: Some(Code::Density), ..none() }),
        ("position", Options { speed: Some(-1.0), ..none() }),
        ("position", Options { drift: Some(1.0), ..none() }),
        ("position", Options { anchor: Some([0.1, 0.0]), ..none() }),
        ("head-direction", Options { cells: Some(2), ..none() }),
        ("sine", Options { sizes: Some(Sizes { train: 0, ..SIZES }), ..none() }),
    ] {
        assert!(matches!(error(name, options), Some(Error::Value { .. })), "{name}");
    }
}
