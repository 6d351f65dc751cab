//! The three ways to a sine: resonator, Reinsch's form of it, polynomial.
//!
//! Coefficients of the polynomials are minimax fits by Remez's exchange, rounded to f32.

use super::gains::Gains;
use crate::bank::lanes::{Lanes, TOP_BIT, Words};
use crate::bank::sine::sine;
use crate::dsp::fixed_point::{QUARTER_TURN, TURNS_PER_WORD};
use std::f32::consts::TAU;

/// The frames from one term of a recurrence to the next: a row of frames.
pub const ROW_FRAMES: usize = 2;

/// A row upwards and a row downwards: segments come in multiples of it.
pub const PADDING_FRAMES: usize = 2 * ROW_FRAMES;

/// 2θ′ for θ′ = 60°, at 2³² to the turn ([`Step`]).
const SIXTY_DEGREES: u32 = 1_431_655_765;

/// Phase and frequency of a group at one frame of the block, the pivot.
#[derive(Clone, Copy)]
pub struct PhaseState<L: Lanes> {
    /// Phase at the pivot.
    pub phase: L::Words,
    /// Phase from the frame before the pivot to the pivot.
    pub increment: L::Words,
    /// Four times the same, from the full fixed point.
    pub quadruple: L::Words,
    /// How much the increment grows from frame to frame.
    pub bend: L::Words,
}

/// A way to the sines of one group over one segment of the block, seeded.
pub trait Kernel<L: Lanes>: Copy {
    /// The frame where it wants to be seeded, for a segment of `frames` frames from `first` on.
    fn pivot(first: u32, frames: u32) -> u32;

    /// The seed.
    fn seed(state: PhaseState<L>) -> Self;

    /// Adds the segment from frame `first` on of some groups to the sums, group after group: each
    /// sum is read once and written once.
    fn run<G: Gains<L>, const N: usize>(
        groups: &[Self; N],
        gains: &[G; N],
        first: u32,
        sums: &mut [[L::Memory; 2]],
    );
}

/// The angle of one step of the recurrences.
///
/// With ω the angle of one frame, θ = 2ω is that of one step, and θ′ = 0…π/2 is θ folded at every
/// quarter of a turn. All of it comes from the fixed-point increment by integer arithmetic, and only
/// folded angles are rounded to f32.
#[derive(Clone, Copy)]
struct Step<L: Lanes> {
    /// 4ω, so ±2θ′.
    quadruple: L::Words,
    /// The top bit where cos θ < 0, so θ′ = π − θ.
    alternate: L::Words,
}

impl<L: Lanes> Step<L> {
    #[inline(always)]
    fn new(state: &PhaseState<L>) -> Self {
        let double = state.increment + state.increment;
        let alternate = (double ^ (double + double)) & L::Words::splat(TOP_BIT);
        Self {
            quadruple: state.quadruple,
            alternate,
        }
    }

    /// 2·sin(θ′/2).
    #[inline(always)]
    fn chord(self) -> L {
        twice_small_sine(L::from_words(self.quadruple.magnitude()) * L::splat(TURNS_PER_WORD / 4.0))
    }

    /// 2·cos θ. Up to 60° it is 2 − chord², beyond that the sine of the complement, whichever
    /// rounds less: an error of δ turns the phase by δ / (2·sin θ) in every step.
    #[inline(always)]
    fn twice_cosine(self) -> L {
        let folded = self.quadruple.magnitude();
        let is_flat = (folded - L::Words::splat(SIXTY_DEGREES)).spread_top_bit();
        // Either π/2 − θ′ or θ′/2, in units of 2⁻³⁴ turns.
        let complement = L::Words::splat(TOP_BIT) - folded;
        let complement = complement + complement;
        let small = complement ^ ((complement ^ folded) & is_flat);
        let twice_sine = twice_small_sine(L::from_words(small) * L::splat(TURNS_PER_WORD / 4.0));
        let flat = twice_sine.neg_mul_add(twice_sine, L::splat(2.0));
        let chosen = twice_sine.bits() ^ ((twice_sine.bits() ^ flat.bits()) & is_flat);
        L::from_bits(chosen).flip(self.alternate)
    }
}

/// 2·sin(2πx) for x = 0…⅛ turn: odd polynomial of degree 7, relative error −169 dB before rounding.
#[inline(always)]
fn twice_small_sine<L: Lanes>(turns: L) -> L {
    let square = turns * turns;
    let mut sum = L::splat(2.0 * -75.393_56);
    for coefficient in [2.0 * 81.592_354, 2.0 * -41.341_66, 2.0 * TAU] {
        sum = sum.mul_add(square, L::splat(coefficient));
    }
    sum * turns
}

/// A row of frames, one value each.
type FrameRow<L> = [L; ROW_FRAMES];

