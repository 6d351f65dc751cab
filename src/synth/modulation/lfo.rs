//! The LFOs as modulators: each one for all voices, or one for each that starts with its note or phrase.

use super::clock::{CycleClock, MovedClocks, Pace};
use super::curves;
use super::fan::Fan;
use super::modulators::BlockTime;
use super::phrase::{Phrase, PhraseTime};
use crate::dsp::curve::Curve;
use crate::dsp::lfo::LfoShape;
use crate::dsp::random;
use crate::synth::parameter::{LFO_DIVISIONS_BEATS, LFOS, LfoCourse, LfoParams, Param};
use crate::synth::patch::Values;

/// The parameters of each LFO.
const PARAMS: [LfoParams; LFOS] = {
    let mut params = [LfoParams::of(1); LFOS];
    let mut number = 2;
    while number <= LFOS {
        params[number - 1] = LfoParams::of(number);
        number += 1;
    }
    params
};

/// One of the LFOs, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LfoId(u8);

impl LfoId {
    /// The LFO of this number, 1 to [`LFOS`].
    pub const fn numbered(number: usize) -> LfoId {
        assert!(number >= 1 && number <= LFOS);
        LfoId((number - 1) as u8)
    }

    fn index(self) -> usize {
        usize::from(self.0)
    }

    /// How far the partials stand apart in it.
    pub fn fan(self, values: &Values) -> Fan {
        let params = &PARAMS[self.index()];
        Fan::read(
            |param| values.get(param),
            params.fan_order,
            params.fan_phase,
            params.fan_rate,
        )
    }
}

/// What an LFO follows in each cycle: an [`LfoCourse`], with the curve's points.
#[expect(
    clippy::large_enum_variant,
    reason = "the audio thread cannot allocate a curve apart"
)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LfoCycle {
    /// One of the shapes.
    Shape(LfoShape),
    /// A curve, whose last point is at the cycle's end.
    Curve(Curve),
}

impl LfoCycle {
    /// The cycle of LFO `number`, 1 to [`LFOS`], as the patch has it.
    pub fn read(values: &Values, number: usize) -> LfoCycle {
        match LfoCourse::from_index(values.index(PARAMS[number - 1].shape)) {
            LfoCourse::Shape(shape) => LfoCycle::Shape(shape),
            LfoCourse::Curve(curve) => LfoCycle::Curve(curves::points(values, curve)),
        }
    }

    /// The value, −1 to 1, after `cycles` cycles; `seed` decides the random shapes. Any number is taken,
    /// as by [`LfoShape::value`].
    pub fn value(&self, cycles: f64, seed: u64) -> f32 {
        match self {
            LfoCycle::Shape(shape) => shape.value(cycles, seed) as f32,
            LfoCycle::Curve(curve) => {
                let cycles = if cycles.is_finite() { cycles } else { 0.0 };
                curve_value(curve, (cycles - cycles.floor()) as f32)
            }
        }
    }

    /// Whether it jumps on the way from one place to a later one, in cycles.
    fn jumps_between(&self, from_cycles: f64, to_cycles: f64) -> bool {
        match self {
            LfoCycle::Shape(shape) => shape.jumps_between(from_cycles, to_cycles),
            LfoCycle::Curve(curve) => {
                let (from, to) = (from_cycles.floor(), to_cycles.floor());
                let at = |cycles: f64, whole: f64| (cycles - whole) as f32 * curve.length();
                let (start, end) = (at(from_cycles, from), at(to_cycles, to));
                match to - from {
                    0.0 => curve.jumps_between(start, end),
                    1.0 => {
                        let goes_back = curve.level(0.0) != curve.level_before(curve.last());
                        goes_back
                            || curve.jumps_between(start, curve.length())
                            || curve.jumps_between(0.0, end)
                    }
                    _ => self.has_jumps(),
                }
            }
        }
    }

    /// Whether it has jumps at all.
    fn has_jumps(&self) -> bool {
        match self {
            LfoCycle::Shape(shape) => shape.has_jumps(),
            LfoCycle::Curve(curve) => {
                curve.has_jumps() || curve.level(0.0) != curve.level_before(curve.last())
            }
        }
    }
}

/// A curve as a cycle, at this part of it.
#[inline(always)]
pub fn curve_value(curve: &Curve, phase: f32) -> f32 {
    curve.level(phase * curve.length())
}

/// How an LFO starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// One for all voices.
    Free,
    /// One for each voice, from the onset on.
    Note,
    /// One for each voice, from a random point of its cycle at the onset.
    Random,
    /// One for each voice, from the start of the phrase on.
    Legato,
}

