//! `analyze --trials`: a network at its task.

use crate::common::{Place, analyze, run, tensor, violations};
use nullcline::analyses::trials;
use nullcline::io::tensors::{Tensor, write_npy, write_npz};
use nullcline::tasks::{FlipFlop, Sizes, Split, Task};
use serde_json::Value;
use std::path::Path;

const FLIP_FLOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/flipflop_gru.safetensors");

fn npz(place: &Place, name: &str, arrays: &[Tensor]) -> String {
    let path = place.path(name);
    write_npz(Path::new(&path), arrays).unwrap();
    path
}

/// The head and the rows of a table.
fn table(place: &Place, name: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(place.0.join(name)).unwrap();
    let mut lines = text.lines().map(|l| l.split(',').map(str::to_owned).collect::<Vec<_>>());
    (lines.next().unwrap(), lines.collect())
}

/// h' = a h + u, y = h: what every step gives is known.
fn leaky(place: &Place, a: f64) -> String {
    let one = |name: &str, v: f64| tensor(name, &[1, 1], vec![v]);
    let zero = |name: &str| tensor(name, &[1], vec![0.0]);
    let parts = [
        one("rnn.weight_ih_l0", 1.0),
        one("rnn.weight_hh_l0", a),
        zero("rnn.bias_ih_l0"),
        zero("rnn.bias_hh_l0"),
        one("readout.weight", 1.0),
        zero("readout.bias"),
    ];
    place.save("leaky.safetensors", &parts)
}

