//! `train navigate`: what it leaves is analysed by the command that it prints, a map of one's own, and what it refuses.

use crate::common::{Place, report, run, violations};
use nullcline::io::tensors::read;

/// A training of a second, and the options given.
fn train(place: &Place, options: &[&str], status: i32, words: &[&str]) -> crate::common::Ran {
    let small = [
        "--map",
        "DonutPath",
        "--cells",
        "8",
        "--steps",
        "30",
        "--batch",
        "4",
        "--duration",
        "6",
        "--transitions",
        "32",
        "--test-walks",
        "40",
        "--test-steps",
        "12",
        "--force",
    ];
    // Options given twice are an error: those given stand for the usual ones.
    let usual: Vec<&str> = small
        .chunks(2)
        .filter(|pair| !options.contains(&pair[0]))
        .flat_map(|pair| pair.iter().copied())
        .collect();
    report(place, &["train", "navigate"], &[&usual[..], options].concat(), status, words)
}

#[test]
fn a_trained_integrator_leaves_numbers_and_walks_that_are_analysed() {
    let place = Place::new("navigate");
    for (reading, model) in
        [("printed", "rpi"), ("printed", "lstm"), ("printed", "start"), ("coded", "hybrid"), ("coded", "rpi")]
    {
        train(&place, &["--reading", reading, "--model", model], 0, &[]);
        let summary = place.summary("out");
        assert_eq!(violations(&summary), Vec::<String>::new());
        let found = &summary["modules"]["navigation"];
        assert_eq!((found["map"].as_str(), found["steps"].as_u64()), (Some("DonutPath"), Some(30)));
        let courses = found["courses"].as_array().unwrap();
        let names: Vec<&str> = courses.iter().map(|c| c["course"].as_str().unwrap()).collect();
        assert_eq!(names, ["images", "no images"]);
        // Those who never tell a displacement are as wrong on both: the trajectories are the same.
        assert_eq!(courses[0]["still_long"], courses[1]["still_long"]);
        let network = read(place.path("out/network.safetensors").as_ref()).unwrap();
        let numbers: usize = network.tensors.iter().map(|t| t.data.len()).sum();
        assert_eq!(found["parameters"].as_u64(), Some(numbers as u64));
        let walks = read(place.path("out/walks.npz").as_ref()).unwrap();
        let get = |name: &str| walks.get(name).unwrap();
        assert_eq!(get("states").shape, [32, 12, 512]);
        assert_eq!((&get("position").shape[..], &get("room").shape[..]), (&[32, 12, 2][..], &[32, 12][..]));
        // Positions and displacements go together.
        let (at, moved) = (&get("position").data, &get("moved").data);
        for k in 2..24 {
            assert!((at[k] - at[k - 2] - (moved[k] - moved[k - 2])).abs() < 1e-12);
        }
    }
    train(&place, &["--reading", "coded", "--test-walks", "32"], 0, &[]);
    let walks = place.path("out/walks.npz");
    let ran = run(&[
        "analyze",
        &walks,
        "--units",
        "states",
        "--position",
        "position",
        "--targets",
        "moved",
        "--modules",
        "pca,selectivity,spatial",
        "--out",
        &place.path("seen"),
    ]);
    assert_eq!(ran.status, 0, "{ran:?}");
    // All of these walks are in the file: what is said of it is what the training said of its test.
    let told = &place.summary("out")["modules"]["navigation"]["courses"][0]["states_absolute"]["value"];
    let found = place.summary("seen");
    let shares = found["modules"]["spatial"]["position_r2"]["value"].as_array().unwrap();
    let known: Vec<f64> = shares.iter().filter_map(serde_json::Value::as_f64).collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    assert!((mean - told.as_f64().unwrap()).abs() < 1e-4, "{mean} {told}");
}

#[test]
fn modules_are_taken_from_another_network() {
    let place = Place::new("navigate-take");
    train(&place, &[], 0, &[]);
    std::fs::rename(place.path("out"), place.path("first")).unwrap();
    let (file, other) = (place.path("first/network.safetensors"), place.path("other"));
    // Frozen from then on: V is that of the first network, to the bit, and G, which the other has not, is drawn.
    let rates = "0,0,0.0001,0.001,0,0.001";
    train(
        &place,
        &["--model", "hybrid", "--from", &file, "--take", "visual,action", "--rates", rates],
        0,
        &[],
    );
    let [a, b] = [&file, &place.path("out/network.safetensors")].map(|p| read(p.as_ref()).unwrap());
    for name in ["visual.0.weight", "visual.2.weight", "visual.3.bias", "action.1.weight"] {
        assert_eq!(a.get(name).unwrap().data, b.get(name).unwrap().data, "{name}");
    }
    assert!(a.get("inverse.0.weight").unwrap().data != b.get("inverse.0.weight").unwrap().data);
    assert!(b.get("gate.0.weight").is_none() && b.get("memory.weight_ih_l0").is_some());
    std::fs::rename(place.path("out"), &other).unwrap();
    for (options, status, words) in [
        (&["--take", "visual"][..], 2, &["--take visual", "--from"][..]),
        (&["--from", &file, "--take", "eye"], 2, &["--take eye", "visual"]),
        (&["--from", &file, "--take", "memory"], 3, &["memory"]),
        (&["--from", &file, "--take", "visual", "--cells", "30"], 3, &["visual.2.weight", "found shape"]),
        (&["--from", "nowhere.safetensors"], 3, &["nowhere.safetensors"]),
    ] {
        train(&place, options, status, words);
    }
    let mut tensors = a.tensors.clone();
    tensors[0].data[3] = f64::NAN;
    let broken = place.save("broken.safetensors", &tensors);
    train(&place, &["--from", &broken], 3, &["visual.0.weight", "NaN", "number 3"]);
}

