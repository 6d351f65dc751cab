//! FᵀF of partials that are near each other, without the samples between.
//!
//! In one segment the partials k and l, with the hats h₀ = 1 − u and h₁ = u, overlap by
//!
//! ```text
//! Σ hᵢ·hⱼ·cos φ_k·cos φ_l = ½ Σ hᵢ·hⱼ·(cos(φ_l − φ_k) + cos(φ_l + φ_k))
//! ```
//!
//! and the like with sines. Both angles are cubics of the sample. Where one turns more than twice within the
//! segment, the sums before and after a knot all but cancel, and are left out: together they are below 4 % of
//! those of a partial with itself. Else the sum is the integral from half a sample before the first to half a
//! sample after the last, by the rule of Gauss and Legendre with eight nodes, which is good for as many turns.
//! So a pair costs as much as eight samples of one partial, once, and an iteration of conjugate gradients next
//! to nothing.
//!
//! The first free knot of a partial that begins with an onset or with the sound, and the last of one that ends
//! with the sound, have a segment on one side only, and what is left out there is up to a quarter; where a sound ends
//! soon after a knot, partials that are farther apart overlap there too, and more is left out. So this is for
//! fits that compute what is left anew and go on from there, round after round. Sums of frequencies near the
//! sample rate, which turn slowly too, are left out as well: no recording has much there.

use std::f64::consts::PI;

use super::kernel::{Piece, Value, total, turned};
use crate::at_level;
use crate::dsp::simd_level::SimdLevel;

/// Pairs whose angle turns more often within a segment are left out.
const REACH_TURNS: f64 = 2.0;
/// Where the integrand of a segment is looked at.
const NODES: usize = 8;

/// FᵀF of the pieces of some segments.
pub struct Couplings {
    hop: usize,
    rule: [(f64, f64); NODES],
    /// Of segments that sound from their first sample to their last.
    whole: Nodes,
    /// Each piece with itself, where the difference of phases is 0: for the hats 00, 01 and 11.
    own: Vec<(u32, [f32; 3])>,
    /// Of differences of phases.
    differences: Vec<Overlap>,
    /// Of sums of phases, also of a piece with itself.
    sums: Vec<Overlap>,
}

/// What an integral is of: an angle in turns, as a polynomial of the sample.
struct Angle {
    slots: [u32; 2],
    start: usize,
    end: usize,
    cubic: [f32; 4],
}

/// Half the sum of hᵢ·hⱼ·e^{jφ} of two pieces, for the hats 00, 01 and 11.
struct Overlap {
    slots: [u32; 2],
    sums: [Value; 3],
}

/// Samples of a segment, and half of weight and hats there: 00, 01 and 11.
struct Nodes {
    places: [f32; NODES],
    hats: [[f32; NODES]; 3],
}

impl Couplings {
    /// No pieces yet; segments have `hop` samples.
    pub fn new(hop: usize) -> Couplings {
        let rule = gauss_legendre();
        Couplings {
            hop,
            whole: Nodes::new(&rule, 0, hop, hop),
            rule,
            own: Vec::new(),
            differences: Vec::new(),
            sums: Vec::new(),
        }
    }

    /// Adds the pieces of one segment.
    pub fn add(&mut self, level: SimdLevel, pieces: &[Piece]) {
        let middle = 0.5 * self.hop as f64;
        let frequency = |piece: &Piece| {
            let [_, p1, p2, p3] = piece.cubic;
            p1 + middle * (2.0 * p2 + middle * 3.0 * p3)
        };
        let mut order: Vec<(f64, &Piece)> = pieces.iter().map(|p| (frequency(p), p)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.slot.cmp(&b.1.slot)));
        let reach = REACH_TURNS / self.hop as f64;
        let (mut differences, mut sums) = (Vec::new(), Vec::new());
        for (place, (low, a)) in order.iter().enumerate() {
            self.own.push((a.slot as u32, self.alone(a.start, a.end)));
            for (high, b) in &order[place..] {
                let is_other = a.slot != b.slot;
                if is_other && high - low <= reach {
                    differences.push(Angle::of(a, b, -1.0));
                }
                if high + low <= reach {
                    sums.push(Angle::of(a, b, 1.0));
                } else if high - low > reach {
                    break;
                }
            }
        }
        self.integrate(level, &differences, &sums);
    }

    /// A piece that sounds from this sample to that, with itself.
    fn alone(&self, start: usize, end: usize) -> [f32; 3] {
        let is_cut = start > 0 || end < self.hop;
        let cut = is_cut.then(|| self.nodes(start, end));
        let [first, both, last] = &cut.as_ref().unwrap_or(&self.whole).hats;
        let sum = |hats: &[f32; NODES]| hats.iter().sum();
        [sum(first), sum(both), sum(last)]
    }

    fn nodes(&self, start: usize, end: usize) -> Nodes {
        Nodes::new(&self.rule, start, end, self.hop)
    }

    fn integrate(&mut self, level: SimdLevel, differences: &[Angle], sums: &[Angle]) {
        for (angles, is_sum) in [(differences, false), (sums, true)] {
            let mut found = Vec::with_capacity(angles.len());
            integrals(level, angles, &self.whole, &mut found);
            for (angle, overlap) in angles.iter().zip(&mut found) {
                if angle.start > 0 || angle.end < self.hop {
                    *overlap = overlap_of(angle, &self.nodes(angle.start, angle.end));
                }
            }
            let all = if is_sum {
                &mut self.sums
            } else {
                &mut self.differences
            };
            all.append(&mut found);
        }
    }

    /// Adds FᵀF of `values` to `product`.
    pub fn multiply(&self, values: &[Value], product: &mut [Value]) {
        let at = |slot: u32| [values[slot as usize], values[slot as usize + 1]];
        let mut add = |slot: u32, [first, second]: [Value; 2]| {
            product[slot as usize].add(first);
            product[slot as usize + 1].add(second);
        };
        for (slot, [first, both, last]) in &self.own {
            let [from, to] = at(*slot);
            let sum = |a: f32, b: f32| Value {
                re: a * from.re + b * to.re,
                im: a * from.im + b * to.im,
            };
            add(*slot, [sum(*first, *both), sum(*both, *last)]);
        }
        for overlap in &self.differences {
            let [a, b] = overlap.slots;
            add(a, overlap.times(at(b)));
            add(b, conjugates(overlap.times(conjugates(at(a)))));
        }
        for overlap in &self.sums {
            let [a, b] = overlap.slots;
            add(a, conjugates(overlap.times(at(b))));
            if a != b {
                add(b, conjugates(overlap.times(at(a))));
            }
        }
    }
}

