//! The networks of section S1.1, and the authors' files of them.

use crate::common::*;
use faer::{Mat, MatRef};
use nullcline_core::io::table::{ReadTable, Values, read};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::random::{Rng, normal, uniform};
use nullcline_core::systems::cells::{Current, Rate};
use std::path::Path;

/// Time constant of (S2), in seconds.
pub const TAU: f64 = 0.01;

/// dx/dt = -x + f(W x + b), eq. (S1), in units of its time constant.
pub fn rate(w: MatRef<f64>, bias: &[f64], activation: Activation) -> Rate {
    Rate::new(0, activation, vec![1.0; w.nrows()]).with(w, bias)
}

/// tau dx/dt = -x + W tanh(x), eq. (S2), with tau = 10 ms.
pub fn current(w: MatRef<f64>) -> Current {
    Current::new(0, Activation::Tanh, vec![TAU; w.nrows()]).with(w, &vec![0.0; w.nrows()])
}

/// The matrix of the network with two stable fixed points, as printed.
pub fn two_fixed_points() -> Mat<f64> {
    pair(0.35, [-0.01, -0.02, -0.03, -0.01])
}

/// The matrix of the line attractor, as printed.
pub fn line_attractor() -> Mat<f64> {
    pair(0.0, [-2.0; 4])
}

/// Two units that inhibit each other by 1 and excite themselves by `own`, and four alone.
fn pair(own: f64, alone: [f64; 4]) -> Mat<f64> {
    Mat::from_fn(6, 6, |i, j| match (i, j) {
        (0, 1) | (1, 0) => -1.0,
        (0, 0) | (1, 1) => own,
        _ if i == j => alone[i - 2],
        _ => 0.0,
    })
}

/// The sparse matrix of eq. (S3): an entry is N(0, g^2 / (p n)) with probability p, otherwise 0.
pub fn sparse(n: usize, gain: f64, p: f64, rng: &mut Rng) -> Mat<f64> {
    let deviation = gain / (p * n as f64).sqrt();
    let mut w = Mat::zeros(n, n);
    for j in 0..n {
        for i in 0..n {
            let value = deviation * normal(rng);
            w[(i, j)] = if uniform(rng, 0.0, 1.0) < p { value } else { 0.0 };
        }
    }
    w
}

/// A matrix of `rows` x `cols` from a file of the folder `data`, a row a line.
///
/// # Errors
/// A file that cannot be read, holds no numbers, or another number of them.
pub fn matrix(data: &Path, name: &str, rows: usize, cols: usize) -> Result<Mat<f64>, Error> {
    let path = data.join(name);
    let table = read(&path, &ReadTable::default())?;
    let foreign = |found: String| Error::Foreign {
        path: path.clone(),
        found,
        expected: format!("{rows} x {cols} numbers"),
    };
    if (table.rows, table.columns.len()) != (rows, cols) {
        return Err(foreign(format!("{} x {} numbers", table.rows, table.columns.len())));
    }
    let mut m = Mat::zeros(rows, cols);
    for (j, column) in table.columns.iter().enumerate() {
        let Values::Number(values) = &column.values else {
            return Err(foreign(format!("text in column {}", j + 1)));
        };
        for (i, v) in values.iter().enumerate() {
            if !v.is_finite() {
                return Err(foreign(format!("{v} in row {}, column {}", i + 1, j + 1)));
            }
            m[(i, j)] = *v;
        }
    }
    Ok(m)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nullcline_core::linalg::eigen::{Order, eigenvalues};
    use nullcline_core::linalg::random::{Use, stream};
    use nullcline_core::systems::rule::linearise;

    /// Exponents at a fixed point: real parts of the Jacobian's eigenvalues there, largest first.
    fn at_rest(w: Mat<f64>, x: [f64; 6]) -> Vec<f64> {
        let field = rate(w.as_ref(), &[1.0; 6], Activation::Relu);
        let (f, j, _) = linearise(&field, &x, &[]);
        assert!(f.iter().all(|v| v.abs() < 1e-15), "not at rest: {f:?}");
        eigenvalues(j.as_ref(), Order::RealPart).unwrap().iter().map(|z| z.re).collect()
    }

    /// Exact: a unit with input slope w and no partner that is on has the eigenvalue w - 1; a pair that is
    /// on has 0 and -2.
    #[test]
    fn printed_networks_have_their_exact_exponents() {
        let alone = |w: f64| 1.0 / (1.0 - w);
        let x = [alone(0.35), 0.0, alone(-0.01), alone(-0.02), alone(-0.03), alone(-0.01)];
        for (found, exact) in
            at_rest(two_fixed_points(), x).iter().zip([-0.65, -1.0, -1.01, -1.01, -1.02, -1.03])
        {
            assert!((found - exact).abs() < 1e-14, "{found} {exact}");
        }
        let third = 1.0 / 3.0;
        for along in [0.1, 0.5, 0.8] {
            let x = [along, 1.0 - along, third, third, third, third];
            for (found, exact) in at_rest(line_attractor(), x).iter().zip([0.0, -2.0, -3.0, -3.0, -3.0, -3.0])
            {
                assert!((found - exact).abs() < 1e-14, "{found} {exact}");
            }
        }
        let end = [1.0, 0.0, third, third, third, third];
        assert!((at_rest(line_attractor(), end)[0] + 1.0).abs() < 1e-14, "no zero at an end of the segment");
    }

    #[test]
    fn files_of_another_shape_are_refused_in_words() {
        let folder = std::env::temp_dir().join(format!("nullcline-networks-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("w.csv"), "0.5,1.5\n-2.5,3.5\n").unwrap();
        let good = matrix(&folder, "w.csv", 2, 2).unwrap();
        assert_eq!((good[(0, 1)].to_bits(), good[(1, 0)].to_bits()), (1.5f64.to_bits(), (-2.5f64).to_bits()));
        let error = matrix(&folder, "w.csv", 3, 3).unwrap_err();
        assert!(error.to_string().ends_with("w.csv: 2 x 2 numbers, expected 3 x 3 numbers"), "{error}");
        assert_eq!(
            (error.exit_status(), matrix(&folder, "none.csv", 1, 1).unwrap_err().exit_status()),
            (3, 3)
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn sparse_matrices_have_the_printed_law() {
        let mut rng = stream(1, Use::Connectivity, 0);
        let w = sparse(300, 1.8, 0.1, &mut rng);
        let all: Vec<f64> = (0..300).flat_map(|j| w.col(j).iter().copied().collect::<Vec<_>>()).collect();
        let there: Vec<f64> = all.iter().copied().filter(|v| v.abs() > 0.0).collect();
        let share = there.len() as f64 / all.len() as f64;
        let deviation = (there.iter().map(|v| v * v).sum::<f64>() / there.len() as f64).sqrt();
        // Binomial and chi-square errors at 90 000 entries: 0.001 and 0.003; four of them.
        assert!((share - 0.1).abs() < 0.004, "{share}");
        assert!((deviation - 1.8 / 30f64.sqrt()).abs() < 0.0045 * 1.8 / 30f64.sqrt() * 4.0, "{deviation}");
    }
}