impl Trigger {
    /// The trigger at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> Trigger {
        match index {
            0 => Trigger::Free,
            1 => Trigger::Note,
            2 => Trigger::Random,
            _ => Trigger::Legato,
        }
    }
}

/// What all voices share of an LFO at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SharedLfo {
    cycle: LfoCycle,
    trigger: Trigger,
    /// Where its cycle begins, in cycles.
    phase_cycles: f64,
    /// How long it takes to rise, in seconds.
    fade_s: f32,
    /// How it differs between partials.
    fan: Fan,
    clock: CycleClock,
}

impl SharedLfo {
    fn new(values: &Values, number: usize, clock: CycleClock) -> SharedLfo {
        let params = &PARAMS[number - 1];
        SharedLfo {
            cycle: LfoCycle::read(values, number),
            trigger: Trigger::from_index(values.index(params.trigger)),
            phase_cycles: f64::from(values.get(params.phase)),
            fade_s: values.get(params.fade),
            fan: LfoId::numbered(number).fan(values),
            clock,
        }
    }

    fn tick(&mut self, values: &Values, params: &LfoParams, time: &BlockTime) {
        let pace = if values.is_on(params.sync) {
            let division = values.index(params.division);
            Pace::Beats(LFO_DIVISIONS_BEATS[division.min(LFO_DIVISIONS_BEATS.len() - 1)])
        } else {
            Pace::Hz(f64::from(values.get(params.rate)))
        };
        self.clock.tick(pace, time);
    }
}

/// What all voices share of the LFOs at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedLfos {
    lfos: [SharedLfo; LFOS],
    /// What is played now.
    phrase: Phrase,
    /// Decides the random shapes of those that are free.
    patch_seed: u64,
    sample_rate_hz: f64,
}

impl SharedLfos {
    /// The LFOs of the patch, with all clocks at 0.
    pub fn new(values: &Values, sample_rate_hz: f64) -> SharedLfos {
        SharedLfos {
            lfos: std::array::from_fn(|index| {
                SharedLfo::new(values, index + 1, CycleClock::default())
            }),
            phrase: Phrase::default(),
            patch_seed: values.get(Param::SEED) as u64,
            sample_rate_hz,
        }
    }

    /// Takes over a changed patch; the clocks go on.
    pub fn set_patch(&mut self, values: &Values) {
        for (number, lfo) in (1..).zip(&mut self.lfos) {
            *lfo = SharedLfo::new(values, number, lfo.clock);
        }
        self.patch_seed = values.get(Param::SEED) as u64;
    }

    /// The LFOs with a voice's own settings.
    pub fn with_settings(mut self, get: impl Fn(Param) -> f32) -> SharedLfos {
        for (lfo, params) in self.lfos.iter_mut().zip(&PARAMS) {
            lfo.phase_cycles = f64::from(get(params.phase));
            lfo.fade_s = get(params.fade);
            lfo.fan.phase_cycles = get(params.fan_phase);
        }
        self
    }

    /// Takes their clocks to the next block: on by themselves, or to where the song is.
    pub fn tick(&mut self, values: &Values, time: &BlockTime) {
        // At the rates of the block that has ended.
        self.phrase
            .tick(time.elapsed_frames, &self.cycles_per_frame());
        for (lfo, params) in self.lfos.iter_mut().zip(&PARAMS) {
            lfo.tick(values, params, time);
        }
    }

    /// Whether what one follows has jumps.
    pub fn has_jumps(&self, id: LfoId) -> bool {
        self.lfos[id.index()].cycle.has_jumps()
    }

    /// Puts all clocks at 0.
    pub fn reset_clocks(&mut self) {
        for lfo in &mut self.lfos {
            lfo.clock = CycleClock::default();
        }
        self.phrase = Phrase::default();
    }

    /// A phrase begins with the note `first` (channel and key), `into_block` frames into the block; `None` is
    /// at the next block.
    pub fn begin_phrase(&mut self, first: (u8, u8), into_block: Option<usize>) {
        let cycles_per_frame = self.cycles_per_frame();
        self.phrase.begin(first, into_block, &cycles_per_frame);
    }

    /// The time of the phrase, `into_block` frames into the block.
    fn phrase_at(&self, into_block: usize) -> PhraseTime {
        self.phrase.at(into_block, &self.cycles_per_frame())
    }

    /// What decides the random shapes of those that begin with the phrase: as of its first note's own.
    fn phrase_seed(&self) -> u64 {
        let (channel, key) = self.phrase.first();
        note_seed(self.patch_seed, channel, key)
    }

