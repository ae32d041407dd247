//! `--continue` on the command line: what is found stands in the summary, the tables and on the page; what cannot be is refused.

use crate::common::{Place, analyze, network, tensor, violations};
use nullcline::io::tensors::Tensor;
use serde_json::Value;

/// x' = tanh(W x + p b) of tests/golden/continuation/cells.py.
fn planar() -> Vec<Tensor> {
    vec![
        tensor("rnn.weight_ih_l0", &[2, 1], vec![1.0, -1.7]),
        tensor("rnn.weight_hh_l0", &[2, 2], vec![2.2, 0.6, -0.5, -1.9]),
        tensor("rnn.bias_ih_l0", &[2], vec![0.0; 2]),
        tensor("rnn.bias_hh_l0", &[2], vec![0.0; 2]),
    ]
}

fn kinds(continued: &Value, kind: &str) -> Vec<f64> {
    let branches = continued["branches"].as_array().unwrap().iter().filter(|b| b["period"] == 1);
    let all = branches.flat_map(|b| b["bifurcations"].as_array().unwrap());
    all.filter(|b| b["kind"] == kind).map(|b| b["p"].as_f64().unwrap()).collect()
}

#[test]
fn points_are_followed_in_an_input_and_in_a_scale() {
    let place = Place::new("continued");
    let net = place.save("net.safetensors", &planar());
    let what = "input=0:-1.5:1.5,scale=0.2:1.2,parameter:weight_hh[0,1]=0:1";
    let options =
        ["--modules", "fixed_points,pca", "--continue", what, "--manifolds", "3", "--figures", "svg"];
    analyze(&place, &[&[net.as_str()], &options[..]].concat(), 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let points = &summary["modules"]["fixed_points"];
    let all = points["continued"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all[0]["what"], "input 0");
    let (folds, flips) = (kinds(&all[0], "fold"), kinds(&all[0], "flip"));
    assert!(
        folds.iter().all(|p| (p.abs() - 0.920534145736773).abs() < 1e-10) && folds.len() == 2,
        "{folds:?}"
    );
    assert!(flips.iter().filter(|p| (p.abs() - 0.972215790015646).abs() < 1e-10).count() == 2, "{flips:?}");
    // W has the real eigenvalues 2.127 and -1.827: pitchfork and flip of the origin where p times them is 1 and -1.
    let root = (0.25f64 * 4.1f64.powi(2) - 0.3).sqrt();
    let pitchforks = kinds(&all[1], "pitchfork");
    assert!(pitchforks.iter().any(|p| (p - 1.0 / (0.15 + root)).abs() < 1e-10), "{pitchforks:?}");
    assert!(kinds(&all[1], "flip").iter().any(|p| (p - 1.0 / (root - 0.15)).abs() < 1e-10));
    assert_eq!(all[2]["what"], "weight_hh[0,1]");
    // The saddles in the plane have both curves.
    let curves = points["curves"].as_array().unwrap();
    assert!(
        curves.iter().any(|c| c["direction"] == "stable")
            && curves.iter().any(|c| c["direction"] == "unstable")
    );
    let page = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    for words in [
        "Bifurcation diagram: input 0",
        "2 flips, 4 folds",
        "A diagram holds what hangs together",
        "states leave",
    ] {
        assert!(page.contains(words), "{words}");
    }
    for file in
        ["bifurcations.csv", "branches.csv", "bifurcations_2.csv", "branches_3.csv", "bifurcations.svg"]
    {
        assert!(std::fs::exists(place.path(&format!("out/fixed_points/{file}"))).unwrap(), "{file}");
    }
}

#[test]
fn points_are_followed_from_one_input_to_another() {
    let place = Place::new("continued-path");
    let net = place.save("net.safetensors", &planar());
    let (a, b) = (place.write("a.csv", "u\n-1.5\n"), place.write("b.csv", "u\n1.5\n"));
    let what = format!("input={a}..{b}");
    analyze(&place, &[&net, "--modules", "fixed_points", "--continue", &what], 0, &[]);
    let continued = place.summary("out")["modules"]["fixed_points"]["continued"][0].clone();
    assert_eq!(continued["what"], "input from a.csv to b.csv");
    assert_eq!(continued["starts"].as_array().unwrap().len(), 2);
    let folds = kinds(&continued, "fold");
    assert!(
        folds.len() == 2 && folds.iter().all(|p| ((3.0 * p - 1.5).abs() - 0.920534145736773).abs() < 1e-10)
    );
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let place = Place::new("continued-refused");
    let net = place.save("net.safetensors", &network(1, 3, 2, 0.5));
    let (one, two) = (place.write("one.csv", "a,b\n1,0\n"), place.write("three.csv", "a,b,c\n1,0,2\n"));
    for (what, status, words) in [
        ("input=2:-1:1", 2, "there is no input 2; the network has 2 inputs, counted from 0"),
        ("scale:weight_hx=0:2", 2, "no block weight_hx; do you mean weight_hh?"),
        ("parameter:weight_hh[3,0]=0:1", 2, "weight_hh has 3 x 3 numbers, and there is none at [3,0]"),
        ("gain=0:1", 2, "--continue gain=0:1: expected input=K:LOW:HIGH"),
        (&format!("input={one}..{two}"), 3, "holds 1 x 3 numbers, expected one input: 2"),
        (&format!("input={one}..{one}"), 3, "holds the same input as"),
        (&format!("input={one}..{one}x"), 3, "one.csvx"),
    ] {
        analyze(&place, &[&net, "--modules", "fixed_points", "--continue", what], status, &[words]);
    }
    analyze(
        &place,
        &[&net, "--modules", "pca", "--continue", "scale=0:2"],
        2,
        &["--continue goes with the module fixed_points"],
    );
    analyze(&place, &[&net, "--branches", "3"], 2, &["--branches goes with --continue"]);
    analyze(
        &place,
        &[&net, "--continue", "scale=0:2", "--branch-step", "-1"],
        2,
        &["--branch-step -1: expected a positive number"],
    );
}

/// x' = -x + W tanh(x) + B p with W = 1.2 + 1.5 i: at p = 0 a cycle, which ends at a Hopf point on either side.
#[test]
fn cycles_between_two_hopf_points_are_followed_once() {
    let place = Place::new("continued-cycles");
    let net = place.save(
        "net.safetensors",
        &[
            tensor("w", &[2, 2], vec![1.2, -1.5, 1.5, 1.2]),
            tensor("wi", &[2, 1], vec![3.0, 0.0]),
            tensor("b", &[2], vec![0.0; 2]),
        ],
    );
    let options = ["--cell", "rate", "--map", "w_rec=w,w_in=wi,b=b", "--modules", "fixed_points"];
    let what = ["--continue", "input=0:-2:2", "--branch-cycles"];
    analyze(&place, &[&[net.as_str()], &options[..], &what[..]].concat(), 0, &[]);
    let found = place.summary("out")["modules"]["fixed_points"]["continued"][0].clone();
    let hopf = kinds(&found, "hopf");
    assert!(hopf.len() == 2 && (hopf[0] + hopf[1]).abs() < 1e-9, "{hopf:?}");
    let cycles = found["cycles"].as_array().unwrap();
    assert_eq!(cycles.len(), 1, "{cycles:?}");
    let place_of = |end: &str| cycles[0][end][1].as_u64().unwrap();
    assert!(cycles[0]["end"] == "shrunk" && place_of("from") != place_of("to"), "{cycles:?}");
    let page = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    assert!(page.contains("and end in the one at"));
}

/// The only continuation of a network with these weights in its input, and what was told of it.
fn followed(name: &str, cell: &str, tensors: [Tensor; 3], range: &str) -> Value {
    let place = Place::new(name);
    let net = place.save("net.safetensors", &tensors);
    let options = ["--cell", cell, "--map", "w_rec=w,w_in=u,b=b", "--vectors", "column"];
    let what = ["--modules", "fixed_points", "--continue", range];
    let more: &[&str] = if cell == "gru" { &[] } else { &["--branch-cycles"] };
    analyze(&place, &[&[net.as_str()], &options[..], &what[..], more].concat(), 0, &[]);
    place.summary("out")["modules"]["fixed_points"]["continued"][0].clone()
}

/// Positions by an independent program (scipy's solver on the augmented system): both Hopf points are ends of one family, without a fold.
#[test]
fn cycles_end_where_they_shrink() {
    let found = followed(
        "continued-shrink",
        "current",
        [
            tensor(
                "w",
                &[2, 2],
                vec![2.1753888692980725, -2.985951260175904, 2.5332305455863215, 1.0848320218633951],
            ),
            tensor("u", &[2, 1], vec![0.9830099626202069, -0.31305305687037144]),
            tensor("b", &[2], vec![-0.21327795494641621, -0.22914712087357492]),
        ],
        "input=0:-3:3",
    );
    let hopf = kinds(&found, "hopf");
    assert!(
        hopf.iter().any(|p| (p + 2.11669315).abs() < 1e-8)
            && hopf.iter().any(|p| (p - 2.21913871).abs() < 1e-8)
    );
    let cycles = found["cycles"].as_array().unwrap();
    assert_eq!(cycles.len(), 1, "{cycles:?}");
    assert!(
        cycles[0]["end"] == "shrunk" && cycles[0]["bifurcations"].as_array().unwrap().is_empty(),
        "{cycles:?}"
    );
}

/// The period grows without end at p = 0.649027872, where simulation has no cycle any more.
#[test]
fn cycles_end_at_homoclinic_orbits() {
    let w = vec![
        -0.8782685760111463,
        -3.0966008592102416,
        2.671017188842344,
        0.6832510192113692,
        2.497166291126939,
        -0.4147918000268986,
        3.8161254752920297,
        -0.4090931294876385,
        -2.604698930116735,
    ];
    let found = followed(
        "continued-homoclinic",
        "current",
        [
            tensor("w", &[3, 3], w),
            tensor("u", &[3, 1], vec![2.1069598951453443, -1.3990014249953024, -1.4141881962535687]),
            tensor("b", &[3], vec![1.1474204206051974, -0.24077726269446365, 0.4180344746641478]),
        ],
        "input=0:-4:4",
    );
    let cycles = found["cycles"].as_array().unwrap();
    let long: Vec<&Value> = cycles.iter().filter(|c| c["end"] == "long_period").collect();
    assert!(
        !long.is_empty() && cycles.iter().all(|c| c["bifurcations"].as_array().unwrap().len() < 4),
        "{cycles:?}"
    );
    let near = |c: &&Value| {
        c["p"].as_array().unwrap().iter().any(|p| (p.as_f64().unwrap() - 0.649027872).abs() < 1e-6)
    };
    assert!(long.iter().any(near), "{long:?}");
}

/// The cycles of two steps shrink to the flips from which they come, amplitude^2 in proportion to p: no fold is there.
#[test]
fn doubled_branches_end_in_flips() {
    let w = vec![
        0.3771906632801799,
        -0.39631458987390566,
        1.9212679513298463,
        0.3147003514591191,
        -1.607008119483333,
        1.084785164728454,
        3.9120001353904117,
        2.8412428893877264,
        -2.111205707420978,
        -3.7962644131381573,
        -1.8698233876120565,
        0.1239779380417308,
        -6.975092323916503,
        -0.6563749917976371,
        -3.7377328417591955,
        -2.1968020641103547,
        -1.6327769485719297,
        -0.9489004691074636,
        1.2348916091223985,
        3.1275401083280325,
        -0.3856039888321028,
        4.099390411649058,
        -1.9955840204598405,
        1.0545302102790592,
        2.7104105449554257,
        0.2820368932826237,
        -2.230497748061425,
    ];
    let u = vec![
        -1.8434507525168389,
        -0.9154516513346783,
        0.4403902469400988,
        -2.019236367077472,
        -0.41835114974342613,
        -0.31845001982895543,
        1.0816911693716154,
        0.4293182450126818,
        0.7107454180798428,
    ];
    let b = vec![
        -0.6538286094183394,
        -0.12961363369276946,
        0.7839754700613295,
        1.4934311452207607,
        -1.2590655321041202,
        1.5139237747390626,
        1.3458754237823045,
        0.7813114007004275,
        0.2644556303293035,
    ];
    let tensors = [tensor("w", &[9, 3], w), tensor("u", &[9, 1], u), tensor("b", &[9], b)];
    let found = followed("continued-doubled", "gru", tensors, "input=0:-4:4");
    let branches = found["branches"].as_array().unwrap();
    let of = |kind: &str| {
        let all = branches.iter().flat_map(|b| b["bifurcations"].as_array().unwrap());
        all.filter(|e| e["kind"] == kind).count()
    };
    assert_eq!((of("fold"), of("flip")), (5, 2), "{branches:?}");
}