/// One frame's sums, left and right.
#[inline(always)]
fn read<L: Lanes>(sums: &[L::Memory; 2]) -> [L; 2] {
    [L::read(&sums[0]), L::read(&sums[1])]
}

/// Puts them back.
#[inline(always)]
fn write<L: Lanes>([left, right]: [L; 2], sums: &mut [L::Memory; 2]) {
    left.write(&mut sums[0]);
    right.write(&mut sums[1]);
}

/// The middle of a segment: the first frame of its second half.
#[inline(always)]
fn middle(first: u32, frames: u32) -> u32 {
    first + frames / 2
}

/// A resonator that goes from row to row, away from the middle.
trait Resonant<L>: Copy {
    /// Whether [`Resonant::turn`] gives the opposite in the second and third of four rows.
    const ALTERNATES: bool;

    /// The sines of the row's `chain`, where the row is one of four; the state goes on by a row.
    fn turn(&mut self, chain: usize, row: usize) -> L;

    /// The sines of the row's `chain`, after whole fours of rows; the state goes on by a row.
    fn step(&mut self, chain: usize) -> L;
}

/// Some groups on their way to later frames or, downwards, to earlier ones.
struct Walk<R, G, const N: usize, const UP: bool> {
    groups: [R; N],
    gains: [G; N],
}

impl<R, G, const N: usize, const UP: bool> Walk<R, G, N, UP> {
    /// Adds a frame of one of four rows to its sums.
    #[inline(always)]
    fn turn<L: Lanes>(&mut self, chain: usize, row: usize, sums: &mut [L::Memory; 2])
    where
        R: Resonant<L>,
        G: Gains<L>,
    {
        let mut sum = read(sums);
        for group in 0..N {
            let sine = self.groups[group].turn(chain, row);
            sum = if R::ALTERNATES && (row == 1 || row == 2) {
                self.gains[group].subtract(sine, sum)
            } else {
                self.gains[group].add(sine, sum)
            };
            self.step_gains(group);
        }
        write(sum, sums);
    }

    /// Adds a frame of a row after them to its sums.
    #[inline(always)]
    fn step<L: Lanes>(&mut self, chain: usize, sums: &mut [L::Memory; 2])
    where
        R: Resonant<L>,
        G: Gains<L>,
    {
        let mut sum = read(sums);
        for group in 0..N {
            let sine = self.groups[group].step(chain);
            sum = self.gains[group].add(sine, sum);
            self.step_gains(group);
        }
        write(sum, sums);
    }

    #[inline(always)]
    fn step_gains<L: Lanes>(&mut self, group: usize)
    where
        G: Gains<L>,
    {
        if UP {
            self.gains[group].step_up();
        } else {
            self.gains[group].step_down();
        }
    }
}

/// Adds a segment to the sums, from its middle to both ends: `up` from the row after the middle on,
/// `down` from the row before it.
#[inline(always)]
fn walk<L: Lanes, R: Resonant<L>, G: Gains<L>, const N: usize>(
    up: &[R; N],
    down: &[R; N],
    gains: &[G; N],
    first: u32,
    sums: &mut [[L::Memory; 2]],
) {
    let middle = middle(first, sums.len() as u32) as f32;
    let mut up = Walk::<R, G, N, true> {
        groups: *up,
        gains: *gains,
    };
    let mut down = Walk::<R, G, N, false> {
        groups: *down,
        gains: *gains,
    };
    for (up, down) in up.gains.iter_mut().zip(&mut down.gains) {
        *up = up.at(middle);
        *down = *up;
        down.step_down();
    }
    let (low, high) = sums.split_at_mut(sums.len() / 2);
    let mut high = high.chunks_exact_mut(4 * ROW_FRAMES);
    let mut low = low.rchunks_exact_mut(4 * ROW_FRAMES);
    for (high, low) in (&mut high).zip(&mut low) {
        for row in 0..4 {
            for chain in 0..ROW_FRAMES {
                up.turn(chain, row, &mut high[row * ROW_FRAMES + chain]);
            }
            for chain in (0..ROW_FRAMES).rev() {
                down.turn(chain, row, &mut low[(3 - row) * ROW_FRAMES + chain]);
            }
        }
    }
    let high = high.into_remainder().chunks_exact_mut(ROW_FRAMES);
    let low = low.into_remainder().rchunks_exact_mut(ROW_FRAMES);
    for (high, low) in high.zip(low) {
        for (chain, sums) in high.iter_mut().enumerate() {
            up.step(chain, sums);
        }
        for (chain, sums) in low.iter_mut().enumerate().rev() {
            down.step(chain, sums);
        }
    }
}

