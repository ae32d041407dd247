//! Where the planar networks x -> tanh(alpha R(theta) x) and their gated kin turn without locking.
//!
//! R(theta) is the rotation by theta. The boundary is that of Park, Sagodi & Sokol (2023), whose
//! text omits it: it follows from the fixed points alone.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

/// Half width theta* of the wedge around theta = 0 in which x = tanh(alpha R(theta) x) has solutions
/// other than 0, as many as lie on a locked orbit.
///
/// Formula: with w = alpha R(theta) x, x = tanh w has a solution of direction phi = arg w exactly when
/// theta = arg w - arg tanh w and |w| = alpha |tanh w|, so that theta*(alpha) = max over phi of
/// [arg w - arg tanh w], a saddle-node of fixed points. 0 for alpha <= 1, rising to pi/4.
/// tanh commutes with the quarter turn, so the same curve bounds the orbits of period 2 around
/// theta = pi and of period 4 around pi/2. The fixed points of dx/dt = -x + tanh(alpha R(theta) x)
/// are the same, and so is its curve.
///
/// ```
/// use nullcline_core::systems::reference::rotation::theta_star;
///
/// assert_eq!(theta_star(1.0), 0.0);
/// // Read off the curve in the authors' program.
/// assert!((theta_star(2.1239) - 0.273_544_3).abs() < 1e-5);
/// assert!(theta_star(1e6) < std::f64::consts::FRAC_PI_4);
/// ```
pub fn theta_star(alpha: f64) -> f64 {
    if !(alpha > 1.0) {
        return 0.0;
    }
    // Golden section: the lag rises from 0 at pi/4 to one maximum and falls to 0 at pi/2.
    let ratio = (5f64.sqrt() - 1.0) / 2.0;
    let (mut lo, mut hi) = (FRAC_PI_4, FRAC_PI_2);
    let (mut left, mut right) = (hi - ratio * (hi - lo), lo + ratio * (hi - lo));
    let (mut f, mut g) = (lag(alpha, left), lag(alpha, right));
    while hi - lo > 1e-9 {
        if f < g {
            (lo, left, f) = (left, right, g);
            right = lo + ratio * (hi - lo);
            g = lag(alpha, right);
        } else {
            (hi, right, g) = (right, left, f);
            left = hi - ratio * (hi - lo);
            f = lag(alpha, left);
        }
    }
    f.max(g)
}

/// arg w - arg tanh w at the w of direction `phi` for which |w| = alpha |tanh w|.
fn lag(alpha: f64, phi: f64) -> f64 {
    let (sin, cos) = phi.sin_cos();
    // Newton's steps from above the root, halved intervals where they leave it.
    let (mut lo, mut hi) = (0.0, alpha * 2f64.sqrt());
    let mut rho = hi;
    for _ in 0..100 {
        let (a, b) = ((rho * cos).tanh(), (rho * sin).tanh());
        let size = a.hypot(b);
        let excess = alpha * size - rho;
        if excess < 0.0 {
            hi = rho
        } else {
            lo = rho
        }
        let slope = alpha * (a * cos * (1.0 - a * a) + b * sin * (1.0 - b * b)) / size - 1.0;
        let newton = rho - excess / slope;
        let next = if newton > lo && newton < hi { newton } else { 0.5 * (lo + hi) };
        let step = (next - rho).abs();
        rho = next;
        // What is left is quadratic in the step, below rounding.
        if step <= 1e-9 * rho {
            break;
        }
    }
    phi - (rho * sin).tanh().atan2((rho * cos).tanh())
}

/// Whether x -> tanh(alpha R(theta) x), theta in [0, pi], has no orbit locked at periods 1, 2 or 4:
/// alpha > 1 and theta farther than [`theta_star`] from 0, pi/2 and pi.
///
/// Necessary, not sufficient, for a leading exponent of zero: the tongues of other resonances are not
/// left out. They are thin near alpha = 1 and wide above alpha = 5: over the area to alpha = 10 the
/// exponent is zero in about two thirds.
///
/// ```
/// use nullcline_core::systems::reference::rotation::turns;
///
/// // Far from every tongue, in that of period 4, and without an oscillation.
/// assert!(turns(1.5, 0.8) && !turns(1.5, std::f64::consts::FRAC_PI_2) && !turns(0.9, 0.8));
/// ```
pub fn turns(alpha: f64, theta: f64) -> bool {
    let star = theta_star(alpha);
    alpha > 1.0 && theta >= star && (theta - FRAC_PI_2).abs() >= star && theta <= PI - star
}

/// Radius at which the GRU h -> h/2 + tanh(r R(theta) h / 2)/2, both gates at 1/2, loses the stability
/// of h = 0 in a Neimark-Sacker bifurcation: -2 cos theta + sqrt(14 + 2 cos 2 theta).
///
/// The eigenvalues at 0 are 1/2 + (r/4) exp(+-i theta); their squared modulus
/// 1/4 + (r/4) cos theta + r^2/16 is 1 where r^2 + 4 r cos theta - 12 = 0.
///
/// ```
/// use nullcline_core::systems::reference::rotation::gru_radius;
///
/// let (theta, r) = (0.7f64, gru_radius(0.7));
/// assert!((r * r + 4.0 * r * theta.cos() - 12.0).abs() < 1e-12);
/// ```
pub fn gru_radius(theta: f64) -> f64 {
    -2.0 * theta.cos() + (14.0 + 2.0 * (2.0 * theta).cos()).sqrt()
}

