//! Adaptive cluster expansion and grouping of states, against enumeration and annealing.

use nullcline::inference::potts::{
    Annealing, Compressed, Error, Expansion, Gauge, Gibbs, Grouping, Penalty, Potts, Samples, Settings,
    Sites, Transfer, Way, ace, annealed, exact,
};
use nullcline::linalg::random::{Use, stream};

fn samples(sites: &Sites, p: usize, variances: [f64; 2], number: u64) -> Samples {
    let truth = Potts::erdos_renyi(sites.clone(), 2.5, variances, &mut stream(51, Use::Couplings, number));
    Gibbs::new(&truth).unwrap().samples(p / 20, 20, 200, 20, number).unwrap()
}

/// All clusters: the exact maximum, its objective and log Z.
#[test]
fn all_clusters_are_the_exact_maximum() {
    for (k, states) in [&[2, 2][..], &[3, 2, 4], &[2, 3, 2, 3], &[3; 5], &[2; 8]].iter().enumerate() {
        let sites = Sites::new(states).unwrap();
        let seen = samples(&sites, 400, [1.0, 1.0], k as u64);
        let seen = seen.weighted((0..400).map(|s| 0.5 + f64::from(s % 3)).collect()).unwrap();
        let o = Settings { tolerance: 1e-10, aim: 1e-16, evaluations: 40_000, ..Settings::default() };
        let expected = Way::Exact.fit(&seen, 0.05, None, &o).unwrap();
        let penalty = Penalty::of_likelihood(0.05, &sites).unwrap();
        let all = Expansion { until: None, smallest: 0.0, ..Expansion::default() };
        let found = ace(&seen, penalty, &all).unwrap();
        let what = format!("{states:?}");
        let apart = found.entropy.value - expected.objective / seen.total();
        assert!(apart.abs() < 1e-12, "{what}: {apart}");
        let model = expected.model.in_gauge(Gauge::ZeroSum);
        let apart = (&found.model.couplings - &model.couplings).norm_max();
        assert!(apart < 1e-6, "{what}: {apart}");
        let log_z = exact::log_z(&found.model).unwrap();
        assert!((found.log_z.value - log_z).abs() < 1e-10, "{what}: {} {log_z}", found.log_z.value);
        let steps = found.path.last().unwrap();
        assert_eq!(steps.sizes.iter().sum::<usize>(), (1 << states.len()) - 1, "{what}");
    }
}

/// Models of sparse graphs: frequencies and correlations within sampling errors, log Z within twice its error of annealing.
#[test]
fn sparse_graphs_are_expanded() {
    let mut within = 0;
    for k in 0..8u64 {
        let sites = Sites::alike(20, 2 + k as usize % 2).unwrap();
        let variances = if k < 4 { [1.0, 1.0] } else { [5.0, 1.0] };
        let seen = samples(&sites, 2000, variances, k);
        let penalty = Penalty::of_likelihood(if k % 4 < 2 { 0.02 } else { 0.2 }, &sites).unwrap();
        let found = ace(&seen, penalty, &Expansion::default()).unwrap();
        let last = found.path.last().unwrap();
        assert!(last.mismatch.unwrap().worst() <= 1.0, "{k}: {last:?}");
        let found_z = found.log_z;
        // Where the graph has few loops log Z is known exactly.
        let (log_z, error) = match Transfer::new(&found.model) {
            Ok(t) => (t.log_z, 0.0),
            Err(_) => {
                let o = Annealing { chains: 4000, ..Annealing::default() };
                let z = annealed(&found.model, &o).unwrap().log_z;
                (z.value, z.error())
            }
        };
        assert!(found_z.error() < 0.01 * log_z, "{k}: {found_z:?}");
        within += usize::from((found_z.value - log_z).abs() < 2.0 * found_z.error().hypot(error));
    }
    assert!(within >= 7, "{within} of 8");
}

