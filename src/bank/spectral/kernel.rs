//! The spreading kernel: Kaiser–Bessel, eight taps, in the three forms that the spreaders use.
//!
//! ψ(d) = I₀(β√(1 − (d/4)²)) / I₀(β) for |d| ≤ 4, and its Fourier transform
//! ψ̂(ξ) = 8·sinh(z)/z / I₀(β), z = √(β² − (8πξ)²). For twice oversampled grids
//! β = π√(8²/2²·(2 − ½)² − 0.8) (Beatty, Nishimura & Pauly, *Rapid gridding reconstruction with a
//! minimal oversampling ratio*, 2005).
//!
//! A cell is the distance from one grid point to the next. A partial stands in it at
//! x = −π/4 … π/4, where an x of 1 turns its phase by a radian from the block's middle to its end.
//! Tap k of a partial at x is ψ(k − 3.5 − x·2/π), and dₘ its m-th derivative by x.
//!
//! * [`KernelRow`]s: for each of [`ROWS`] places in a cell, d₀ to d₆; a Taylor series does the rest.
//! * [`Tables::ramping`] and [`Tables::steady`]: d₀ and d₁ as polynomials over the whole cell.
//! * [`Tables::orders`]: d₀ as a polynomial whose terms are xʲ/j!, for moments.
//!
//! The polynomials are of degree 7: the first terms of the Chebyshev series.

use std::f64::consts::PI;
use std::sync::OnceLock;

/// Grid points that one partial is spread over.
pub const TAPS: usize = 8;

/// Rows of the table for a cell.
pub const ROWS: usize = 128;

/// The kernel and its derivatives up to the sixth.
const COLUMNS: usize = 7;

/// Coefficients of the polynomials.
pub const TERMS: usize = 8;

/// Grid points to the x of 1.
const SCALE: f64 = 2.0 / PI;

/// x of a whole cell.
pub const CELL: f64 = PI / 2.0;

const HALF_WIDTH: f64 = TAPS as f64 / 2.0;

/// One row: d₀ to d₆ at every tap, one after the other, and nothing up to a whole cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct KernelRow(pub [f32; 8 * TAPS]);

/// Sixteen floats in a cache line of their own.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Line(pub [f32; 16]);

/// All forms, with the taps of each half of a vector in one order.
#[derive(Debug)]
pub struct Tables {
    pub rows: Box<[KernelRow; ROWS]>,
    /// By falling powers of x: d₀ at every tap, then d₁ at every tap.
    pub ramping: [Line; TERMS],
    /// By falling powers of x: d₀ at every tap, twice.
    pub steady: [Line; TERMS],
    /// By rising j: the factor of xʲ/j! in d₀ at every tap, each twice, in the order of the taps.
    pub orders: [Line; TERMS],
}

/// The tables for this order of the taps. They are made at the first call, which takes some
/// milliseconds and allocates.
pub fn tables(order: [usize; TAPS]) -> &'static Tables {
    static NATURAL: OnceLock<Tables> = OnceLock::new();
    static OTHER: OnceLock<Tables> = OnceLock::new();
    let natural = [0, 1, 2, 3, 4, 5, 6, 7];
    let tables = if order == natural { &NATURAL } else { &OTHER };
    tables.get_or_init(|| Tables::new(order))
}

impl Tables {
    fn new(order: [usize; TAPS]) -> Tables {
        let own = order.map(|tap| polynomial(|x| value(tap, x)));
        let slope = order.map(|tap| polynomial(|x| slope(tap, x)));
        let falling = |second: [[f64; TERMS]; TAPS]| {
            std::array::from_fn(|term| {
                let power = TERMS - 1 - term;
                Line(std::array::from_fn(|place| {
                    let half = if place < TAPS { &own } else { &second };
                    half[place % TAPS][power] as f32
                }))
            })
        };
        let natural: [_; TAPS] = std::array::from_fn(|tap| polynomial(|x| value(tap, x)));
        let mut factorial = 1.0;
        Tables {
            rows: Box::new(std::array::from_fn(|row| make_row(row, order))),
            ramping: falling(slope),
            steady: falling(own),
            orders: std::array::from_fn(|power| {
                factorial *= power.max(1) as f64;
                Line(std::array::from_fn(|place| {
                    (natural[place / 2][power] * factorial) as f32
                }))
            }),
        }
    }
}