/// Whether h -> h/2 + tanh(r R(theta) h / 2)/2, theta in [0, pi], turns: r above [`gru_radius`] and no orbit
/// locked at periods 1, 2 or 4.
///
/// With a = r/2, orbits h_(t+1) = q h_t, q the turn by 0, pi or pi/2, solve (2q - 1) h = tanh(a R(theta) h),
/// which is the equation of [`theta_star`] with alpha = a / |2q - 1| and theta - arg(2q - 1) for theta:
/// |2q - 1| = 1, 3 and sqrt 5, arg = 0, pi and pi - atan 2. Two intervals of theta remain. Tongues of
/// other resonances are not left out; up to r = [`gru_radius`] + 4 they take less than a hundredth of the area.
///
/// ```
/// use nullcline_core::systems::reference::rotation::{gru_radius, gru_turns};
///
/// // Below the bifurcation the origin attracts.
/// assert!(!gru_turns(gru_radius(1.0) - 0.1, 1.0));
/// let some = (1..31).any(|k| gru_turns(gru_radius(0.1 * f64::from(k)) + 0.1, 0.1 * f64::from(k)));
/// assert!(some);
/// ```
pub fn gru_turns(r: f64, theta: f64) -> bool {
    let a = r / 2.0;
    r > gru_radius(theta)
        && theta >= theta_star(a)
        && (theta - (PI - 2f64.atan())).abs() >= theta_star(a / 5f64.sqrt())
        && PI - theta >= theta_star(a / 3.0)
}

#[cfg(test)]
#[allow(clippy::float_cmp)]
mod tests {
    use super::*;

    /// alpha and theta of six points (numbers 7, 21, 49, 91, 168, 194 from 0) of the curve that the authors
    /// stored as `bifcurve_tanh.npz` in their repository Asagodi/topological_diversity.
    const STORED: [(f64, f64); 6] = [
        (1.034_572_238_624_605_7, 0.012_061_543_499_861_05),
        (1.359_750_384_644_966, 0.111_546_492_819_639_15),
        (2.123_949_630_041_596, 0.273_544_281_816_495_7),
        (4.207_301_543_860_773_5, 0.475_089_105_285_973_53),
        (8.013_555_167_374_497, 0.597_310_964_143_927),
        (10.113_255_633_308_121, 0.628_975_925_674_443),
    ];

    #[test]
    fn the_boundary_is_the_published_curve() {
        for (alpha, theta) in STORED {
            assert!((theta_star(alpha) - theta).abs() < 2.5e-8, "{alpha}: {} {theta}", theta_star(alpha));
        }
        assert!(theta_star(1.0).abs() < f64::MIN_POSITIVE);
        assert!((theta_star(1e9) - FRAC_PI_4).abs() < 1e-6);
    }

    /// A fixed point other than 0 is there just inside the wedge and gone just outside.
    #[test]
    fn fixed_points_vanish_at_the_boundary() {
        let survives = |alpha: f64, theta: f64, m: f64, turn: f64| {
            let (sin, cos) = theta.sin_cos();
            // Any start inside the wedge ends on the stable orbit; a slow passage outlasts no 20000 steps
            // at a distance of 2e-3.
            let (mut x, mut y) = (0.9f64, 0.3f64);
            let mut moved = 0.0;
            for _ in 0..20_000 {
                let (p, q) = ((alpha * (cos * x - sin * y)).tanh(), (alpha * (sin * x + cos * y)).tanh());
                let (p, q) = (((m - 1.0) * x + p) / m, ((m - 1.0) * y + q) / m);
                // Turned back, a locked orbit stands still.
                let (s, c) = (-turn).sin_cos();
                let back = (c * p - s * q, s * p + c * q);
                moved = (back.0 - x).hypot(back.1 - y);
                (x, y) = (p, q);
            }
            moved < 1e-6
        };
        for alpha in [1.3, 2.0, 4.0] {
            let star = theta_star(alpha);
            for (turn, centre) in [(0.0, 0.0), (FRAC_PI_2, FRAC_PI_2), (PI, PI)] {
                for side in [-1.0, 1.0] {
                    assert!(survives(alpha, centre + side * (star - 2e-3), 1.0, turn), "{alpha} {centre}");
                    assert!(!survives(alpha, centre + side * (star + 2e-3), 1.0, turn), "{alpha} {centre}");
                }
            }
        }
        // The GRU's half step: the same network seen with m = 2.
        for a in [3.5, 5.0] {
            let around = [(0.0, 0.0, 1.0), (FRAC_PI_2, PI - 2f64.atan(), 5f64.sqrt()), (PI, PI, 3.0)];
            for (turn, centre, size) in around {
                let star = theta_star(a / size);
                for side in [-1.0, 1.0] {
                    assert!(survives(a, centre + side * (star - 2e-3), 2.0, turn), "{a} {centre}");
                    assert!(!survives(a, centre + side * (star + 2e-3), 2.0, turn), "{a} {centre}");
                }
            }
        }
    }

    #[test]
    fn the_gru_radius_solves_its_quadratic() {
        for theta in [0.0, 0.4, 1.0, 2.0, PI] {
            let r = gru_radius(theta);
            assert!((r * r + 4.0 * r * theta.cos() - 12.0).abs() < 1e-13);
            let (re, im) = (0.5 + r / 4.0 * theta.cos(), r / 4.0 * theta.sin());
            assert!((re.hypot(im) - 1.0).abs() < 1e-14);
        }
    }
}