/// Grouped states given back: log Z stays, and frequencies are those of groups times shares.
#[test]
fn groups_are_given_back() {
    let sites = Sites::new(&[5, 4, 6, 2]).unwrap();
    let seen = samples(&sites, 1000, [4.0, 1.0], 9);
    let seen = seen.weighted((0..1000).map(|s| 1.0 + f64::from(s % 2)).collect()).unwrap();
    let f = seen.frequencies();
    for by in [Grouping::Rare(0.15), Grouping::Entropy(0.8)] {
        let fewer = Compressed::new(&seen, by).unwrap();
        let groups = &fewer.samples.sites;
        assert!(groups.total() < sites.total(), "{by:?}");
        let fit = Way::Exact.fit(&fewer.samples, 0.05, None, &Settings::default()).unwrap();
        let whole = fewer.give_back(&fit.model).unwrap();
        let (of_groups, of_all) = (exact::all(&fit.model).unwrap(), exact::all(&whole).unwrap());
        let unseen: f64 = f.iter().filter(|p| **p == 0.0).count() as f64;
        assert!((of_groups.log_z - of_all.log_z).abs() < 1e-12, "{by:?}");
        // The likelihood of all states is that of the groups and of states within them.
        let [whole_s, fewer_s] = [
            seen.energy(&whole) + of_all.log_z,
            fewer.samples.energy(&fit.model) + of_groups.log_z + fewer.hidden,
        ];
        assert!((whole_s - fewer_s).abs() < 1e-12, "{by:?}: {whole_s} {fewer_s}");
        // Penalised fields move frequencies a little; unseen states count as half a sample each.
        for k in 0..sites.total() {
            let apart = (of_all.single[k] - f[k]).abs();
            assert!(apart < 2e-3 + unseen / seen.total(), "{by:?} {k}: {} {}", of_all.single[k], f[k]);
        }
    }
    // A fit of grouped states is the same by any way, and begins where another ended.
    let grouping = Some(Grouping::Rare(0.15));
    let o = Settings { grouping, tolerance: 1e-10, aim: 1e-16, evaluations: 40_000, ..Settings::default() };
    let exact = Way::Exact.fit(&seen, 0.05, None, &o).unwrap();
    let all = Expansion { until: None, smallest: 0.0, ..Expansion::default() };
    let expanded = Way::Clusters.fit(&seen, 0.05, None, &Settings { expansion: all, ..o }).unwrap();
    assert!((exact.objective - expanded.objective).abs() < 1e-8 && (exact.loss - expanded.loss).abs() < 1e-3);
    let apart =
        &exact.model.in_gauge(Gauge::ZeroSum).couplings - &expanded.model.in_gauge(Gauge::ZeroSum).couplings;
    assert!(apart.norm_max() < 1e-6, "{}", apart.norm_max());
    let again = Way::Exact.fit(&seen, 0.05, Some(&exact.model), &o).unwrap();
    assert!(again.evaluations < 5, "{}", again.evaluations);
    let [log_z, loss] = [exact::log_z(&exact.model).unwrap(), exact.loss / seen.total()];
    assert!((seen.energy(&exact.model) + log_z - loss).abs() < 1e-11);
    let other = Compressed::new(&seen, Grouping::Rare(0.0)).unwrap();
    assert_eq!((&other.samples, other.hidden), (&seen, 0.0));
    assert!(Compressed::new(&seen, Grouping::Entropy(1.5)).is_err());
    assert!(other.give_back(&Potts::free(Sites::alike(2, 2).unwrap())).is_err());
}

/// The fewest states that keep a share of the entropy.
#[test]
fn groups_keep_their_share_of_entropy() {
    // 0.5, 0.3, 0.1, 0.1: entropy 1.168; by itself the first keeps 0.693 (0.59), the first two 1.030 (0.88).
    let rows: Vec<[u8; 1]> = [0, 0, 0, 0, 0, 1, 1, 1, 2, 3].map(|s| [s]).to_vec();
    let seen = Samples::new(Sites::alike(1, 4).unwrap(), rows).unwrap();
    let states = |share| Compressed::new(&seen, Grouping::Entropy(share)).unwrap().samples.sites.states(0);
    assert_eq!([0.5, 0.6, 0.88, 0.89, 1.0].map(states), [2, 3, 3, 4, 4]);
}

#[test]
fn expansions_without_end_are_refused() {
    let sites = Sites::alike(12, 2).unwrap();
    let mut truth = Potts::free(sites.clone());
    for i in 0..12 {
        (0..i).for_each(|j| truth.couple(i, j, |a, b| if a == b { 0.2 } else { -0.2 }));
    }
    let seen = Gibbs::new(&truth).unwrap().samples(50, 20, 200, 20, 1).unwrap();
    let penalty = Penalty::of_likelihood(0.01, &sites).unwrap();
    let down = Expansion { until: None, smallest: 1e-6, ..Expansion::default() };
    let tried = |o: Expansion| ace(&seen, penalty, &o).unwrap_err();
    assert!(matches!(tried(Expansion { largest: 3, ..down }), Error::ClusterSize { most: 3, .. }));
    assert!(matches!(tried(Expansion { clusters: 100, ..down }), Error::Clusters { most: 100, .. }));
    let early = Expansion { smallest: 1.0, ..Expansion::default() };
    assert!(matches!(tried(early), Error::NotExpanded { .. }));
    assert!(matches!(tried(Expansion { factor: 1.0, ..down }), Error::Shape { .. }));
}
