//! The transients of recordings: samples that are played once, when the place passes the time of their recording.
//!
//! They keep the speed of their recording, whatever its present speed and pitch. Between samples the curve is the
//! cubic of Catmull and Rom through four of them. At the rate of the recording, on its samples, they are played
//! unchanged.
//!
//! One whose bank is taken away, or that gives way to another, has no samples any more: its last value fades to
//! nothing within a segment.

use super::player::PlayerStep;
use super::source::HeldRows;
use super::{RecordingSource, Recordings};

/// Transients that sound at once, at most; then the oldest gives way. A voice may play eight recordings.
const MOST: usize = 8;

/// A transient that sounds.
#[derive(Clone, Copy, Debug)]
struct SoundingTransient {
    /// The recording in the bank, and the transient of that.
    recording: u32,
    transient: u32,
    /// How much of the voice's spectrum the recording was.
    share: f32,
    /// The sample that comes next; negative before its start.
    at: f64,
    /// What it was in both channels at the end of the last segment.
    last: [f32; 2],
}

/// The transients of one voice.
#[derive(Clone, Copy, Debug)]
pub struct Transients {
    /// The bank of all that sound.
    bank: u64,
    sounding: [Option<SoundingTransient>; MOST],
    next: usize,
    /// Where those that were cut off were in both channels.
    cut: [f32; 2],
}

/// How loud they are in both channels, at the start and at the end of the segment.
pub type Sides = [(f32, f32); 2];

impl Transients {
    /// No transients.
    pub const NONE: Transients = Transients {
        bank: 0,
        sounding: [None; MOST],
        next: 0,
        cut: [0.0; 2],
    };

    /// Whether none sounds.
    pub fn are_silent(&self) -> bool {
        self.sounding.iter().all(Option::is_none) && self.cut == [0.0; 2]
    }

    /// Says which frames of recordings those that sound are of.
    pub fn want(&self, recordings: &Recordings, want: &mut impl FnMut(usize, u32)) {
        for sounding in self.sounding.iter().flatten() {
            let index = sounding.recording as usize;
            let sound = recordings.bank_sound(index);
            let transient = sound.and_then(|of| of.transients.get(sounding.transient as usize));
            if let Some((sound, transient)) = sound.zip(transient) {
                want(index, sound.frame_of(transient.time_s));
            }
        }
    }

    /// Starts those of a recording that a step passes.
    pub fn start(
        &mut self,
        recordings: &Recordings,
        recording: usize,
        share: f32,
        step: &PlayerStep,
        seconds: f64,
    ) {
        let sound = recordings.bank_sound(recording);
        let Some(sound) = sound.filter(|_| step.to_s > step.from_s) else {
            return;
        };
        self.keep_bank(recordings);
        let nearly_s = 1e-6 * sound.grid.hop_s();
        let transients = &sound.transients;
        let first =
            transients.partition_point(|transient| transient.time_s < step.from_s - nearly_s);
        let passed = transients.iter().enumerate().skip(first);
        let passed = passed.take_while(|(_, transient)| transient.time_s < step.to_s - nearly_s);
        for (transient, of) in passed.take(MOST) {
            let late = (of.time_s - step.from_s) / (step.to_s - step.from_s);
            let started = SoundingTransient {
                recording: recording as u32,
                transient: transient as u32,
                share,
                at: nearly_whole(-late * seconds * of.sample_rate_hz),
                last: [0.0; 2],
            };
            if let Some(oldest) = self.sounding[self.next].replace(started) {
                cut_off(&mut self.cut, &oldest);
            }
            self.next = (self.next + 1) % MOST;
        }
    }

    /// Cuts off all that are of another bank.
    fn keep_bank(&mut self, recordings: &Recordings) {
        if self.bank == recordings.id() {
            return;
        }
        self.bank = recordings.id();
        for sounding in self.sounding.iter_mut().filter_map(Option::take) {
            cut_off(&mut self.cut, &sounding);
        }
    }

    /// Adds all that sound to both channels. Those of another bank stop.
    pub fn render(
        &mut self,
        source: &RecordingSource,
        sample_rate_hz: f64,
        sides: Sides,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let recordings = source.recordings;
        self.keep_bank(recordings);
        for place in &mut self.sounding {
            let Some(sounding) = place else {
                continue;
            };
            let index = sounding.recording as usize;
            let sound = recordings.bank_sound(index);
            let transient = sound.and_then(|of| of.transients.get(sounding.transient as usize));
            let frame = sound.zip(transient).map(|(of, it)| of.frame_of(it.time_s));
            // Where its piece is not at hand it is cut off as one whose bank is taken away.
            let held = frame.and_then(|frame| source.hold(index, (frame, frame)));
            let rows = held.as_ref().and_then(HeldRows::rows);
            let Some((rows, transient)) = rows.zip(transient) else {
                cut_off(&mut self.cut, sounding);
                *place = None;
                continue;
            };
            let samples = rows.samples_of(transient);
            let scale = sounding.share * transient.peak / 32_767.0;
            let pan = [1.0 - transient.pan, 1.0 + transient.pan];
            let sides = [0, 1].map(|side| {
                let (from, to) = sides[side];
                (from * scale * pan[side], to * scale * pan[side])
            });
            let step = transient.sample_rate_hz / sample_rate_hz;
            sounding.last = add(samples, sounding.at, step, sides, left, right);
            sounding.at = nearly_whole(sounding.at + step * left.len() as f64);
            if sounding.at >= samples.len() as f64 {
                *place = None;
            }
        }
        if self.cut != [0.0; 2] {
            let cut = std::mem::take(&mut self.cut);
            fade_out(cut[0], left);
            fade_out(cut[1], right);
        }
    }
}

/// Takes what a transient was last to what fades out.
fn cut_off(cut: &mut [f32; 2], transient: &SoundingTransient) {
    for (cut, last) in cut.iter_mut().zip(transient.last) {
        *cut += last;
    }
}

/// Adds what goes from a value to 0 within the segment.
fn fade_out(from: f32, samples: &mut [f32]) {
    let frames = samples.len() as f32;
    for (n, sample) in samples.iter_mut().enumerate() {
        *sample += from * (1.0 - (n + 1) as f32 / frames);
    }
}

fn nearly_whole(at: f64) -> f64 {
    let nearest = libm::rint(at);
    if (at - nearest).abs() < 1e-6 {
        nearest
    } else {
        at
    }
}

/// Adds a segment of a transient. What it is in both channels at its end.
fn add(
    samples: &[i16],
    at: f64,
    step: f64,
    sides: Sides,
    left: &mut [f32],
    right: &mut [f32],
) -> [f32; 2] {
    let mut last = [0.0; 2];
    let frames = left.len() as f32;
    let sample = |place: i64| {
        let place = usize::try_from(place).ok();
        place
            .and_then(|place| samples.get(place))
            .map_or(0.0, |&sample| f32::from(sample))
    };
    for (n, (left, right)) in left.iter_mut().zip(right).enumerate() {
        let at = at + step * n as f64;
        if at < 0.0 {
            continue;
        }
        let (place, part) = (at as i64, (at - libm::floor(at)) as f32);
        let [a, b, c, d] = [-1, 0, 1, 2].map(|offset| sample(place + offset));
        let value = b + 0.5
            * part
            * (c - a + part * (2.0 * a - 5.0 * b + 4.0 * c - d + part * (3.0 * (b - c) + d - a)));
        let so_far = n as f32 / frames;
        last = sides.map(|(from, to)| value * (from + (to - from) * so_far));
        *left += last[0];
        *right += last[1];
    }
    last
}