impl Overlap {
    /// The sums over one partial's hats of what both hats of the other give.
    #[inline(always)]
    fn times(&self, [from, to]: [Value; 2]) -> [Value; 2] {
        let [first, both, last] = self.sums;
        let sum = |a: Value, b: Value| {
            let mut sum = a.times(from);
            sum.add(b.times(to));
            sum
        };
        [sum(first, both), sum(both, last)]
    }
}

#[inline(always)]
fn conjugates([first, second]: [Value; 2]) -> [Value; 2] {
    [first.conjugate(), second.conjugate()]
}

impl Angle {
    /// The phase of b with that of a added, times the sign.
    fn of(a: &Piece, b: &Piece, sign: f64) -> Angle {
        let mut cubic = [0, 1, 2, 3].map(|power| b.cubic[power] + sign * a.cubic[power]);
        cubic[0] -= libm::round(cubic[0]);
        Angle {
            slots: [a.slot as u32, b.slot as u32],
            start: a.start.max(b.start),
            end: a.end.min(b.end),
            cubic: cubic.map(|coefficient| coefficient as f32),
        }
    }
}

impl Nodes {
    /// The nodes of the samples from `start` to `end`.
    fn new(rule: &[(f64, f64); NODES], start: usize, end: usize, hop: usize) -> Nodes {
        let length = end.min(hop) as f64 - start as f64;
        let mut nodes = Nodes {
            places: [0.0; NODES],
            hats: [[0.0; NODES]; 3],
        };
        for (at, (node, weight)) in rule.iter().enumerate() {
            let place = start as f64 - 0.5 + length * node;
            let u = place / hop as f64;
            let half = 0.5 * length * weight;
            nodes.places[at] = place as f32;
            nodes.hats[0][at] = (half * (1.0 - u) * (1.0 - u)) as f32;
            nodes.hats[1][at] = (half * u * (1.0 - u)) as f32;
            nodes.hats[2][at] = (half * u * u) as f32;
        }
        nodes
    }
}

at_level! {
    fn integrals(angles: &[Angle], nodes: &Nodes, found: &mut Vec<Overlap>) {
        for angle in angles {
            found.push(overlap_of(angle, nodes));
        }
    }
}

#[inline(always)]
fn overlap_of(angle: &Angle, nodes: &Nodes) -> Overlap {
    let [p0, p1, p2, p3] = angle.cubic;
    let mut cosines = [0.0; NODES];
    let mut sines = [0.0; NODES];
    for i in 0..NODES {
        let x = nodes.places[i];
        [cosines[i], sines[i]] = turned(p0 + x * (p1 + x * (p2 + x * p3)));
    }
    let [first, both, last] = &nodes.hats;
    Overlap {
        slots: angle.slots,
        // Not by `map`, which is not compiled for the level.
        sums: [
            weighted(first, &cosines, &sines),
            weighted(both, &cosines, &sines),
            weighted(last, &cosines, &sines),
        ],
    }
}

#[inline(always)]
fn weighted(weights: &[f32; NODES], cosines: &[f32; NODES], sines: &[f32; NODES]) -> Value {
    let (mut re, mut im) = ([0.0; NODES], [0.0; NODES]);
    for i in 0..NODES {
        re[i] = weights[i] * cosines[i];
        im[i] = weights[i] * sines[i];
    }
    Value {
        re: total(&re),
        im: total(&im),
    }
}

