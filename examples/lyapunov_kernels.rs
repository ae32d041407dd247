use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::{householder as hh, lu::partial_pivoting::factor as luf, qr::no_pivoting::factor as qrf};
use faer::{Accum, Conj, Mat, Par, linalg::matmul::matmul};
use nullcline::linalg::random::*;
fn cpu() -> f64 {
    use std::sync::LazyLock;
    static T: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    T.elapsed().as_secs_f64()
}
fn best(mut f: impl FnMut(), est: f64) -> f64 {
    let reps = ((0.02 / est) as usize).max(1);
    let mut b = f64::MAX;
    for _ in 0..12 {
        let t = cpu();
        for _ in 0..reps {
            f();
        }
        b = b.min((cpu() - t) / reps as f64);
    }
    b * 1e6
}
fn main() {
    for n in [3usize, 10, 32, 50, 100, 200, 500] {
        let mut rng = stream(1, Use::Fixture, n as u64);
        let a = normal_matrix(&mut rng, n, n);
        let w = normal_matrix(&mut rng, n, n);
        let mut z = a.clone();
        let est = 2e-7 + 1e-9 * (n as f64).powi(3) / 10.0;
        let copy = best(|| z.copy_from(&a), est / 10.0);
        let gemm = best(|| matmul(z.as_mut(), Accum::Replace, w.as_ref(), a.as_ref(), 1.0, Par::Seq), est);
        let mut perm = vec![0usize; n];
        let mut inv = vec![0usize; n];
        let mut mem =
            MemBuffer::new(luf::lu_in_place_scratch::<usize, f64>(n, n, Par::Seq, Default::default()));
        let flu = best(
            || {
                z.copy_from(&a);
                luf::lu_in_place(
                    z.as_mut(),
                    &mut perm,
                    &mut inv,
                    Par::Seq,
                    MemStack::new(&mut mem),
                    Default::default(),
                );
            },
            est,
        ) - copy;
        let our = best(
            || {
                z.copy_from(&a);
                nullcline::linalg::lu::lu_in_place(z.as_mut(), &mut perm);
            },
            est,
        ) - copy;
        let bs = qrf::recommended_block_size::<f64>(n, n);
        let mut h = Mat::<f64>::zeros(bs, n);
        let mut q = Mat::<f64>::zeros(n, n);
        let mut mem = MemBuffer::new(StackReq::any_of(&[
            qrf::qr_in_place_scratch::<f64>(n, n, bs, Par::Seq, Default::default()),
            hh::apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(n, bs, n),
        ]));
        let qr = best(
            || {
                z.copy_from(&a);
                qrf::qr_in_place(
                    z.as_mut(),
                    h.as_mut(),
                    Par::Seq,
                    MemStack::new(&mut mem),
                    Default::default(),
                );
            },
            est,
        ) - copy;
        let qrq = best(
            || {
                z.copy_from(&a);
                qrf::qr_in_place(
                    z.as_mut(),
                    h.as_mut(),
                    Par::Seq,
                    MemStack::new(&mut mem),
                    Default::default(),
                );
                q.fill(0.0);
                q.diagonal_mut().fill(1.0);
                hh::apply_block_householder_sequence_on_the_left_in_place_with_conj(
                    z.as_ref(),
                    h.as_ref(),
                    Conj::No,
                    q.as_mut(),
                    Par::Seq,
                    MemStack::new(&mut mem),
                );
            },
            est,
        ) - copy;
        let mut g = Mat::<f64>::zeros(n, n);
        let mut memc = MemBuffer::new(faer::linalg::cholesky::llt::factor::cholesky_in_place_scratch::<f64>(
            n,
            Par::Seq,
            Default::default(),
        ));
        let spd = a.transpose() * &a;
        let chol = best(
            || {
                z.copy_from(&a);
                use faer::linalg::matmul::triangular::{BlockStructure as B, matmul as tm};
                tm(
                    g.as_mut(),
                    B::TriangularLower,
                    Accum::Replace,
                    z.transpose(),
                    B::Rectangular,
                    z.as_ref(),
                    B::Rectangular,
                    1.0,
                    Par::Seq,
                );
                g.copy_from(&spd);
                let _ = faer::linalg::cholesky::llt::factor::cholesky_in_place(
                    g.as_mut(),
                    Default::default(),
                    Par::Seq,
                    MemStack::new(&mut memc),
                    Default::default(),
                );
                faer::linalg::triangular_solve::solve_lower_triangular_in_place(
                    g.as_ref(),
                    z.transpose_mut(),
                    Par::Seq,
                );
            },
            est,
        ) - 2.0 * copy;
        // blocked lower-triangular right factor
        let mut line = format!(
            "n={n:4} copy {copy:.2} gemm {gemm:.2} ({:.1} GF/s) faer-lu {flu:.2} lu {our:.2} qr {qr:.2} qr+q {qrq:.2} cholqr {chol:.2} tri:",
            2e-3 * (n as f64).powi(3) / gemm
        );
        for nb in [16usize, 32, 48, 64, 96, 128] {
            if nb < n {
                let t = best(
                    || {
                        let mut c = 0;
                        while c < n {
                            let e = (c + nb).min(n);
                            matmul(
                                z.as_mut().subcols_mut(c, e - c),
                                Accum::Replace,
                                w.as_ref().subcols(c, n - c),
                                a.as_ref().submatrix(c, c, n - c, e - c),
                                1.0,
                                Par::Seq,
                            );
                            c = e;
                        }
                    },
                    est,
                );
                line += &format!(" {nb}:{t:.1}");
            }
        }
        println!("{line}");
    }
}