/// The plain resonator `y[n+2] = 2cos(2ω)·y[n] − y[n−2]`, from the middle outwards.
#[derive(Clone, Copy)]
pub struct Resonator<L> {
    twice_cosine: L,
    /// The row before the middle.
    early: FrameRow<L>,
    /// The row after the middle.
    late: FrameRow<L>,
}

impl<L: Lanes> Kernel<L> for Resonator<L> {
    #[inline(always)]
    fn pivot(first: u32, frames: u32) -> u32 {
        middle(first, frames)
    }

    #[inline(always)]
    fn seed(state: PhaseState<L>) -> Self {
        let PhaseState {
            phase, increment, ..
        } = state;
        let before = phase - increment;
        Self {
            twice_cosine: Step::new(&state).twice_cosine(),
            early: [sine(before - increment), sine(before)],
            late: [sine(phase), sine(phase + increment)],
        }
    }

    #[inline(always)]
    fn run<G: Gains<L>, const N: usize>(
        groups: &[Self; N],
        gains: &[G; N],
        first: u32,
        sums: &mut [[L::Memory; 2]],
    ) {
        let mut down = *groups;
        for group in &mut down {
            std::mem::swap(&mut group.early, &mut group.late);
        }
        walk(groups, &down, gains, first, sums);
    }
}

impl<L: Lanes> Resonant<L> for Resonator<L> {
    // Each term of the recurrence takes the state of the one that it no longer needs, by
    // p ← p − c·q and q ← q + c·p in turn.
    const ALTERNATES: bool = true;

    #[inline(always)]
    fn turn(&mut self, chain: usize, row: usize) -> L {
        let (p, q) = (&mut self.early[chain], &mut self.late[chain]);
        if row.is_multiple_of(2) {
            *p = q.neg_mul_add(self.twice_cosine, *p);
            *q
        } else {
            *q = p.mul_add(self.twice_cosine, *q);
            *p
        }
    }

    #[inline(always)]
    fn step(&mut self, chain: usize) -> L {
        let sine = self.late[chain];
        self.late[chain] = sine * self.twice_cosine - self.early[chain];
        self.early[chain] = sine;
        sine
    }
}

/// A resonator in Reinsch's form, whose error does not grow where 2cos(2ω) is near ±2.
///
/// With σ = ±1 the sign of cos 2ω and k = 2 − 2|cos 2ω|, the state is `y[n]` and
/// `d[n] = y[n] − σ·y[n−2]`; a step is `d ← σ(d − k·y)`, `y ← d + σ·y`. Downwards likewise, from
/// the mirror image.
#[derive(Clone, Copy)]
pub struct ReinschResonator<L: Lanes> {
    /// k.
    bend: L,
    /// The top bit where σ is negative.
    signs: L::Words,
    /// y of the row after the middle.
    late: FrameRow<L>,
    /// d of the row after the middle.
    late_change: FrameRow<L>,
}

impl<L: Lanes> Kernel<L> for ReinschResonator<L> {
    #[inline(always)]
    fn pivot(first: u32, frames: u32) -> u32 {
        middle(first, frames)
    }

    #[inline(always)]
    fn seed(state: PhaseState<L>) -> Self {
        let PhaseState {
            phase,
            increment,
            quadruple,
            ..
        } = state;
        let step = Step::new(&state);
        let chord = step.chord();
        // y[n] − y[n−2] = 2sin ω·cos φ[n−1] and y[n] + y[n−2] = 2cos ω·sin φ[n−1]. The first factor
        // is the chord, but for its sign where ω > π/2 in the second: half a turn.
        let alternating = step.alternate.spread_top_bit();
        let quarter = L::Words::splat(QUARTER_TURN);
        let half = L::Words::splat(2 * QUARTER_TURN);
        let offset = quarter ^ (alternating & quarter) ^ (alternating & half & (quadruple ^ half));
        Self {
            bend: chord * chord,
            signs: step.alternate,
            late: [sine(phase), sine(phase + increment)],
            late_change: [
                chord * sine(phase - increment + offset),
                chord * sine(phase + offset),
            ],
        }
    }

    #[inline(always)]
    fn run<G: Gains<L>, const N: usize>(
        groups: &[Self; N],
        gains: &[G; N],
        first: u32,
        sums: &mut [[L::Memory; 2]],
    ) {
        let mut down = *groups;
        for group in &mut down {
            *group = group.mirrored();
        }
        walk(groups, &down, gains, first, sums);
    }
}

impl<L: Lanes> ReinschResonator<L> {
    /// The resonator from the row before the middle downwards: y[n−2] = σ(y[n] − d[n]), and seen from
    /// there d is y[n−2] − σ·y[n] = −σ·d[n].
    #[inline(always)]
    fn mirrored(&self) -> Self {
        let mut mirrored = *self;
        for chain in 0..ROW_FRAMES {
            mirrored.late[chain] = (self.late[chain] - self.late_change[chain]).flip(self.signs);
            mirrored.late_change[chain] =
                (L::splat(0.0) - self.late_change[chain]).flip(self.signs);
        }
        mirrored
    }
}

