//! The envelope: delay, attack, hold, decay, sustain, release.
//!
//! Each stage has a closed form, so that the envelope can be advanced by any number of frames and its
//! corners fall on exact frames. A stage of curve c (each has its own) follows (1 − e^(−kx))/(1 − e^(−k)), k = 6c:
//! straight at c = 0, fast then slow (as a capacitor) for c > 0, slow then fast for c < 0.

use super::curve::CurvePoint;

/// What an envelope is set to. Times are in seconds, levels from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnvelopeSettings {
    /// Time at 0 before the attack.
    pub delay_s: f32,
    /// Time from 0 to 1.
    pub attack_s: f32,
    /// Time at 1.
    pub hold_s: f32,
    /// Time from 1 to the sustain level.
    pub decay_s: f32,
    /// Level while the key is held after the decay.
    pub sustain: f32,
    /// Time from the current level to 0 after the key's release.
    pub release_s: f32,
    /// Curve of the attack, −1 to 1; see [`shaped`].
    pub attack_curve: f32,
    /// Curve of the decay, likewise.
    pub decay_curve: f32,
    /// Curve of the release, likewise.
    pub release_curve: f32,
}

impl EnvelopeSettings {
    /// The shape at a sample rate.
    pub fn shape(&self, sample_rate_hz: f64) -> EnvelopeShape {
        // Whole frames, so that corners are exact.
        let frames = |seconds: f32| (f64::from(seconds) * sample_rate_hz + 0.5).floor();
        EnvelopeShape {
            delay_frames: frames(self.delay_s),
            attack_frames: frames(self.attack_s),
            hold_frames: frames(self.hold_s),
            decay_frames: frames(self.decay_s),
            sustain: self.sustain,
            release_frames: frames(self.release_s),
            attack_curve: StageCurve::new(self.attack_curve),
            decay_curve: StageCurve::new(self.decay_curve),
            release_curve: StageCurve::new(self.release_curve),
        }
    }
}

/// The settings of an envelope at a sample rate, with what every envelope of them needs. Its fields
/// are as those of [`EnvelopeSettings`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnvelopeShape {
    delay_frames: f64,
    attack_frames: f64,
    hold_frames: f64,
    decay_frames: f64,
    sustain: f32,
    release_frames: f64,
    attack_curve: StageCurve,
    decay_curve: StageCurve,
    release_curve: StageCurve,
}

/// What decides the level before the release, beside times.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HeldSettings {
    /// The sustain level.
    pub sustain: f32,
    /// The curve of the attack, −1 to 1.
    pub attack_curve: f32,
    /// The curve of the decay, −1 to 1.
    pub decay_curve: f32,
}

impl EnvelopeShape {
    /// What decides the level before the release, beside times.
    pub fn held_settings(&self) -> HeldSettings {
        HeldSettings {
            sustain: self.sustain,
            attack_curve: self.attack_curve.bend(),
            decay_curve: self.decay_curve.bend(),
        }
    }

    /// The envelope as a curve over seconds, which is held at its point of index [`SUSTAIN_POINT`].
    pub fn curve(&self, sample_rate_hz: f64) -> super::curve::Curve {
        let mut frames = 0.0;
        let points = [
            (0.0, 0.0, 0.0),
            (self.delay_frames, 0.0, 0.0),
            (self.attack_frames, 1.0, self.attack_curve.bend()),
            (self.hold_frames, 1.0, 0.0),
            (self.decay_frames, self.sustain, self.decay_curve.bend()),
            (self.release_frames, 0.0, self.release_curve.bend()),
        ]
        .map(|(lasts, level, bend)| {
            frames += lasts;
            CurvePoint {
                time: (frames / sample_rate_hz) as f32,
                level,
                bend,
            }
        });
        super::curve::Curve::new(&points)
    }
}

/// Where the curve of an envelope is held while the key is.
pub const SUSTAIN_POINT: usize = 4;