fn beta() -> f64 {
    PI * libm::sqrt(16.0 * 2.25 - 0.8)
}

/// The first terms of a power series.
type TaylorSeries = [f64; COLUMNS];

fn product(a: &TaylorSeries, b: &TaylorSeries) -> TaylorSeries {
    let mut result = [0.0; COLUMNS];
    for (i, a) in a.iter().enumerate() {
        for (j, b) in b.iter().enumerate().take(COLUMNS - i) {
            result[i + j] += a * b;
        }
    }
    result
}

/// I₀(β√(1 − (d/4)²)) around d, as a power series of the distance to d. With
/// z = β²(1 − (d/4)²)/4 it is Σ zᵏ/(k!)², and z is a parabola.
fn taylor(d: f64) -> TaylorSeries {
    let quarter = beta() * beta() / 4.0;
    let bend = -quarter / (HALF_WIDTH * HALF_WIDTH);
    let mut z = [0.0; COLUMNS];
    (z[0], z[1], z[2]) = (quarter + bend * d * d, 2.0 * bend * d, bend);
    // Horner, from a term that is far below 10⁻¹⁶ of the whole.
    let mut sum = [0.0; COLUMNS];
    for k in (0..48).rev() {
        let over = 1.0 / ((k + 1) * (k + 1)) as f64;
        sum = product(&sum, &z).map(|term| term * over);
        sum[0] += 1.0;
    }
    sum
}

/// Where a tap stands in the kernel for a partial at x.
fn distance(tap: usize, x: f64) -> f64 {
    tap as f64 - (HALF_WIDTH - 0.5) - x * SCALE
}

/// d₀ of a tap at x.
fn value(tap: usize, x: f64) -> f64 {
    taylor(distance(tap, x))[0] / taylor(0.0)[0]
}

/// d₁ of a tap at x.
fn slope(tap: usize, x: f64) -> f64 {
    -SCALE * taylor(distance(tap, x))[1] / taylor(0.0)[0]
}

/// d₀ to d₆ of every tap in the middle of a row.
fn make_row(row: usize, order: [usize; TAPS]) -> KernelRow {
    let peak = taylor(0.0)[0];
    let x = ((row as f64 + 0.5) / ROWS as f64 - 0.5) * CELL;
    let mut values = [0.0; 8 * TAPS];
    for (place, tap) in order.into_iter().enumerate() {
        let series = taylor(distance(tap, x));
        let mut factor = 1.0 / peak;
        for (derivative, term) in series.into_iter().enumerate() {
            values[derivative * TAPS + place] = (term * factor) as f32;
            // m!·(−SCALE)ᵐ, from one derivative to the next.
            factor *= (derivative + 1) as f64 * -SCALE;
        }
    }
    KernelRow(values)
}

/// The first terms of a function's Chebyshev series over the cell, as coefficients of rising powers
/// of x.
fn polynomial(function: impl Fn(f64) -> f64) -> [f64; TERMS] {
    const NODES: usize = 64;
    let mut sum = [0.0; TERMS];
    // Tₙ as coefficients of powers of its argument.
    let (mut before, mut chebyshev) = ([0.0; TERMS], [0.0; TERMS]);
    chebyshev[0] = 1.0;
    for n in 0..TERMS {
        let mean = (0..NODES).map(|node| {
            let angle = PI * (node as f64 + 0.5) / NODES as f64;
            function(libm::cos(angle) * CELL / 2.0) * libm::cos(n as f64 * angle)
        });
        let weight = if n == 0 { 1.0 } else { 2.0 } / NODES as f64;
        let coefficient = mean.sum::<f64>() * weight;
        for (sum, term) in sum.iter_mut().zip(chebyshev) {
            *sum += coefficient * term;
        }
        // Tₙ₊₁ = 2x·Tₙ − Tₙ₋₁, and T₁ = x.
        let factor = if n == 0 { 1.0 } else { 2.0 };
        let mut next = [0.0; TERMS];
        for power in 0..TERMS {
            let raised = if power == 0 {
                0.0
            } else {
                chebyshev[power - 1]
            };
            next[power] = factor * raised - before[power];
        }
        (before, chebyshev) = (chebyshev, next);
    }
    let mut scale = 1.0;
    for term in &mut sum {
        *term *= scale;
        scale *= 2.0 / CELL;
    }
    sum
}