impl<L: Lanes> Resonant<L> for ReinschResonator<L> {
    const ALTERNATES: bool = false;

    #[inline(always)]
    fn turn(&mut self, chain: usize, _row: usize) -> L {
        self.step(chain)
    }

    #[inline(always)]
    fn step(&mut self, chain: usize) -> L {
        let sine = self.late[chain];
        let change = self
            .bend
            .neg_mul_add(sine, self.late_change[chain])
            .flip(self.signs);
        self.late_change[chain] = change;
        self.late[chain] = change + sine.flip(self.signs);
        sine
    }
}

/// Each frame by itself from its phase: folded to ±¼ turn, odd polynomial of degree 7, error
/// −124 dB.
#[derive(Clone, Copy)]
pub struct ChirpSine<L: Lanes> {
    /// A quarter of a turn before the phase of the first frame.
    phase: L::Words,
    /// The phase from the first frame to the second.
    step: L::Words,
    bend: L::Words,
}

impl<L: Lanes> Kernel<L> for ChirpSine<L> {
    #[inline(always)]
    fn pivot(first: u32, _frames: u32) -> u32 {
        first
    }

    #[inline(always)]
    fn seed(state: PhaseState<L>) -> Self {
        Self {
            phase: state.phase - L::Words::splat(QUARTER_TURN),
            step: state.increment + state.bend,
            bend: state.bend,
        }
    }

    #[inline(always)]
    fn run<G: Gains<L>, const N: usize>(
        groups: &[Self; N],
        gains: &[G; N],
        first: u32,
        sums: &mut [[L::Memory; 2]],
    ) {
        let mut groups = *groups;
        let mut gains = *gains;
        for gains in &mut gains {
            *gains = gains.at(first as f32);
        }
        for sums in sums.chunks_exact_mut(PADDING_FRAMES) {
            let mut sines = [[L::splat(0.0); PADDING_FRAMES]; N];
            for group in 0..N {
                sines[group] = groups[group].frames();
            }
            for frame in 0..PADDING_FRAMES {
                let mut sum = read(&sums[frame]);
                for group in 0..N {
                    sum = gains[group].add(sines[group][frame], sum);
                    gains[group].step_up();
                }
                write(sum, &mut sums[frame]);
            }
        }
    }
}

impl<L: Lanes> ChirpSine<L> {
    /// The sines of the next frames, side by side: by itself each is a long chain, and they would
    /// queue up.
    #[inline(always)]
    fn frames(&mut self) -> [L; PADDING_FRAMES] {
        let mut turns = [L::splat(0.25); PADDING_FRAMES];
        for turns in &mut turns {
            *turns = L::from_words(self.phase)
                .abs()
                .neg_mul_add(L::splat(TURNS_PER_WORD), *turns);
            self.phase = self.phase + self.step;
            self.step = self.step + self.bend;
        }
        let mut sines = [L::splat(-70.993_43); PADDING_FRAMES];
        for coefficient in [81.340_77, -41.337_142, 6.283_164] {
            for frame in 0..PADDING_FRAMES {
                let square = turns[frame] * turns[frame];
                sines[frame] = sines[frame].mul_add(square, L::splat(coefficient));
            }
        }
        for frame in 0..PADDING_FRAMES {
            sines[frame] = sines[frame] * turns[frame];
        }
        sines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::lanes::Portable;
    use crate::dsp::fixed_point::WORD_TURN;
    use std::f64::consts;

    const UNIT: f64 = consts::TAU / WORD_TURN;

    /// Words spread over all phases.
    fn words() -> impl Iterator<Item = u32> {
        (0..200_000_u32).map(|number| number.wrapping_mul(2_654_435_769))
    }

    fn lanes(word: u32) -> <Portable as Lanes>::Words {
        Words::splat(word)
    }

    /// What counts of the coefficient is by how much it turns the phase in a step.
    #[test]
    fn coefficients_turn_the_phase_aright() {
        for word in words().map(|word| word / 2) {
            let state = PhaseState::<Portable> {
                phase: lanes(0),
                increment: lanes(word),
                quadruple: lanes(word << 2),
                bend: lanes(0),
            };
            let step = f64::from(word) * UNIT * 2.0;
            if step.cos().abs() > 0.97 {
                continue;
            }
            let found = f64::from(Step::new(&state).twice_cosine().to_array()[0]);
            let turned = (found - 2.0 * step.cos()).abs() / (2.0 * step.sin().abs());
            assert!(turned < 2.5e-7, "{turned:e} rad a step at {word}");
        }
    }
}