/// Made by FlipFlop itself: 8 corners of a cube hold three bits, saddles lie between them, and every trial ends in the corner that
/// its last target names.
#[test]
fn a_flip_flop_holds_three_bits() {
    let place = Place::new("task-flip-flop");
    let task = FlipFlop::new(3, 0.1, 60, Sizes::default(), 5);
    let items: Vec<usize> = (0..60).collect();
    let batch = task.batch(Split::Test, &items);
    let file = place.path("trials.npz");
    trials::write(
        Path::new(&file),
        &batch,
        &trials::Beside {
            labels: vec![("half", items.iter().map(|k| (k % 2) as f64).collect())],
            ..Default::default()
        },
    )
    .unwrap();
    let ran = analyze(
        &place,
        &[FLIP_FLOP, "--trials", &file, "--modules", "task,fixed_points,pca,decoding"],
        0,
        &[],
    );
    assert!(ran.out.contains("one for each sign pattern of the 3 outputs: it holds 3 bits"), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let task = &summary["modules"]["task"];
    assert_eq!((task["trials"].as_u64(), task["steps"][1].as_u64()), (Some(60), Some(60)));
    assert!(task["right"]["value"].as_f64().unwrap() > 0.97, "{task}");
    assert_eq!(task["levels"][0], serde_json::json!([-1.0, 1.0]));
    let stored = &summary["modules"]["fixed_points"]["stored"];
    assert_eq!((stored["bits"].as_u64(), stored["stable"].as_array().unwrap().len()), (Some(3), 8));
    let shares: f64 = stored["shares"].as_array().unwrap().iter().map(|s| s["value"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-12, "{shares}");
    // 12 saddles with one unstable direction and 6 with two: 12 x 2 + 6 x 4 sides.
    assert_eq!(stored["edges"].as_array().unwrap().len(), 48);
    let ends = task["endings"].as_array().unwrap();
    assert!(ends.iter().all(|e| e["at"] == "point"), "{ends:?}");
    let all: u64 =
        ends.iter().flat_map(|e| e["trials"].as_array().unwrap()).map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(all, 60);
    // A label without a part in anything is not decoded better than by chance.
    let half = &summary["modules"]["decoding"]["targets"][0];
    assert_eq!(half["name"], "half", "{half}");
}

/// By hand: from 0 the outputs under 1, 0, 2 are 1, 0.5 and 2.25; from 4 under the same 3, 1.5 and 2.75.
#[test]
fn losses_are_those_of_the_definition() {
    let place = Place::new("task-loss");
    let net = leaky(&place, 0.5);
    let inputs = tensor("u", &[2, 3], vec![1.0, 0.0, 2.0, 1.0, 0.0, 2.0]);
    let targets = tensor("target", &[2, 3, 1], vec![1.0, 1.0, 1.0, 3.0, 1.5, 0.0]);
    let mask = tensor("loss_mask", &[2, 3], vec![1.0, 1.0, 2.0, 1.0, 1.0, 0.0]);
    let initial = tensor("h0", &[2, 1], vec![0.0, 4.0]);
    let file = npz(&place, "t.npz", &[inputs, targets, mask, initial]);
    analyze(
        &place,
        &[&net, "--cell", "vanilla", "--activation", "identity", "--trials", &file, "--modules", "task"],
        0,
        &[],
    );
    let task = place.summary("out")["modules"]["task"].clone();
    // (0 + 0.25 + 2 x 1.5625) / 4 and 0.
    let known = 0.5 * (0.25 + 3.125) / 4.0;
    assert!((task["loss"]["value"].as_f64().unwrap() - known).abs() < 1e-14, "{task}");
    assert_eq!(task["asked"], "values");
    let (header, rows) = table(&place, "out/task/trials.csv");
    let loss = header.iter().position(|h| h == "loss").unwrap();
    assert!(rows[1][loss].parse::<f64>().unwrap() == 0.0);
}

/// The same trials as arrays padded with NaN, as lengths, as a folder of files and as a table are the same trials.
#[test]
fn ragged_trials_may_be_written_in_every_way() {
    let place = Place::new("task-ragged");
    let net = leaky(&place, 0.5);
    let nan = f64::NAN;
    let condition = tensor("condition", &[2], vec![0.0, 1.0]);
    let padded = [tensor("inputs", &[2, 3, 1], vec![1.0, 0.0, 2.0, 1.0, 3.0, nan]), condition.clone()];
    let full = tensor("inputs", &[2, 3, 1], vec![1.0, 0.0, 2.0, 1.0, 3.0, 9.0]);
    let lengths = [full.clone(), condition.clone(), tensor("lengths", &[2], vec![3.0, 2.0])];
    let folder = place.path("folder");
    std::fs::create_dir(&folder).unwrap();
    for t in &lengths {
        write_npy(&Path::new(&folder).join(format!("{}.npy", t.name)), t).unwrap();
    }
    let rows = "trial,input0,condition\na,1,left\na,0,left\na,2,left\nb,1,right\nb,3,right\n";
    let files = [
        npz(&place, "padded.npz", &padded),
        npz(&place, "lengths.npz", &lengths),
        folder,
        place.write("rows.csv", rows),
    ];
    let mut seen: Vec<Vec<Vec<String>>> = vec![];
    for file in &files {
        let line = [
            &*net,
            "--cell",
            "vanilla",
            "--activation",
            "identity",
            "--trials",
            file,
            "--modules",
            "task,trajectories",
        ];
        analyze(&place, &line, 0, &[]);
        let task = place.summary("out")["modules"]["task"].clone();
        assert_eq!(
            (&task["steps"], &task["condition"]),
            (&serde_json::json!([2, 3]), &"condition".into()),
            "{file}"
        );
        let names: Vec<&Value> = task["conditions"].as_array().unwrap().iter().map(|c| &c["name"]).collect();
        assert_eq!(names.len(), 2, "{file}");
        seen.push(table(&place, "out/trajectories/states.csv").1);
    }
    assert!(seen.iter().all(|s| *s == seen[0]));
    assert_eq!(seen[0].len(), 4 + 3);
}

#[test]
fn what_does_not_fit_is_named() {
    let place = Place::new("task-wrong");
    let net = leaky(&place, 0.5);
    let line = |file: &str, words: &[&str], status: i32| {
        let line =
            [&*net, "--cell", "vanilla", "--activation", "identity", "--trials", file, "--modules", "task"];
        analyze(&place, &line, status, words);
    };
    let file = |arrays: &[Tensor]| npz(&place, "wrong.npz", arrays);
    let inputs = |shape: &[usize]| tensor("inputs", shape, vec![0.5; shape.iter().product()]);
    line(
        &file(&[inputs(&[2, 3, 4])]),
        &["wrong.npz", "array `inputs`: shape 2 x 3 x 4", "trials x steps x 1"],
        3,
    );
    line(
        &file(&[tensor("stuff", &[2, 3, 1], vec![0.0; 6])]),
        &["no array of inputs", "stuff", "--trials-map inputs=NAME"],
        3,
    );
    line(
        &file(&[inputs(&[2, 3, 1]), tensor("targets", &[3, 3], vec![0.0; 9])]),
        &["`targets`: shape 3 x 3, expected 2 trials x 3 steps"],
        3,
    );
    line(
        &file(&[tensor("inputs", &[1, 3, 1], vec![0.0, f64::NAN, 1.0])]),
        &["trial 1, step 2, input 1: NaN"],
        3,
    );
    line(&file(&[inputs(&[2, 3, 1]), tensor("mask", &[2, 3], vec![-1.0; 6])]), &["a mask of -1"], 3);
    line(
        &file(&[inputs(&[2, 3, 1]), tensor("lengths", &[2], vec![3.0, 4.0])]),
        &["`lengths`: 4", "from 1 to 3"],
        3,
    );
    line(
        &place.write("rows.csv", "trial,a\n1,0\n1,1\n"),
        &["0 columns of inputs (none), expected 1", "there are trial, a"],
        3,
    );
    line(&place.write("again.csv", "trial,u0\n1,0\n2,1\n1,1\n"), &["row 3: trial 1 again"], 3);
    let start = tensor("h0", &[1], vec![f64::NAN]);
    line(&file(&[inputs(&[2, 3, 1]), start]), &["trial 1: NaN in its initial state"], 3);
    line("nowhere.npz", &["nowhere.npz"], 3);
    let other = run(&["analyze", &net, "--cell", "vanilla", "--modules", "task"]);
    assert_eq!(other.status, 2, "{other:?}");
    assert!(other.err.contains("--trials"), "{}", other.err);
    let recording = place.write("r.csv", "a,b\n1,2\n2,1\n3,3\n");
    let other = run(&["analyze", &recording, "--trials", &recording]);
    assert!(other.status == 2 && other.err.contains("--trials"), "{other:?}");
}

/// `train` leaves trials, and the command that it prints next works on them.
#[test]
fn the_next_command_works() {
    let place = Place::new("task-next");
    let out = place.path("trained");
    let ran = run(&[
        "train",
        "context-integration",
        "--units",
        "8",
        "--steps",
        "12",
        "--epochs",
        "1",
        "--train-items",
        "40",
        "--validation-items",
        "20",
        "--test-items",
        "10",
        "--out",
        &out,
    ]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let next = ran.out.lines().find_map(|l| l.strip_prefix("next nullcline ")).unwrap();
    let words: Vec<&str> = next.split(' ').collect();
    let report = place.path("report");
    let ran = run(&[&words[..], &["--modules", "task,pca,fixed_points", "--out", &report]].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    let summary = place.summary("report");
    assert_eq!(violations(&summary), Vec::<String>::new());
    assert_eq!(summary["modules"]["task"]["condition"], "context");
    // Both contexts are held, and evidence varies throughout.
    let held = summary["modules"]["fixed_points"]["held"].as_array().unwrap();
    let inputs: Vec<&Value> = held.iter().map(|h| &h["found"]["input"]).collect();
    assert_eq!(inputs.len(), 2, "{inputs:?}");
    for context in [serde_json::json!([0.0, 0.0, 1.0, 0.0]), serde_json::json!([0.0, 0.0, 0.0, 1.0])] {
        assert!(inputs.contains(&&context), "{inputs:?}");
    }
}

/// h' = a h + u: whatever the input, a perturbation grows by log a a step.
#[test]
fn exponents_along_trials_are_those_of_the_linear_network() {
    let place = Place::new("task-growth");
    let net = leaky(&place, 0.5);
    let mut inputs = vec![0.0; 4 * 40];
    inputs[..20].fill(1.0);
    let side = tensor("side", &[4], vec![0.0, 0.0, 1.0, 1.0]);
    let hold = tensor("hold", &[2, 1], vec![3.0, -1.0]);
    let file = npz(&place, "t.npz", &[tensor("inputs", &[4, 40, 1], inputs), side, hold]);
    let words = [&net[..], "--activation", "identity", "--trials", &file, "--modules", "task,fixed_points"];
    analyze(&place, &words, 0, &[]);
    let modules = &place.summary("out")["modules"];
    assert_eq!(violations(&place.summary("out")), Vec::<String>::new());
    let growth = modules["task"]["growth"].as_array().unwrap();
    assert!(growth.iter().any(|g| g["phase"] == "held" && g["input"][0] == 1.0), "{growth:?}");
    assert!(growth.iter().any(|g| g["condition"] == "1" && g["trials"] == 2), "{growth:?}");
    for g in growth {
        let value = g["exponents"][0]["value"].as_f64().unwrap();
        assert!((value - 0.5f64.ln()).abs() < 1e-12, "{g}");
    }
    // The inputs of `hold` come first, though no trial holds them: h = 2 u.
    let held = modules["fixed_points"]["held"].as_array().unwrap();
    let steps: Vec<u64> = held.iter().map(|h| h["steps"].as_u64().unwrap()).collect();
    assert_eq!(steps, [0, 0, 20]);
    let (_, rows) = table(&place, "out/fixed_points/held_states.csv");
    let states: Vec<f64> = rows.iter().map(|r| r.last().unwrap().parse().unwrap()).collect();
    assert!(states.iter().zip([6.0, -2.0, 2.0]).all(|(s, known)| (s - known).abs() < 1e-9), "{states:?}");
}

/// A session of the IBL task is one trial, since the network remembers the block from one trial of it to the next.
#[test]
fn a_network_that_plays_is_analysed_at_its_task() {
    let place = Place::new("task-ibl");
    let folder = place.path("ibl");
    let words =
        ["train", "ibl", "--schedule", "fast", "--steps", "60", "--units", "20", "--test-blocks", "4"];
    let trained = run(&[&words[..], &["--out", &folder]].concat());
    assert_eq!(trained.status, 0, "{trained:?}");
    let next = trained.out.lines().find_map(|l| l.strip_prefix("next nullcline ")).unwrap();
    let next: Vec<&str> = next.split(' ').collect();
    let modules = ["--modules", "task,fixed_points,pca,decoding", "--starts", "16"];
    let ran = analyze(&place, &[&next[1..], &modules].concat(), 0, &[]);
    assert!(ran.out.contains("block is decoded"), "{}", ran.out);
    let summary = place.summary("out");
    let task = &summary["modules"]["task"];
    assert_eq!((&task["trials"], &task["asked"]), (&20.into(), &"classes".into()), "{task}");
    let held = summary["modules"]["fixed_points"]["held"].as_array().unwrap();
    assert_eq!(held.len(), 4);
}

/// The same trials, steps first: PyTorch's own order of axes.
#[test]
fn arrays_may_have_steps_first() {
    let place = Place::new("task-time-major");
    let net = leaky(&place, 0.5);
    let value = |k: usize, t: usize| (k + 1) as f64 * f64::from(u8::from(t < 3 + k));
    let of = |turned: bool| {
        let (outer, inner) = if turned { (7, 3) } else { (3, 7) };
        let at = |a: usize, b: usize| if turned { value(b, a) } else { value(a, b) };
        let data = (0..outer).flat_map(|a| (0..inner).map(move |b| at(a, b))).collect();
        let side = tensor("side", &[3], vec![0.0, 1.0, 1.0]);
        [tensor("inputs", &[outer, inner, 1], data), side]
    };
    let (plain, turned) = (npz(&place, "a.npz", &of(false)), npz(&place, "b.npz", &of(true)));
    let words = |file: &str, more: &[&str]| {
        let words = [&net[..], "--activation", "identity", "--modules", "task", "--trials", file];
        let ran = analyze(&place, &[&words[..], more].concat(), 0, &[]);
        (std::fs::read(place.0.join("out/task/courses.csv")).unwrap(), ran)
    };
    let (first, _) = words(&plain, &[]);
    let (second, _) = words(&turned, &["--time-major"]);
    assert_eq!(first, second);
    // Read the wrong way round, the label tells.
    let (_, ran) = words(&turned, &[]);
    assert!(format!("{ran:?}").contains("--time-major"), "{ran:?}");
    let table = place.path("t.csv");
    std::fs::write(&table, "trial,input0\n0,1\n0,2\n").unwrap();
    let ran = run(&["analyze", &net, "--trials", &table, "--time-major"]);
    assert!(ran.status == 2 && ran.err.contains("rows say which trial"), "{ran:?}");
}

/// By hand: outputs u and -u, so that class 0 has the loss ln(1 + e^(-2u)); a step without a class is not asked.
#[test]
fn classes_of_a_table_are_scored() {
    let place = Place::new("task-classes");
    let parts = [
        tensor("rnn.weight_ih_l0", &[2, 1], vec![1.0, -1.0]),
        tensor("rnn.weight_hh_l0", &[2, 2], vec![0.0; 4]),
        tensor("rnn.bias_ih_l0", &[2], vec![0.0; 2]),
        tensor("rnn.bias_hh_l0", &[2], vec![0.0; 2]),
        tensor("readout.weight", &[2, 2], vec![1.0, 0.0, 0.0, 1.0]),
        tensor("readout.bias", &[2], vec![0.0; 2]),
    ];
    let net = place.save("net.safetensors", &parts);
    let file =
        place.write("t.csv", "trial,step,input0,target\n1,1,1,0\n1,2,2,0\n2,1,-1,1\n2,2,3,1\n2,3,5,\n");
    let words = [&net[..], "--activation", "identity", "--modules", "task", "--trials", &file];
    analyze(&place, &words, 0, &[]);
    let (head, rows) = table(&place, "out/task/trials.csv");
    let at = |name: &str| head.iter().position(|h| h == name).unwrap();
    let column = |name: &str| -> Vec<f64> { rows.iter().map(|r| r[at(name)].parse().unwrap()).collect() };
    let loss = |u: f64| (-2.0 * u).exp().ln_1p();
    let known = [(loss(1.0) + loss(2.0)) / 2.0, (loss(1.0) + loss(-3.0)) / 2.0];
    assert!(column("loss").iter().zip(known).all(|(l, k)| (l - k).abs() < 1e-12), "{rows:?}");
    assert_eq!((column("right"), column("counted_steps")), (vec![1.0, 0.5], vec![2.0, 2.0]));
}

/// numpy's array of texts, `<U5`: as a label of trials, in a folder and in an npz; beside one that holds an infinity.
#[test]
fn labels_may_be_texts() {
    let place = Place::new("task-texts");
    let net = leaky(&place, 0.5);
    let (trials, steps) = (30, 4);
    let right = |k: usize| k % 2 == 1;
    let sign = |k: usize| if right(k) { 1.0 } else { -1.0 };
    let inputs = (0..trials * steps).map(|i| sign(i / steps) * (1.0 + ((i * 7) % 5) as f64)).collect();
    let arrays = [
        tensor("inputs", &[trials, steps, 1], inputs),
        tensor("depth", &[trials], {
            (0..trials).map(|k| if k == 3 { f64::INFINITY } else { (k % 3) as f64 }).collect()
        }),
    ];
    let header = format!("{{'descr': '<U5', 'fortran_order': False, 'shape': ({trials},), }}");
    let padded = format!("{header:<117}\n");
    let mut side =
        [b"\x93NUMPY\x01\x00".to_vec(), (padded.len() as u16).to_le_bytes().to_vec(), padded.into_bytes()]
            .concat();
    for k in 0..trials {
        let word = format!("{:\0<5}", if right(k) { "right" } else { "left" });
        side.extend(word.chars().flat_map(|c| u32::from(c).to_le_bytes()));
    }
    std::fs::create_dir(place.0.join("folder")).unwrap();
    let mut zip = zip::ZipWriter::new(std::fs::File::create(place.0.join("t.npz")).unwrap());
    let mut add = |name: &str, bytes: &[u8]| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    };
    for t in &arrays {
        let path = place.0.join(format!("folder/{}.npy", t.name));
        write_npy(&path, t).unwrap();
        add(&format!("{}.npy", t.name), &std::fs::read(&path).unwrap());
    }
    std::fs::write(place.0.join("folder/side.npy"), &side).unwrap();
    add("side.npy", &side);
    zip.finish().unwrap();
    for file in [place.path("folder"), place.path("t.npz")] {
        let words = [&net, "--activation", "identity", "--modules", "task,decoding", "--trials", &file];
        let ran = analyze(&place, &words, 0, &[]);
        assert!(ran.out.contains("decoded with 100"), "{ran:?}");
        assert!(format!("{ran:?}").contains("depth was passed over: it has the value inf"), "{ran:?}");
        let decoded = place.summary("out")["modules"]["decoding"]["targets"].clone();
        assert_eq!(decoded[0]["name"], "side", "{decoded}");
        assert_eq!(decoded.as_array().unwrap().len(), 1);
    }
    // What cannot be decoded leaves the other modules.
    let words = [&net, "--activation", "identity", "--modules", "task,decoding", "--trials"];
    let bare = npz(&place, "bare.npz", &arrays);
    let ran = analyze(&place, &[&words[..], &[&bare]].concat(), 0, &[]);
    assert!(format!("{ran:?}").contains("No decoding: --trials: `depth` has the value inf"), "{ran:?}");
}

/// Labels of a network's trials from a table: they part conditions and are decoded, by what the trials are called, by number or by order.
#[test]
fn labels_of_trials_may_come_from_a_table() {
    let place = Place::new("task-labels");
    let net = leaky(&place, 0.5);
    let inputs: Vec<f64> =
        (0..12 * 6).map(|k| f64::from((k / 6) % 2) + 0.1 * ((k * k) as f64).sin()).collect();
    let inputs = tensor("inputs", &[12, 6, 1], inputs);
    let ids = tensor("trial_id", &[12], (0..12).map(|k| f64::from(100 - k)).collect());
    let file = npz(&place, "t.npz", &[inputs.clone(), ids]);
    let bare = npz(&place, "bare.npz", std::slice::from_ref(&inputs));
    let own = tensor("side", &[12], (0..12).map(|k| f64::from(k % 2)).collect());
    let with = npz(&place, "with.npz", &[inputs, own]);
    let of = |trial: usize| format!("{},{}", ["low", "high"][trial % 2], trial % 3);
    let by_name: String = (0..12).rev().map(|k| format!("{},{}\n", 100 - k, of(k))).collect();
    let by_number: String = (0..12).rev().map(|k| format!("{},{}\n", k + 1, of(k))).collect();
    let by_order: String = (0..12).map(|k| format!("{}\n", of(k))).collect();
    let table = |name: &str, head: &str, rows: &str| place.write(name, format!("{head}\n{rows}"));
    let by_name = table("names.csv", "trial_id,level,other", &by_name);
    let by_number = table("numbers.csv", "trial,level,other", &by_number);
    let by_order = table("order.csv", "level,other", &by_order);
    let run = |trials: &str, labels: &str, more: &[&str], status: i32, words: &[&str]| {
        let all = [
            &[&*net, "--cell", "vanilla", "--activation", "identity", "--trials", trials, "--labels", labels]
                [..],
            &["--modules", "task,decoding"],
            more,
        ];
        analyze(&place, &all.concat(), status, words);
    };
    let mut known = None;
    for (trials, labels) in [(&file, &by_name), (&bare, &by_number), (&bare, &by_order)] {
        run(trials, labels, &[], 0, &[]);
        let found = place.summary("out")["modules"].clone();
        let conditions = found["task"]["conditions"].as_array().unwrap();
        let names: Vec<&str> = conditions.iter().map(|c| c["name"].as_str().unwrap()).collect();
        assert_eq!((&found["task"]["condition"], names), (&"level".into(), vec!["high", "low"]));
        assert_eq!(found["decoding"]["targets"][0]["name"], "level");
        let accuracy = found["decoding"]["targets"][0]["fits"][0]["accuracy_train"].as_f64().unwrap();
        assert!(accuracy > 0.9, "{found}");
        let same = (found["decoding"].clone(), found["task"]["conditions"].clone());
        assert_eq!(known.get_or_insert(same.clone()), &same, "{labels}");
    }
    run(&file, &by_name, &["--trials-map", "condition=other"], 0, &[]);
    assert_eq!(place.summary("out")["modules"]["task"]["condition"], "other");
    run(
        &file,
        &by_name,
        &["--trials-map", "condition=colour"],
        3,
        &["condition=colour: no label", "`level`, `other`"],
    );
    run(
        &file,
        &by_number,
        &[],
        3,
        &["column `trial`: no row for trial `100` of the network (12 of 12 trials have none)"],
    );
    run(
        &bare,
        &by_name,
        &[],
        3,
        &["column `trial_id`: 12 names that are not 0 to 11 or 1 to 12, and the 12 trials of the network"],
    );
    let twice = place.write("twice.csv", "trial,level\n1,a\n1,b\n");
    run(&bare, &twice, &[], 3, &["trial `1` in rows 1 and 2, expected one row a trial"]);
    let short = place.write("short.csv", "level\na\nb\n");
    run(&bare, &short, &[], 3, &["2 rows, and the network has 12 trials"]);
    let other = place.write("other.csv", "side\n1\n".to_owned() + &"0\n1\n".repeat(5) + "0\n");
    run(&with, &other, &[], 3, &["column `side`, row 1: not what", "with.npz says of trial 1"]);
    analyze(&place, &[&net, "--labels", &by_order], 2, &["or with the --trials of a network"]);
}