/// ψ̂ at a frequency of `xi` cycles per grid point, |ξ| ≤ ¼.
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
                    let d = HALF_WIDTH * f64::from(step) / f64::from(steps);
                    taylor(d)[0] / peak * (2.0 * PI * d * xi).cos()
                })
                .sum();
            let integral = sum * HALF_WIDTH / f64::from(steps);
            assert!((integral / transform(xi) - 1.0).abs() < 1e-6, "{xi}");
        }
    }

    #[test]
    fn every_bank_shares_the_tables() {
        let order = [0, 1, 2, 3, 4, 5, 6, 7];
        assert!(std::ptr::eq(tables(order), tables(order)));
        let other = [0, 1, 4, 5, 2, 3, 6, 7];
        assert!(std::ptr::eq(tables(other), tables(other)));
    }

    #[test]
    fn derivatives_are_the_slopes_of_the_one_before() {
        let tables = tables([0, 1, 2, 3, 4, 5, 6, 7]);
        let at = |row: usize, derivative: usize, tap: usize| {
            f64::from(tables.rows[row].0[derivative * TAPS + tap])
        };
        for row in 1..ROWS - 1 {
            for derivative in 0..COLUMNS - 1 {
                for tap in 0..TAPS {
                    let rise = at(row + 1, derivative, tap) - at(row - 1, derivative, tap);
                    let slope = rise / (2.0 * CELL / ROWS as f64);
                    let found = at(row, derivative + 1, tap);
                    assert!(
                        (slope - found).abs() < 2e-4,
                        "row {row}, derivative {derivative}, tap {tap}: {slope} {found}"
                    );
                }
            }
        }
    }

    /// The polynomials, at the rows' middles.
    #[test]
    fn all_forms_agree() {
        for order in [[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 4, 5, 2, 3, 6, 7]] {
            let tables = tables(order);
            for (row, KernelRow(values)) in tables.rows.iter().enumerate() {
                let x = ((row as f64 + 0.5) / ROWS as f64 - 0.5) * CELL;
                let falling = |lines: &[Line; TERMS], place: usize| {
                    lines
                        .iter()
                        .fold(0.0, |sum, line| sum * x + f64::from(line.0[place]))
                };
                let near = |found: f64, wanted: f32, what: &str| {
                    let error = (found - f64::from(wanted)).abs();
                    assert!(error < 2e-6, "{what}, row {row}: {error:e}");
                };
                for (place, tap) in order.into_iter().enumerate() {
                    near(falling(&tables.ramping, place), values[place], "d0");
                    near(
                        falling(&tables.ramping, place + TAPS),
                        values[place + TAPS],
                        "d1",
                    );
                    near(falling(&tables.steady, place), values[place], "steady");
                    near(
                        falling(&tables.steady, place + TAPS),
                        values[place],
                        "steady",
                    );
                    let (mut sum, mut power) = (0.0, 1.0);
                    for (j, line) in tables.orders.iter().enumerate() {
                        assert_eq!(line.0[2 * tap], line.0[2 * tap + 1]);
                        sum += power * f64::from(line.0[2 * tap]);
                        power *= x / (j + 1) as f64;
                    }
                    near(sum, values[place], "orders");
                }
            }
        }
    }
}