/// The line of that curve which is the attack.
pub const ATTACK_LINE: usize = 1;

/// The line of that curve which is the decay.
pub const DECAY_LINE: usize = 3;

/// The progress of stages with one curve.
#[derive(Clone, Copy, Debug, PartialEq)]
struct StageCurve {
    k: f64,
    /// e^(−k) − 1; 0 if straight.
    denominator: f64,
}

impl StageCurve {
    fn new(curve: f32) -> StageCurve {
        let k = 6.0 * f64::from(curve);
        // For smaller k the closed form loses digits to cancellation, and the curve is straight to
        // 1e-4.
        let is_straight = k.abs() < 1e-3;
        StageCurve {
            k,
            denominator: if is_straight { 0.0 } else { libm::expm1(-k) },
        }
    }

    /// What it was made of.
    fn bend(&self) -> f32 {
        (self.k / 6.0) as f32
    }

    /// See [`shaped`].
    fn at(&self, x: f64) -> f32 {
        let y = if self.denominator == 0.0 {
            x
        } else {
            libm::expm1(-self.k * x) / self.denominator
        };
        y as f32
    }
}

/// A stage of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeStage {
    /// At 0, before the attack.
    Delay,
    /// Rising from 0 to 1.
    Attack,
    /// At 1.
    Hold,
    /// Falling to the sustain level.
    Decay,
    /// At the sustain level while the key is held.
    Sustain,
    /// Falling to 0.
    Release,
    /// At 0, finished.
    Done,
}

/// The position of an envelope, for display.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnvelopePlace {
    /// The current stage.
    pub stage: EnvelopeStage,
    /// Elapsed fraction of the stage, 0 to 1.
    pub position: f32,
    /// The level at which the release began, 0 to 1; used in the release only.
    pub released_from: f32,
}

/// The stages before the sustain.
const HELD_STAGES: usize = 4;

/// When an envelope's stages end, in frames since its start. Past stages: as they ended. The stage in progress:
/// from what has passed of it and its present time. Stages ahead: as they are set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnvelopeTimes {
    /// The ends of delay, attack, hold and decay. After the release, as they were foreseen at it.
    pub ends: [f64; HELD_STAGES],
    /// The release, if it has begun: when.
    pub released_at: Option<f64>,
    /// How long the release takes.
    pub release: f64,
}

/// What an envelope keeps of its release, for those who look at another time of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Released {
    /// When, in frames since the start.
    at: f64,
    /// When it has ended.
    ended: f64,
    /// What decided the level before.
    held: HeldSettings,
}

/// The state of an envelope. `Default` is a finished one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Envelope {
    stage: EnvelopeStage,
    /// Elapsed fraction of the stage, 0 to 1.
    position: f64,
    /// Level at which the release began.
    released_from: f32,
    /// Frames since its start.
    age: u64,
    /// When delay, attack, hold and decay have ended, in frames since its start.
    ended: [f64; HELD_STAGES],
    released: Released,
}

impl Default for Envelope {
    fn default() -> Envelope {
        Envelope {
            stage: EnvelopeStage::Done,
            position: 0.0,
            released_from: 0.0,
            age: 0,
            ended: [0.0; HELD_STAGES],
            released: Released::default(),
        }
    }
}

impl Envelope {
    /// An envelope at the start of its first stage.
    pub fn begin(shape: &EnvelopeShape) -> Envelope {
        let mut envelope = Envelope {
            stage: EnvelopeStage::Delay,
            ..Envelope::default()
        };
        envelope.pass_finished_stages(shape, 0.0);
        envelope
    }

    /// The current level, 0 to 1.
    pub fn level(&self, shape: &EnvelopeShape) -> f32 {
        let way = |curve: &StageCurve| curve.at(self.position);
        match self.stage {
            EnvelopeStage::Delay | EnvelopeStage::Done => 0.0,
            EnvelopeStage::Attack => way(&shape.attack_curve),
            EnvelopeStage::Hold => 1.0,
            EnvelopeStage::Decay => 1.0 - (1.0 - shape.sustain) * way(&shape.decay_curve),
            EnvelopeStage::Sustain => shape.sustain,
            EnvelopeStage::Release => self.released_from * (1.0 - way(&shape.release_curve)),
        }
    }

