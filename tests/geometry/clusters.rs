//! Clusters of units: exact cases, and scipy and scikit-learn.

use crate::common::{golden, noise};
use faer::Mat;
use nullcline::diagnostics::geometry::clusters::{
    Error, Linkage, Options, Tree, blocks, clusters, silhouette,
};
use nullcline::io::table::{ReadTable, Values, read};
use serde_json::Value;

fn expected() -> Value {
    serde_json::from_str(&std::fs::read_to_string(golden("analyses/expected.json")).unwrap()).unwrap()
}

/// The nine units of the golden table, 9 x 240.
fn units() -> Mat<f64> {
    let table = read(golden("analyses/activity.csv").as_ref(), &ReadTable::default()).unwrap();
    let columns: Vec<_> = table.columns.iter().map(|c| &c.values).collect();
    Mat::from_fn(9, table.rows, |i, t| match columns[i] {
        Values::Number(v) => v[t],
        Values::Text(_) => panic!("text"),
    })
}

/// Whether two numberings make the same groups.
fn same(a: &[usize], b: &[usize]) -> bool {
    (0..a.len()).all(|i| (0..a.len()).all(|j| (a[i] == a[j]) == (b[i] == b[j])))
}

#[test]
fn trees_cuts_and_silhouettes_agree_with_scipy_and_scikit_learn() {
    let (x, all) = (units(), expected());
    for linkage in Linkage::ALL {
        let found = clusters(x.as_ref(), &Options { linkage, clusters: None }).unwrap();
        let theirs = &all["trees"][linkage.name()];
        for (ours, z) in found.tree.merges.iter().zip(theirs["z"].as_array().unwrap()) {
            let z: Vec<f64> = z.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
            assert_eq!([ours.groups[0], ours.groups[1], ours.size], [z[0], z[1], z[3]].map(|v| v as usize));
            assert!((ours.distance - z[2]).abs() < 1e-13, "{} and {}", ours.distance, z[2]);
        }
        let leaves: Vec<usize> =
            theirs["leaves"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect();
        assert_eq!(found.order, leaves, "{}", linkage.name());
        let distance = Mat::from_fn(9, 9, |i, j| if i == j { 0.0 } else { 1.0 - found.correlation[(i, j)] });
        for k in 2..=5 {
            let cut = &theirs["cuts"][k.to_string()];
            let cut: Vec<usize> =
                cut.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect();
            let ours = found.tree.cut(k);
            assert!(same(&ours, &cut), "{} {k}: {ours:?} and {cut:?}", linkage.name());
            let s = theirs["silhouettes"][k.to_string()].as_f64().unwrap();
            assert!((silhouette(distance.as_ref(), &ours) - s).abs() < 1e-12);
        }
    }
    let found = clusters(x.as_ref(), &Options::default()).unwrap();
    // Average linkage: the largest silhouette is that of four clusters.
    assert_eq!((found.count, found.given), (4, false));
    assert_eq!(found.sizes().iter().sum::<usize>(), 9);
    for i in 0..9 {
        for j in 0..9 {
            let r = all["correlation"][i][j].as_f64().unwrap();
            assert!((found.correlation[(i, j)] - r).abs() < 1e-13);
        }
    }
}

#[test]
fn a_tree_of_three_is_as_on_paper() {
    let d = [[0.0, 1.0, 4.0], [1.0, 0.0, 3.0], [4.0, 3.0, 0.0]];
    let d = Mat::from_fn(3, 3, |i, j| d[i][j]);
    for (linkage, top) in [(Linkage::Average, 3.5), (Linkage::Complete, 4.0), (Linkage::Single, 3.0)] {
        let tree = Tree::new(d.as_ref(), linkage);
        assert!(
            (tree.merges[0].distance - 1.0).abs() < 1e-15 && (tree.merges[1].distance - top).abs() < 1e-15
        );
        assert_eq!((tree.cut(1), tree.cut(2), tree.cut(3)), (vec![0; 3], vec![1, 1, 0], vec![1, 2, 0]));
    }
}

#[test]
fn pools_are_found_and_constant_units_named() {
    let (t, per) = (400, 6);
    let (common, own) = (noise(3 * t, 1.0, 1), noise(3 * per * t, 0.5, 2));
    let x = Mat::from_fn(3 * per + 2, t, |i, j| match i {
        7 | 12 => 0.1 * (1 + i) as f64,
        i => common[(i % 3) * t + j] + own[(i * t + j) % own.len()],
    });
    let found = clusters(x.as_ref(), &Options::default()).unwrap();
    assert_eq!(found.constant, [7, 12]);
    assert_eq!(found.count, 3);
    assert!(found.silhouette() > 0.6, "{:?}", found.silhouettes);
    for i in found.kept.iter().copied() {
        for j in found.kept.iter().copied() {
            assert_eq!(found.label[i] == found.label[j], i % 3 == j % 3);
        }
    }
    assert_eq!((found.label[7], found.label[12], found.order.len()), (None, None, 18));
    let two = clusters(x.as_ref(), &Options { clusters: Some(2), ..Options::default() }).unwrap();
    assert_eq!((two.count, two.given), (2, true));
}

#[test]
fn weights_within_and_between_pools() {
    // Excitation 1 within, inhibition -0.5 between, and noise: 3 pools of 8.
    let n = 24;
    let small = noise(n * n, 0.2, 3);
    let label: Vec<Option<usize>> = (0..n).map(|i| Some(i / 8)).collect();
    let w = Mat::from_fn(n, n, |i, j| {
        let mean = if i == j {
            100.0
        } else if i / 8 == j / 8 {
            1.0
        } else {
            -0.5
        };
        mean + small[i * n + j]
    });
    let found = blocks(w.as_ref(), &label, 999, 1);
    assert!((found.within.value - 1.0).abs() < 4.0 * found.within.error(), "{found:?}");
    assert!((found.between.value + 0.5).abs() < 4.0 * found.between.error(), "{found:?}");
    assert!((0.005..0.05).contains(&found.difference.error()), "{found:?}");
    // No permutation comes near: p = 1 / 1000.
    let test = found.test.unwrap();
    assert!((test.p - 1e-3).abs() < 1e-15 && test.count == 999);
    assert!(test.deviation > 0.01 && test.deviation < 0.3, "{test:?}");
    assert_eq!((found.mean.nrows(), found.mean.ncols()), (3, 3));
    assert!((found.mean[(1, 1)] - 1.0).abs() < 0.15 && (found.mean[(0, 2)] + 0.5).abs() < 0.15);
    // Labels that have nothing to do with the weights are not significant, whoever runs it.
    let dealt: Vec<Option<usize>> = (0..n).map(|i| Some(i % 3)).collect();
    let none = blocks(w.as_ref(), &dealt, 999, 1).test.unwrap();
    assert!(none.p > 0.05, "{none:?}");
    let one = rayon(1, || blocks(w.as_ref(), &label, 99, 5).test);
    assert_eq!(one, rayon(3, || blocks(w.as_ref(), &label, 99, 5).test));
    let single = blocks(w.as_ref(), &vec![Some(0); n], 99, 1);
    assert!(single.test.is_none() && single.between.value.is_nan());
}

/// On so many threads.
fn rayon<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> R {
    ::rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(f)
}

#[test]
fn what_has_no_clusters_is_said() {
    let flat = Mat::from_fn(3, 10, |i, j| if i == 1 { j as f64 } else { 2.5 });
    let o = Options::default();
    assert_eq!(clusters(flat.as_ref(), &o).unwrap_err(), Error::Units { found: 1, units: 3 });
    let (x, many) = (units(), Options { clusters: Some(10), ..o });
    assert_eq!(clusters(x.as_ref(), &many).unwrap_err(), Error::Number { clusters: 10, units: 9 });
    let mut bad = x.clone();
    bad[(2, 5)] = f64::INFINITY;
    assert!(matches!(clusters(bad.as_ref(), &o).unwrap_err(), Error::NotFinite { sample: 5, unit: 2, .. }));
    let two = clusters(x.as_ref().subrows(0, 2), &o).unwrap();
    assert_eq!(two.count, 1);
    assert!(two.silhouette().is_nan());
}