/// Models first, then path integration (protocols A, B, C of B.6): where the gate alone learns nothing is forgotten.
#[test]
fn curricula_tell_what_was_forgotten() {
    let place = Place::new("navigate-curriculum");
    train(&place, &["--weights", "0,10,10"], 0, &[]);
    assert!(place.summary("out")["modules"]["navigation"]["models_before"].is_null());
    std::fs::rename(place.path("out"), place.path("models")).unwrap();
    let file = place.path("models/network.safetensors");
    for (which, same) in [("a", true), ("b", false), ("c", false)] {
        let models = "visual,action,direct,inverse";
        train(&place, &["--from", &file, "--take", models, "--curriculum", which], 0, &[]);
        let found = &place.summary("out")["modules"]["navigation"];
        assert_eq!(found["models"] == found["models_before"], same, "{which}");
        assert!(found["models"]["inverse_error"]["value"].as_f64().unwrap() > 0.0);
        let [a, b] = [&file, &place.path("out/network.safetensors")].map(|p| read(p.as_ref()).unwrap());
        let alike = |name: &str| a.get(name).unwrap().data == b.get(name).unwrap().data;
        assert!(alike("inverse.0.weight") == same && !alike("gate.0.weight"), "{which}");
    }
    for (options, words) in [
        (&["--curriculum", "a"][..], &["--from"][..]),
        (&["--curriculum", "d", "--from", &file], &["--curriculum d", "a, b or c"]),
        (&["--curriculum", "b", "--from", &file, "--model", "hybrid"], &["--curriculum b", "--model rpi"]),
        (&["--curriculum", "b", "--from", &file, "--weights", "1,1,1"], &["--curriculum", "--weights"]),
    ] {
        train(&place, options, 2, words);
    }
}

#[test]
fn a_map_of_ones_own_is_read_or_refused_with_its_line() {
    let place = Place::new("navigate-map");
    let known = include_str!("../../datasets/maps/DonutPath.toml");
    let file = place.write("mine.toml", known);
    train(&place, &["--map", &file], 0, &[]);
    assert_eq!(place.summary("out")["modules"]["navigation"]["map"], "DonutPath");
    // Another map under the same name is another question.
    let again = |status: i32| {
        let out = place.path("kept");
        let options = ["--map", &file, "--cells", "8", "--steps", "5", "--batch", "2", "--duration", "3"];
        let tests = ["--transitions", "4", "--test-walks", "4", "--test-steps", "4", "--out", &out];
        let ran = run(&[&["train", "navigate"][..], &options, &tests].concat());
        assert_eq!(ran.status, status, "{ran:?}");
    };
    again(0);
    again(0);
    place.write("mine.toml", known.replace("red", "blue"));
    again(2);
    let broken = place.write("broken.toml", known.replacen("to = 1", "to = 77", 1));
    train(&place, &["--map", &broken], 3, &["broken.toml", "77"]);
}

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    let place = Place::new("navigate-refused");
    for (options, words) in [
        (&["--map", "Donut"][..], &["--map Donut", "SnakePath"][..]),
        (&["--goal", "Nowhere"], &["--goal Nowhere"]),
        (&["--reading", "draft"], &["--reading draft", "printed or coded"]),
        (&["--shuffled", "0.9", "--black", "0.2"], &["--shuffled 0.9", "--black 0.2"]),
        (&["--available", "1.5"], &["--available 1.5", "0 to 1"]),
        (&["--rates", "1,2"], &["--rates 1,2", "found 2, expected 5"]),
        (&["--model", "gru"], &["--model gru", "hybrid"]),
        (&["--model", "lstm", "--weights", "1,1,0"], &["--weights 1,1,0", "--model hybrid"]),
        (&["--rates", "0,0,0,0,0"], &["nothing is learned"]),
        (&["--weights", "1,-1,1"], &["--weights -1"]),
        (&["--gate", "hard"], &["--gate hard"]),
        (&["--model", "lstm", "--gate", "softmax"], &["--gate softmax", "has no gate"]),
        (&["--test-walks", "1000000", "--test-steps", "100000"], &["--test-walks", "--test-steps"]),
        (&["--spread", "0"], &["--spread 0"]),
    ] {
        train(&place, options, 2, words);
    }
}
