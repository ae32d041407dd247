//! Steps of an explicit Runge-Kutta pair of orders 5 and 4.

/// Row s: weights of earlier slopes in the state of stage s.
///
/// Source: Dormand, Prince, J. Comput. Appl. Math. 6 (1980) 19, table 2.
const A: [&[f64]; 7] = [
    &[],
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// Weights of the difference of both orders.
const E: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];

/// The state after a step of `h` and an estimate of its error.
pub fn step(field: &dyn Fn(&[f64], &mut [f64]), x: &[f64], h: f64) -> (Vec<f64>, f64) {
    let n = x.len();
    let mut slopes: Vec<Vec<f64>> = vec![];
    let mut at = x.to_vec();
    for row in A {
        for i in 0..n {
            at[i] = x[i] + h * row.iter().zip(&slopes).map(|(a, k)| a * k[i]).sum::<f64>();
        }
        let mut k = vec![0.0; n];
        field(&at, &mut k);
        slopes.push(k);
    }
    let error = |i: usize| h * E.iter().zip(&slopes).map(|(e, k)| e * k[i]).sum::<f64>();
    (at, (0..n).map(|i| error(i).powi(2)).sum::<f64>().sqrt())
}
