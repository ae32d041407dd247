//! What the view of states is given: lines by where they end, points with their unstable directions, and nothing that ran away.

use faer::Mat;
use nullcline::analyses::{Analysis, Analyze, Components, Finding};
use nullcline::diagnostics::dynamics::trajectories::Trajectories;
use nullcline::job::{Desk, Job};

fn components(settings: serde_json::Value) -> Components {
    let job: Analyze = serde_json::from_value(settings).unwrap();
    let Ok(Analysis::Network(found)) = job.run(&Desk::BARE) else { panic!("no network") };
    let pca = found.findings.into_iter().find_map(|f| match f {
        Finding::Pca(c) => Some(c),
        _ => None,
    });
    pca.unwrap()
}

#[test]
fn a_memory_is_seen_with_its_attractors_and_saddles() {
    let found = components(serde_json::json!({
        "file": concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/flipflop_gru.safetensors"),
        "modules": "fixed_points,pca",
    }));
    assert_eq!((found.points.len(), found.directions.len()), (27, 27), "a cube of three bits has 27 points");
    for ((point, _), directions) in found.points.iter().zip(&found.directions) {
        assert_eq!(directions.len(), point.unstable);
        for (d, mode) in directions.iter().zip(&point.modes) {
            assert!(mode.value.re.hypot(mode.value.im) > 1.0, "unstable: {:?}", mode.value);
            for (j, along) in d.iter().enumerate() {
                let v = mode.right.iter().enumerate();
                // Of a conjugate pair the second stands for the imaginary part.
                let part = |z: &faer::c64| if mode.value.im < 0.0 { z.im } else { z.re };
                let expected: f64 = v.map(|(i, z)| found.pca.components[(i, j)] * part(z)).sum();
                assert!((along - expected).abs() < 1e-12, "{along} {expected}");
            }
            assert!(d.iter().map(|v| v * v).sum::<f64>() > 0.01, "something of it is seen");
        }
    }
    let groups = found.groups.unwrap();
    assert_eq!((groups.label, groups.of.len()), (None, found.lines.len()));
    // A line of the group "3" ends at the third point.
    for (line, group) in found.lines.iter().zip(&groups.of) {
        let Some(group) = group else { continue };
        let point: usize = groups.names[*group].parse().unwrap();
        let (end, at) = (line.last().unwrap(), found.points[point - 1].1);
        assert!(end.iter().zip(at).all(|(a, b)| (a - b).abs() < 1e-3), "{end:?} {at:?}");
    }
    assert!(groups.of.iter().filter(|g| g.is_some()).count() > 10, "random starts reach the attractors");
}

#[test]
fn what_runs_away_sets_no_axis() {
    let line = |end: f64| Mat::from_fn(2, 3, |i, t| if t == 0 { 1.0 } else { end * (i + t) as f64 });
    let of = |ends: &[f64], diverged: &[usize]| Trajectories {
        states: ends.iter().map(|e| line(*e)).collect(),
        final_speed: vec![0.0; ends.len()],
        diverged: diverged.to_vec(),
        time_step: 1.0,
    };
    let shown = |t: &Trajectories| t.shown().collect::<Vec<_>>();
    let some = of(&[0.5, 1e6, 2.0, 3.0], &[3]);
    assert_eq!(shown(&some), [0, 2], "one ran to 10^6 and one beyond the finite numbers");
    assert_eq!(some.pooled_shown().ncols(), 6);
    assert_eq!(shown(&of(&[1e6, 1e9], &[])), [0, 1], "where all run away all are shown");
}