    /// The current position.
    pub fn place(&self) -> EnvelopePlace {
        EnvelopePlace {
            stage: self.stage,
            position: self.position as f32,
            released_from: self.released_from,
        }
    }

    /// Advances by `frames` frames.
    pub fn advance(&mut self, shape: &EnvelopeShape, frames: usize) {
        let mut left = frames as f64;
        self.age += frames as u64;
        // Bounded: each iteration ends a stage or uses up the frames, and there are seven stages.
        while left > 0.0 {
            let Some(stage_frames) = self.stage_frames(shape) else {
                break;
            };
            let rest = (1.0 - self.position) * stage_frames;
            if left < rest - 0.5 {
                self.position += left / stage_frames;
                break;
            }
            left -= rest;
            self.position = 1.0;
            self.pass_finished_stages(shape, left);
        }
    }

    /// Frames until the level turns at the end of the current stage, at least 1; `None` if it
    /// [rests](Envelope::rests).
    pub fn frames_to_corner(&self, shape: &EnvelopeShape) -> Option<usize> {
        if self.rests(shape) {
            return None;
        }
        let stage_frames = self.stage_frames(shape)?;
        Some((((1.0 - self.position) * stage_frames + 0.5).floor() as usize).max(1))
    }

    /// Starts the release from the current level. Does nothing if it has started already.
    pub fn release(&mut self, shape: &EnvelopeShape) {
        if !matches!(self.stage, EnvelopeStage::Release | EnvelopeStage::Done) {
            self.released_from = self.level(shape);
            self.ended = self.held_ends(shape);
            self.released = Released {
                at: self.age as f64,
                ended: 0.0,
                held: shape.held_settings(),
            };
            self.stage = EnvelopeStage::Release;
            self.position = 0.0;
            self.pass_finished_stages(shape, 0.0);
        }
    }

    /// Frames since its start.
    pub fn age(&self) -> u64 {
        self.age
    }

    /// When its stages end.
    pub fn times(&self, shape: &EnvelopeShape) -> EnvelopeTimes {
        let since = self.age as f64 - self.released.at;
        let (is_released, release) = match self.stage {
            EnvelopeStage::Done => (true, self.released.ended - self.released.at),
            EnvelopeStage::Release if self.position > 0.0 => (true, since / self.position),
            EnvelopeStage::Release => (true, shape.release_frames),
            _ => (false, shape.release_frames),
        };
        EnvelopeTimes {
            ends: self.held_ends(shape),
            released_at: is_released.then_some(self.released.at),
            release,
        }
    }

    /// What decides the level before the release, as it is or was at the release.
    pub fn held_settings(&self, shape: &EnvelopeShape) -> HeldSettings {
        match self.stage {
            EnvelopeStage::Release | EnvelopeStage::Done => self.released.held,
            _ => shape.held_settings(),
        }
    }

    /// When the stages before the sustain end. The stage in progress counts from what has passed of it,
    /// whatever its time has been on the way: a change of the time moves nothing that is past.
    fn held_ends(&self, shape: &EnvelopeShape) -> [f64; HELD_STAGES] {
        let lasts = [
            shape.delay_frames,
            shape.attack_frames,
            shape.hold_frames,
            shape.decay_frames,
        ];
        let current = self.stage as usize;
        let mut ends = self.ended;
        let mut end = 0.0;
        for (index, lasts) in lasts.into_iter().enumerate() {
            if index == current && self.position > 0.0 {
                ends[index] = end + (self.age as f64 - end) / self.position;
            } else if index >= current {
                ends[index] = end + lasts;
            }
            end = ends[index];
        }
        ends
    }

