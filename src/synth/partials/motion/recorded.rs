//! What motion does otherwise where a spectrum is a recording: partials that begin with a frequency, a phase and a gain
//! of their own, and frequencies whose mean over a segment is known.
//!
//! Where a partial runs from f₀ to f₁ and the recording's mean is 1 + c times that of its own ends
//! ([mean excess](RecordedFrame::mean_excess)), the phase goes on by T·(1 + c)·(f₀ + f₁)/2, less the correction for the
//! curve of the fundamental as of any partial.

use super::kernels::{self, Sides};
use super::{Frame, FundamentalPath};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::recordings::{Birth, RecordedFrame};

/// A slot whose gain is below this is silent (−140 dB).
const SILENT_GAIN: f32 = 1e-7;

/// Whether slot n still sounds with these gains, left and right, by Blur, Smear or a room: a partial that begins there
/// slides to its frequency and its gain, as any new phase would click.
pub(super) fn still_sounds(left: &[f32], right: &[f32], n: usize) -> bool {
    left[n].abs().max(right[n].abs()) > SILENT_GAIN
}

/// Every partial that has just begun: which copy it is in, how it begins, and its place.
pub(super) fn each_birth<'a>(
    frame: &Frame,
    recorded: &'a RecordedFrame,
    used: usize,
) -> impl Iterator<Item = (usize, &'a Birth, usize)> + use<'a> {
    let (copies, copy_len) = (frame.copies(), frame.copy_len());
    let partials = frame.partials();
    (0..copies).flat_map(move |copy| {
        let births = recorded.births().iter();
        births
            .take_while(move |birth| usize::from(birth.slot) < partials)
            .map(move |birth| (copy, birth, copy * copy_len + usize::from(birth.slot)))
            .filter(move |(_, _, n)| *n < used)
    })
}

/// As [`kernels::set_frequencies`], with the mean of the recording. Returns whether anything slides.
// Not inlined, as all here: most voices play no recording.
#[inline(never)]
#[cold]
#[allow(clippy::too_many_arguments)]
pub(super) fn set_frequencies(
    level: SimdLevel,
    frame: &Frame,
    (last_ratio, ratio): (&[f32], &[f32]),
    tracking: Option<&[f32]>,
    path: &FundamentalPath,
    time: (usize, f64),
    recorded: &RecordedFrame,
    slides: &mut (&mut [u64], &mut [i64]),
) -> bool {
    let (increment, half_chirp) = slides;
    let mut any = false;
    for copy in frame.used_by_copies() {
        let end = copy.end.min(ratio.len());
        let copy = copy.start.min(end)..end;
        let ratios = (&last_ratio[copy.clone()], &ratio[copy.clone()]);
        let tracking = tracking.map(|tracking| &tracking[copy.clone()]);
        let (increment, half_chirp) = (&mut increment[copy.clone()], &mut half_chirp[copy]);
        any |= kernels::set_recorded_frequencies(
            level,
            ratios,
            tracking,
            &recorded.mean_excess[..],
            path,
            time,
            increment,
            half_chirp,
        );
    }
    any
}

/// Lets partials that have just begun start with their gain, except where another still sounds. At the onset the gains
/// at the start are there, as of the amplitudes at the end.
#[inline(never)]
#[cold]
pub(super) fn set_starts(
    frame: &Frame,
    recorded: &RecordedFrame,
    is_onset: bool,
    starts: &mut Sides,
    ends: &Sides,
) {
    for (_, birth, n) in each_birth(frame, recorded, ends.left.len()) {
        if is_onset {
            starts.left[n] *= birth.gain;
            starts.right[n] *= birth.gain;
        } else if birth.gain > 0.0 && !still_sounds(starts.left, starts.right, n) {
            starts.left[n] = ends.left[n] * birth.gain;
            starts.right[n] = ends.right[n] * birth.gain;
        }
    }
}
