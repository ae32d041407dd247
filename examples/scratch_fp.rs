use faer::Mat;
use nullcline::diagnostics::dynamics::fixed_points::*;
use nullcline::linalg::random::*;
use nullcline::systems::checkpoint::*;
use nullcline::systems::rule::*;
fn main() {
    nullcline::linalg::sequential();
    let a: Vec<String> = std::env::args().collect();
    let f = nullcline::io::tensors::read(std::path::Path::new(&a[1])).unwrap();
    let mut spec = Spec::default();
    if a.len() > 2 { spec.activation = nullcline::linalg::activation::Activation::parse(&a[2]); }
    let net = load(&f, &spec).unwrap();
    println!("{}", net.describe());
    let sys = net.system.as_ref();
    let n = sys.step().dim();
    // pool: random states run forward
    let (r, t) = (64, 100);
    let mut pool = Mat::zeros(n, r * t);
    let u = vec![0.0; net.inputs];
    let mut ws = Workspace::new(sys.step(), 1, 1);
    for k in 0..r {
        let mut rng = stream(1, Use::InitialState, k as u64);
        let mut x: Vec<f64> = (0..n).map(|i| { let [lo, hi] = sys.step().range(i); if lo.is_finite() && hi.is_finite() { uniform(&mut rng, lo, hi) } else { normal(&mut rng) } }).collect();
        let mut y = x.clone();
        for s in 0..t {
            for i in 0..n { pool[(i, k * t + s)] = x[i]; }
            ws.eval(sys.step(), column(&x), column(&u), column_mut(&mut y));
            std::mem::swap(&mut x, &mut y);
        }
    }
    for seed in 1..31 {
        let mut o = Options::for_dimension(n);
        o.seed = seed;
        let t0 = std::time::Instant::now();
        let fp = fixed_points(sys, pool.as_ref(), &u, &o, &|| ());
        let fixed: Vec<_> = fp.points.iter().filter(|p| p.label == Label::Fixed).collect();
        let mut counts = std::collections::BTreeMap::new();
        for p in &fixed { *counts.entry(p.unstable).or_insert(0) += 1; }
        println!("{:.3}s fixed {} cert {} {:?} slow {} unconv {} missed {:.2} second {}", t0.elapsed().as_secs_f64(), fixed.len(), fixed.iter().filter(|p| p.certified.is_some()).count(), counts, fp.points.len() - fixed.len(), fp.unconverged, fp.expected_missed, fp.second_found);
        println!("   hits {:?} maxq {:.1e} slow q {:?}", fixed.iter().map(|p| p.hits).collect::<Vec<_>>(), fixed.iter().map(|p| p.speed).fold(0.0, f64::max), fp.points.iter().filter(|p| p.label == Label::Slow).map(|p| p.speed).take(5).collect::<Vec<_>>());
    }
}