    fn cycles_per_frame(&self) -> [f64; LFOS] {
        self.lfos.each_ref().map(|lfo| lfo.clock.cycles_per_frame)
    }

    /// Where each is.
    pub fn clocks(&self) -> [CycleClock; LFOS] {
        self.lfos.map(|lfo| lfo.clock)
    }

    /// Where one is, to be changed.
    #[cfg(test)]
    pub fn clock_mut(&mut self, id: LfoId) -> &mut CycleClock {
        &mut self.lfos[id.index()].clock
    }
}

/// What decides what is random in a note.
pub fn note_seed(patch_seed: u64, channel: u8, key: u8) -> u64 {
    random::bits(patch_seed, u64::from(channel) << 8 | u64::from(key))
}

/// An LFO of a voice at one instant, for the partials to stand apart in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FannedLfo {
    /// What it follows in each cycle.
    pub cycle: LfoCycle,
    /// Cycles since its start.
    pub cycles: f64,
    /// What they were when the fan's rate was last changed under the note; 0 if it never was.
    pub fan_from_cycles: f64,
    /// Where its cycle begins.
    pub phase_cycles: f64,
    /// Decides the random shapes.
    pub seed: u64,
    /// How far it has risen since the onset, 0 to 1.
    pub strength: f32,
    /// How it differs between partials.
    pub fan: Fan,
}

/// What a voice has of the LFOs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VoiceLfos {
    /// Decides the random shapes and phases of those that are its own.
    note_seed: u64,
    /// Since the onset.
    frames: u64,
    /// Cycles since the onset or the start of the phrase, by LFO.
    cycles: [f64; LFOS],
    phrase: VoicePhrase,
    fans: FanStarts,
    /// How far routes have moved them.
    pub(super) moved: MovedClocks<LFOS>,
}

/// From where on the partials part at the fans' rates; by LFO.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct FanStarts {
    /// Octaves of the rates, as they were last seen.
    rates: [f32; LFOS],
    /// See [`FannedLfo::fan_from_cycles`].
    from_cycles: [f64; LFOS],
}

/// The phrase that a voice plays in.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct VoicePhrase {
    serial: u64,
    /// Decides the random shapes of those that begin with it.
    seed: u64,
    /// Frames from its start to the onset; less than none where it has begun in a voice that went on.
    frames_before: i64,
}

impl VoiceLfos {
    /// At the onset of a note, whose seed is `note_seed`, `at` frames into the block; `serial` counts the
    /// notes.
    pub fn begin(shared: &SharedLfos, note_seed: u64, serial: u64, at: usize) -> VoiceLfos {
        let phrase = shared.phrase_at(at);
        let mut index = 0;
        VoiceLfos {
            note_seed,
            frames: 0,
            moved: MovedClocks::default(),
            fans: FanStarts {
                rates: shared.lfos.map(|lfo| lfo.fan.rate_octaves),
                from_cycles: [0.0; LFOS],
            },
            phrase: VoicePhrase {
                serial: shared.phrase.serial(),
                seed: shared.phrase_seed(),
                frames_before: phrase.frames,
            },
            cycles: shared.lfos.map(|lfo| {
                index += 1;
                match lfo.trigger {
                    // Another phase for each note, whichever key it has.
                    Trigger::Random => {
                        let seed = random::bits(shared.patch_seed, serial);
                        0.5 + 0.5 * random::bipolar(seed, index)
                    }
                    Trigger::Legato => phrase.cycles[index as usize - 1],
                    Trigger::Free | Trigger::Note => 0.0,
                }
            }),
        }
    }

    /// Another note takes the voice over, which stands at the end of a block of `block_frames`. If a phrase has
    /// begun with it, the LFOs that begin with a phrase begin anew.
    pub fn go_on(&mut self, shared: &SharedLfos, block_frames: usize) {
        if self.phrase.serial == shared.phrase.serial() {
            return;
        }
        let phrase = shared.phrase_at(block_frames);
        self.phrase = VoicePhrase {
            serial: shared.phrase.serial(),
            seed: shared.phrase_seed(),
            frames_before: phrase.frames - self.frames as i64,
        };
        for (index, lfo) in shared.lfos.iter().enumerate() {
            if lfo.trigger == Trigger::Legato {
                self.cycles[index] = phrase.cycles[index];
                self.moved.come_back(index);
                self.fans.from_cycles[index] = 0.0;
            }
        }
    }

