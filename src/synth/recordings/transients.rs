//! The transients of recordings: samples that are played once, when the place passes the time of their recording.
//!
//! They keep the speed of their recording, whatever its present speed and pitch. Between samples the curve is the
//! cubic of Catmull and Rom through four of them. At the rate of the recording, on its samples, they are played
//! unchanged.

use super::Recordings;
use super::player::PlayerStep;

/// Transients that sound at once, at most; then the oldest gives way.
const MOST: usize = 4;

/// A transient that sounds.
#[derive(Clone, Copy, Debug)]
struct SoundingTransient {
    /// The bank, the recording in it, and the transient of that.
    bank: u64,
    recording: usize,
    transient: usize,
    /// How much of the voice's spectrum the recording was.
    share: f32,
    /// The sample that comes next; negative before its start.
    at: f64,
}

/// The transients of one voice.
#[derive(Clone, Copy, Debug)]
pub struct Transients {
    sounding: [Option<SoundingTransient>; MOST],
    next: usize,
}

/// How loud they are in both channels, at the start and at the end of the segment.
pub type Sides = [(f32, f32); 2];

impl Transients {
    /// No transients.
    pub const NONE: Transients = Transients {
        sounding: [None; MOST],
        next: 0,
    };

    /// Whether none sounds.
    pub fn are_silent(&self) -> bool {
        self.sounding.iter().all(Option::is_none)
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
        let Some(rows) = recordings
            .rows(recording)
            .filter(|_| step.to_s > step.from_s)
        else {
            return;
        };
        let bank = rows.sound();
        let nearly_s = 1e-6 * bank.grid.hop_s();
        let transients = &bank.transients;
        let first =
            transients.partition_point(|transient| transient.time_s < step.from_s - nearly_s);
        let passed = transients.iter().enumerate().skip(first);
        let passed = passed.take_while(|(_, transient)| transient.time_s < step.to_s - nearly_s);
        for (transient, of) in passed.take(MOST) {
            let late = (of.time_s - step.from_s) / (step.to_s - step.from_s);
            self.sounding[self.next] = Some(SoundingTransient {
                bank: recordings.id(),
                recording,
                transient,
                share,
                at: nearly_whole(-late * seconds * of.sample_rate_hz),
            });
            self.next = (self.next + 1) % MOST;
        }
    }

    /// Adds all that sound to both channels. Those of another bank stop.
    pub fn render(
        &mut self,
        recordings: &Recordings,
        sample_rate_hz: f64,
        sides: Sides,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        for place in &mut self.sounding {
            let Some(sounding) = place else {
                continue;
            };
            let rows = recordings
                .rows(sounding.recording)
                .filter(|_| recordings.id() == sounding.bank);
            let transient = rows.and_then(|rows| rows.sound().transients.get(sounding.transient));
            let is_over = rows.zip(transient).is_none_or(|(rows, transient)| {
                let samples = rows.samples_of(transient);
                let scale = sounding.share * transient.peak / 32_767.0;
                let pan = [1.0 - transient.pan, 1.0 + transient.pan];
                let sides = [0, 1].map(|side| {
                    let (from, to) = sides[side];
                    (from * scale * pan[side], to * scale * pan[side])
                });
                let step = transient.sample_rate_hz / sample_rate_hz;
                add(samples, sounding.at, step, sides, left, right);
                sounding.at = nearly_whole(sounding.at + step * left.len() as f64);
                sounding.at >= samples.len() as f64
            });
            if is_over {
                *place = None;
            }
        }
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

fn add(samples: &[i16], at: f64, step: f64, sides: Sides, left: &mut [f32], right: &mut [f32]) {
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
        let gain = |(from, to): (f32, f32)| from + (to - from) * so_far;
        *left += value * gain(sides[0]);
        *right += value * gain(sides[1]);
    }
}
