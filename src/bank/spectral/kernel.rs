//! The spreading kernel: Kaiser–Bessel, eight taps, with its scaled derivatives.
//!
//! ψ(x) = I₀(β√(1 − (x/4)²)) / I₀(β) for |x| ≤ 4, and its Fourier transform
//! ψ̂(ξ) = 8·sinh(z)/z / I₀(β), z = √(β² − (8πξ)²). For twice oversampled grids
//! β = π√(8²/2²·(2 − ½)² − 0.8) (Beatty, Nishimura & Pauly, *Rapid gridding reconstruction with a
//! minimal oversampling ratio*, 2005).

use std::f64::consts::PI;
use std::sync::OnceLock;

/// Grid points that one partial is spread over.
pub const TAPS: usize = 8;

/// Rows of the table for the distance of one grid point to the next.
pub const ROWS: usize = 128;

/// The kernel and its derivatives up to the sixth.
pub const COLUMNS: usize = 7;

/// dx of one u: u = t/(H/2) is i·SCALE·d/dx ([`super`]).
pub const SCALE: f64 = 2.0 / PI;

const HALF_WIDTH: f64 = TAPS as f64 / 2.0;

/// One row: by derivative, then by tap.
pub type Row = [[f32; TAPS]; COLUMNS];

fn beta() -> f64 {
    PI * libm::sqrt(16.0 * 2.25 - 0.8)
}

/// The first terms of a power series.
type Series = [f64; COLUMNS];

fn product(a: &Series, b: &Series) -> Series {
    let mut result = [0.0; COLUMNS];
    for (i, a) in a.iter().enumerate() {
        for (j, b) in b.iter().enumerate().take(COLUMNS - i) {
            result[i + j] += a * b;
        }
    }
    result
}

/// I₀(β√(1 − (x/4)²)) around x, as a power series of the distance to x. With z = β²(1 − (x/4)²)/4 it is
/// Σ zᵏ/(k!)², and z is a parabola.
fn taylor(x: f64) -> Series {
    let quarter = beta() * beta() / 4.0;
    let bend = -quarter / (HALF_WIDTH * HALF_WIDTH);
    let mut z = [0.0; COLUMNS];
    (z[0], z[1], z[2]) = (quarter + bend * x * x, 2.0 * bend * x, bend);
    // Horner, from a term that is far below 10⁻¹⁶ of the whole.
    let mut sum = [0.0; COLUMNS];
    for k in (0..48).rev() {
        let over = 1.0 / ((k + 1) * (k + 1)) as f64;
        sum = product(&sum, &z).map(|term| term * over);
        sum[0] += 1.0;
    }
    sum
}

/// For the middle of each row, at every tap, ψ and its derivatives times SCALEᵐ. Made at the first
/// call, which takes some tenths of a millisecond and allocates.
pub fn table() -> &'static [Row] {
    static TABLE: OnceLock<Box<[Row]>> = OnceLock::new();
    TABLE.get_or_init(make_table)
}

fn make_table() -> Box<[Row]> {
    let peak = taylor(0.0)[0];
    (0..ROWS)
        .map(|row| {
            let fraction = (row as f64 + 0.5) / ROWS as f64;
            let mut columns = [[0.0; TAPS]; COLUMNS];
            for tap in 0..TAPS {
                let series = taylor(tap as f64 - (HALF_WIDTH - 1.0) - fraction);
                let mut factor = 1.0 / peak;
                for (order, (column, term)) in columns.iter_mut().zip(series).enumerate() {
                    column[tap] = (term * factor) as f32;
                    // m!·SCALEᵐ, from one derivative to the next.
                    factor *= (order + 1) as f64 * SCALE;
                }
            }
            columns
        })
        .collect()
}

/// ψ̂ at a frequency of so many cycles per grid point, |ξ| ≤ ¼.
pub fn transform(xi: f64) -> f64 {
    let angle = TAPS as f64 * PI * xi;
    let z = libm::sqrt(beta() * beta() - angle * angle);
    TAPS as f64 * libm::sinh(z) / z / taylor(0.0)[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel's integral by the trapezoid, which is exact to the aliases.
    #[test]
    fn the_transform_is_the_kernels() {
        let peak = taylor(0.0)[0];
        for xi in [0.0, 0.1, 0.25] {
            let steps = 1024;
            let sum: f64 = (-steps..=steps)
                .map(|step| {
                    let x = HALF_WIDTH * f64::from(step) / f64::from(steps);
                    taylor(x)[0] / peak * (2.0 * PI * x * xi).cos()
                })
                .sum();
            let integral = sum * HALF_WIDTH / f64::from(steps);
            assert!((integral / transform(xi) - 1.0).abs() < 1e-6, "{xi}");
        }
    }

    #[test]
    fn derivatives_are_the_slopes_of_the_one_before() {
        let table = table();
        for row in 1..ROWS - 1 {
            for order in 0..COLUMNS - 1 {
                for (tap, &derivative) in table[row][order + 1].iter().enumerate() {
                    let [before, after] =
                        [row - 1, row + 1].map(|row| f64::from(table[row][order][tap]));
                    // A row on is a 128th of a grid point back.
                    let slope = (before - after) * ROWS as f64 / 2.0 * SCALE;
                    let derivative = f64::from(derivative);
                    assert!(
                        (slope - derivative).abs() < 2e-4,
                        "row {row}, order {order}, tap {tap}: {slope} {derivative}"
                    );
                }
            }
        }
    }
}