    /// Takes over a changed patch at a block's first frame: partials part anew in those whose fan's rate is
    /// another.
    pub fn set_patch(&mut self, shared: &SharedLfos) {
        for index in 0..LFOS {
            let rate = shared.lfos[index].fan.rate_octaves;
            if rate != self.fans.rates[index] {
                self.fans.rates[index] = rate;
                self.fans.from_cycles[index] = self.cycles(LfoId(index as u8), shared, 0);
            }
        }
    }

    /// Advances by `frames` frames.
    pub fn advance(&mut self, shared: &SharedLfos, frames: usize) {
        self.frames += frames as u64;
        for (cycles, lfo) in self.cycles.iter_mut().zip(&shared.lfos) {
            *cycles += lfo.clock.cycles_per_frame * frames as f64;
        }
        let cycles_per_frame = |index: usize| shared.lfos[index].clock.cycles_per_frame;
        self.moved.advance(cycles_per_frame, frames);
    }

    /// Frames since the onset.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Seconds since the onset.
    pub fn age_s(&self, shared: &SharedLfos) -> f64 {
        self.frames as f64 / shared.sample_rate_hz
    }

    /// The value of one, −1 to 1, `at` frames into the block; of the note's own, where it has been
    /// advanced to.
    pub fn value(&self, id: LfoId, shared: &SharedLfos, at: usize) -> f32 {
        let lfo = &shared.lfos[id.index()];
        let cycles = self.cycles(id, shared, at) + lfo.phase_cycles;
        self.strength(lfo, shared) * lfo.cycle.value(cycles, self.seed(id, shared))
    }

    /// What decides the random shapes of one.
    fn seed(&self, id: LfoId, shared: &SharedLfos) -> u64 {
        let seed = match shared.lfos[id.index()].trigger {
            Trigger::Free => shared.patch_seed,
            Trigger::Note | Trigger::Random => self.note_seed,
            Trigger::Legato => self.phrase.seed,
        };
        match id.index() {
            0 => seed,
            other => random::bits(seed, other as u64),
        }
    }

    /// How far one has risen since the onset or the start of the phrase, 0 to 1.
    fn strength(&self, lfo: &SharedLfo, shared: &SharedLfos) -> f32 {
        if lfo.fade_s == 0.0 {
            return 1.0;
        }
        let age_s = match lfo.trigger {
            Trigger::Legato => {
                let frames = self.frames as i64 + self.phrase.frames_before;
                frames as f64 / shared.sample_rate_hz
            }
            Trigger::Free | Trigger::Note | Trigger::Random => self.age_s(shared),
        };
        let fade_s = f64::from(lfo.fade_s);
        match age_s < fade_s {
            true => (age_s / fade_s) as f32,
            false => 1.0,
        }
    }

    /// One at an instant, `at` frames into the block.
    pub fn instant(&self, id: LfoId, shared: &SharedLfos, at: usize) -> FannedLfo {
        let lfo = &shared.lfos[id.index()];
        FannedLfo {
            cycle: lfo.cycle,
            cycles: self.cycles(id, shared, at),
            fan_from_cycles: self.fans.from_cycles[id.index()],
            phase_cycles: lfo.phase_cycles,
            seed: self.seed(id, shared),
            strength: self.strength(lfo, shared),
            fan: lfo.fan,
        }
    }

    /// Whether one jumps within the last `frames` of the block's `block_frames` frames.
    pub fn jumps(
        &self,
        id: LfoId,
        shared: &SharedLfos,
        frames: usize,
        block_frames: usize,
    ) -> bool {
        let lfo = &shared.lfos[id.index()];
        let from = self.cycles(id, shared, block_frames - frames) + lfo.phase_cycles;
        let to = from + self.moved.factor(id.index()) * lfo.clock.cycles_per_frame * frames as f64;
        let is_free = lfo.trigger == Trigger::Free;
        is_free && lfo.clock.has_jumped && frames == block_frames
            || lfo.cycle.jumps_between(from, to)
            || lfo.fan.is_open() && lfo.cycle.has_jumps()
    }

    fn cycles(&self, id: LfoId, shared: &SharedLfos, at: usize) -> f64 {
        let lfo = &shared.lfos[id.index()];
        let cycles = match lfo.trigger {
            Trigger::Free => lfo.clock.cycles_at(at),
            Trigger::Note | Trigger::Random | Trigger::Legato => self.cycles[id.index()],
        };
        cycles + self.moved.ahead_cycles(id.index())
    }
}

#[cfg(test)]
mod tests;