    /// Whether the level stays as it is until a release. With a sustain level of 1 it does so from
    /// the end of the attack on.
    pub fn rests(&self, shape: &EnvelopeShape) -> bool {
        match self.stage {
            EnvelopeStage::Sustain | EnvelopeStage::Done => true,
            EnvelopeStage::Hold | EnvelopeStage::Decay => shape.sustain == 1.0,
            EnvelopeStage::Delay | EnvelopeStage::Attack | EnvelopeStage::Release => false,
        }
    }

    /// Whether the envelope has finished.
    pub fn is_done(&self) -> bool {
        self.stage == EnvelopeStage::Done
    }

    fn stage_frames(&self, shape: &EnvelopeShape) -> Option<f64> {
        match self.stage {
            EnvelopeStage::Delay => Some(shape.delay_frames),
            EnvelopeStage::Attack => Some(shape.attack_frames),
            EnvelopeStage::Hold => Some(shape.hold_frames),
            EnvelopeStage::Decay => Some(shape.decay_frames),
            EnvelopeStage::Release => Some(shape.release_frames),
            EnvelopeStage::Sustain | EnvelopeStage::Done => None,
        }
    }

    /// Goes on to the next stage where one is finished, `left` frames before its age.
    fn pass_finished_stages(&mut self, shape: &EnvelopeShape, left: f64) {
        let now = self.age as f64 - left;
        while let Some(stage_frames) = self.stage_frames(shape) {
            if self.position < 1.0 && stage_frames >= 1.0 {
                break;
            }
            self.position = 0.0;
            match self.ended.get_mut(self.stage as usize) {
                Some(ended) => *ended = now,
                None => self.released.ended = now,
            }
            self.stage = match self.stage {
                EnvelopeStage::Delay => EnvelopeStage::Attack,
                EnvelopeStage::Attack => EnvelopeStage::Hold,
                EnvelopeStage::Hold => EnvelopeStage::Decay,
                EnvelopeStage::Decay => EnvelopeStage::Sustain,
                EnvelopeStage::Release | EnvelopeStage::Sustain | EnvelopeStage::Done => {
                    EnvelopeStage::Done
                }
            };
        }
    }
}