/// Nodes and weights between 0 and 1: the zeros of Legendre's polynomial, by Newton's method.
fn gauss_legendre() -> [(f64, f64); NODES] {
    let degree = NODES as f64;
    // The polynomial, and its derivative.
    let legendre = |x: f64| {
        let (mut before, mut now) = (1.0, x);
        for k in 2..=NODES {
            let k = k as f64;
            let next = ((2.0 * k - 1.0) * x * now - (k - 1.0) * before) / k;
            before = now;
            now = next;
        }
        (now, degree * (x * now - before) / (x * x - 1.0))
    };
    std::array::from_fn(|at| {
        let mut x = -libm::cos(PI * (at as f64 + 0.75) / (degree + 0.5));
        for _ in 0..8 {
            let (value, slope) = legendre(x);
            x -= value / slope;
        }
        let (_, slope) = legendre(x);
        (0.5 + 0.5 * x, 1.0 / ((1.0 - x * x) * slope * slope))
    })
}

#[cfg(test)]
mod tests {
    use super::super::kernel::{Scratch, pass};
    use super::*;
    use crate::analysis::testing::white_noise;

    const HOP: usize = 256;

    /// A piece of a frequency, in turns within the segment, that bends a little.
    fn piece(slot: usize, turns: f64, start: usize) -> Piece {
        let hop = HOP as f64;
        Piece {
            cubic: [
                0.37 * slot as f64,
                turns / hop,
                0.2 / (hop * hop),
                -0.1 / (hop * hop * hop),
            ],
            start,
            end: usize::MAX,
            slot,
        }
    }

    /// How far FᵀF of these segments and some values is from that by way of the samples, at these slots, and how
    /// long that is.
    fn error(segments: &[Vec<Piece>], slots: &[usize]) -> (f64, f64) {
        let count = 3 * segments[0].len();
        let values: Vec<Value> = white_noise(9, 2 * count)
            .chunks(2)
            .map(|pair| Value {
                re: pair[0],
                im: pair[1],
            })
            .collect();
        let level = SimdLevel::chosen();
        let mut couplings = Couplings::new(HOP);
        let mut found = vec![Value::default(); count];
        let mut expected = found.clone();
        for pieces in segments {
            couplings.add(level, pieces);
            let (mut samples, mut scratch) = (vec![0.0; HOP], Scratch::default());
            pass(
                level,
                pieces,
                &values,
                1.0,
                &mut samples,
                &mut expected,
                &mut scratch,
            );
        }
        couplings.multiply(&values, &mut found);
        let power = |value: Value| f64::from(value.re).powi(2) + f64::from(value.im).powi(2);
        let far = slots.iter().map(|slot| {
            let (a, b) = (found[*slot], expected[*slot]);
            power(Value {
                re: a.re - b.re,
                im: a.im - b.im,
            })
        });
        let length = slots.iter().map(|slot| power(expected[*slot]));
        (far.sum::<f64>().sqrt(), length.sum::<f64>().sqrt())
    }

    #[test]
    fn near_partials_are_coupled_as_by_their_samples() {
        // Differences of up to 1.9 turns; sums of 1.1 and more; silence before an onset.
        let high = [piece(0, 40.0, 0), piece(2, 40.7, 0), piece(4, 41.9, 100)];
        let low = [piece(0, 0.3, 0), piece(2, 0.4, 77), piece(4, 0.7, 0)];
        for (name, pieces) in [("high", &high[..]), ("low", &low), ("alone", &high[..1])] {
            for end in [usize::MAX, 201] {
                let pieces: Vec<Piece> = pieces.iter().map(|of| Piece { end, ..*of }).collect();
                let slots: Vec<usize> = (0..2 * pieces.len()).collect();
                let (error, length) = error(&[pieces], &slots);
                assert!(
                    error < 0.01 * length,
                    "{name} to {end}: {error} of {length}"
                );
            }
        }
    }

    /// Between two segments, as all knots are but the first and the last.
    #[test]
    fn far_partials_are_left_out_with_a_small_error() {
        let partial = |n: usize, segment: usize| {
            let turns = 10.0 + 2.3 * n as f64;
            let cubic = [
                (turns * segment as f64).fract(),
                turns / HOP as f64,
                0.0,
                0.0,
            ];
            Piece {
                cubic,
                start: 0,
                end: usize::MAX,
                slot: 3 * n + segment,
            }
        };
        let segments = [0, 1].map(|segment| (0..12).map(|n| partial(n, segment)).collect());
        let middle: Vec<usize> = (0..12).map(|n| 3 * n + 1).collect();
        let (error, length) = error(&segments, &middle);
        assert!(error < 0.05 * length, "{error} of {length}");
    }

    #[test]
    fn the_rule_integrates_polynomials() {
        for power in 0..2 * NODES as i32 {
            let found: f64 = gauss_legendre()
                .iter()
                .map(|(x, weight)| weight * x.powi(power))
                .sum();
            let expected = 1.0 / f64::from(power + 1);
            assert!((found - expected).abs() < 1e-14, "x^{power}: {found}");
        }
    }
}