/// The progress of a stage with this `curve` (−1 to 1) after the fraction `x` of its time. It is
/// monotonic, from 0 at x = 0 to 1 at x = 1.
pub fn shaped(x: f64, curve: f32) -> f32 {
    StageCurve::new(curve).at(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;
    const SETTINGS: EnvelopeSettings = EnvelopeSettings {
        delay_s: 0.001,
        attack_s: 0.002,
        hold_s: 0.003,
        decay_s: 0.004,
        sustain: 0.5,
        release_s: 0.005,
        attack_curve: 0.5,
        decay_curve: 0.5,
        release_curve: 0.5,
    };

    #[test]
    fn corners_fall_on_their_frames() {
        let shape = SETTINGS.shape(RATE);
        let mut envelope = Envelope::begin(&shape);
        for (frames, level) in [(48, 0.0), (96, 1.0), (144, 1.0), (192, 0.5)] {
            assert_eq!(envelope.frames_to_corner(&shape), Some(frames));
            envelope.advance(&shape, frames);
            assert_eq!(envelope.level(&shape), level);
        }
        assert_eq!(envelope.frames_to_corner(&shape), None);
        assert!(envelope.rests(&shape));
        envelope.release(&shape);
        assert!(!envelope.rests(&shape));
        assert_eq!(envelope.level(&shape), 0.5);
        envelope.advance(&shape, 240);
        assert_eq!(envelope.level(&shape), 0.0);
        assert!(envelope.is_done());
    }

    #[test]
    fn a_full_sustain_level_is_reached_with_the_attack() {
        let shape = EnvelopeSettings {
            sustain: 1.0,
            ..SETTINGS
        }
        .shape(RATE);
        let mut envelope = Envelope::begin(&shape);
        for frames in [48, 96] {
            assert!(!envelope.rests(&shape));
            assert_eq!(envelope.frames_to_corner(&shape), Some(frames));
            envelope.advance(&shape, frames);
        }
        for _ in 0..7 {
            assert!(envelope.rests(&shape));
            assert_eq!(envelope.frames_to_corner(&shape), None);
            assert_eq!(envelope.level(&shape), 1.0);
            envelope.advance(&shape, 96);
        }
        assert_eq!(envelope.place().stage, EnvelopeStage::Sustain);
    }

    #[test]
    fn any_steps_give_the_same_levels() {
        let shape = SETTINGS.shape(RATE);
        for step in [1, 7, 64, 100] {
            let mut stepped = Envelope::begin(&shape);
            let mut frames = 0;
            while frames + step <= 700 {
                stepped.advance(&shape, step);
                frames += step;
                let mut whole = Envelope::begin(&shape);
                whole.advance(&shape, frames);
                let level = whole.level(&shape);
                assert!(
                    (stepped.level(&shape) - level).abs() < 1e-5,
                    "{step} {frames}"
                );
            }
        }
    }

    #[test]
    fn release_begins_where_the_level_is() {
        let shape = SETTINGS.shape(RATE);
        let mut envelope = Envelope::begin(&shape);
        envelope.advance(&shape, 48 + 40);
        let level = envelope.level(&shape);
        assert!(level > 0.1 && level < 0.9);
        envelope.release(&shape);
        assert_eq!(envelope.level(&shape), level);
    }

    #[test]
    fn zero_times_jump() {
        let settings = EnvelopeSettings {
            delay_s: 0.0,
            attack_s: 0.0,
            hold_s: 0.0,
            decay_s: 0.0,
            sustain: 0.25,
            release_s: 0.0,
            attack_curve: 0.0,
            decay_curve: 0.0,
            release_curve: 0.0,
        };
        let shape = settings.shape(RATE);
        let mut envelope = Envelope::begin(&shape);
        assert_eq!(envelope.level(&shape), 0.25);
        envelope.release(&shape);
        assert!(envelope.is_done());
    }

    #[test]
    fn each_stage_has_its_own_curve() {
        let settings = EnvelopeSettings {
            attack_curve: -0.6,
            decay_curve: 0.0,
            release_curve: 0.9,
            ..SETTINGS
        };
        let shape = settings.shape(RATE);
        let mut envelope = Envelope::begin(&shape);
        let halfway = |curve| shaped(0.5, curve);
        // To the middle of the attack, of the decay, to the sustain, and to the middle of the release.
        envelope.advance(&shape, 48 + 48);
        assert_eq!(envelope.level(&shape), halfway(-0.6));
        envelope.advance(&shape, 48 + 144 + 96);
        assert_eq!(envelope.level(&shape), 1.0 - 0.5 * halfway(0.0));
        envelope.advance(&shape, 96);
        envelope.release(&shape);
        envelope.advance(&shape, 120);
        assert_eq!(envelope.level(&shape), 0.5 * (1.0 - halfway(0.9)));
        // The curve in which partials stand apart has these levels, too.
        let curve = shape.curve(RATE);
        for (frames, level) in [
            (96.0, halfway(-0.6)),
            (384.0, 1.0 - 0.5 * halfway(0.0)),
            (600.0, 0.5 * (1.0 - halfway(0.9))),
        ] {
            let found = curve.level((frames / RATE) as f32);
            assert!((found - level).abs() < 1e-5, "{frames}: {found} {level}");
        }
    }

    #[test]
    fn curves_bend_in_the_documented_direction() {
        assert_eq!(shaped(0.5, 0.0), 0.5);
        assert!(shaped(0.5, 1.0) > 0.9 && shaped(0.5, -1.0) < 0.1);
        for curve in [-1.0, -0.3, 0.0, 1e-5, 0.7, 1.0] {
            assert_eq!((shaped(0.0, curve), shaped(1.0, curve)), (0.0, 1.0));
        }
    }
}
