//! Steps of parameters under a held note: what they change, and the jumps that they make.

use std::collections::BTreeMap;

use aliquot::synth::{Engine, Event, Param, Patch, block_frames};

use crate::analysis::{db, largest_jump, rms};
use crate::performance::{control, engine, off, play, recordings};

pub const RATE: f64 = 48_000.0;
/// The frame before which a step is made.
pub const STEP: usize = 12_345;
/// Both ends of each step, normalised.
pub const STEPS: [(f32, f32); 3] = [(0.0, 1.0), (1.0, 0.0), (0.5, 0.6)];
/// What a step must change at least, over the level of the sound without it.
const LEAST_CHANGE_DB: f64 = -60.0;

/// A patch with everything on, so that each parameter has an effect.
pub fn busy() -> Patch {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 16.0),
        (Param::STRIKE_DEPTH, 0.5),
        (Param::SPREAD, 0.3),
        (Param::FILTER_TYPE, 1.0),
        (Param::FILTER_SUSTAIN, 0.5),
        (Param::KEY_TRACK, 0.5),
        (Param::RESONANCE, 6.0),
        (Param::FILTER_2_TYPE, 5.0),
        (Param::FILTER_2_CUTOFF, 700.0),
        (Param::FILTER_2_GAIN, 6.0),
        (Param::AFTERSOUND, 0.4),
        (Param::WHEEL_VIBRATO, 20.0),
        (Param::PROTECT, 0.0),
        (Param::LEVEL, -12.0),
    ] {
        patch.set(param, value);
    }
    patch
}

/// Sets a choice by its label.
pub fn set_label(patch: &mut Patch, param: Param, label: &str) {
    let plain = param
        .parse(label)
        .unwrap_or_else(|| panic!("{}: {label}", param.row().name));
    patch.set(param, plain);
}

/// The sound before and after a change, left and right.
pub struct Change {
    before: [Vec<f32>; 2],
    pub after: [Vec<f32>; 2],
}

/// A note that begins at once, and comes up at a frame or stays.
#[derive(Clone, Copy)]
pub struct HeldNote {
    pub key: u8,
    pub off_at: Option<usize>,
}

impl From<u8> for HeldNote {
    fn from(key: u8) -> HeldNote {
        HeldNote { key, off_at: None }
    }
}

/// Before the note, so that what runs by itself and what begins with the note stand apart. Whole blocks.
const SILENCE: usize = 1_536;

impl Change {
    /// Plays a note and makes a change at its frame [`STEP`].
    pub fn of(
        before: &Patch,
        note: impl Into<HeldNote>,
        change: impl FnOnce(&mut Engine),
    ) -> Change {
        let HeldNote { key, off_at } = note.into();
        let mut engine = engine(RATE, before);
        engine.set_recordings(recordings());
        play(&mut engine, &[], SILENCE, &[64]);
        let channel = 0;
        let on = Event::NoteOn {
            id: Some(1),
            channel,
            key,
            velocity: 0.9,
        };
        let mut events = vec![
            (0, control(channel, 1, 0.5)),
            (0, control(channel, 74, 0.8)),
            (
                0,
                Event::ChannelPressure {
                    channel,
                    value: 0.4,
                },
            ),
            (0, on),
        ];
        events.extend(off_at.map(|at| (at, off(channel, key))));
        let before = play(&mut engine, &events, STEP, &[64]).into();
        change(&mut engine);
        let after = play(&mut engine, &[], STEP, &[64]).into();
        Change { before, after }
    }

    /// The largest jump while the change is ramped, and the largest of the tones before and after, on the
    /// side where they differ more.
    pub fn jumps(&self) -> (f32, f32) {
        let [left, right] = [0, 1].map(|side| self.jumps_of(side));
        match left.0 - 1.1 * left.1 >= right.0 - 1.1 * right.1 {
            true => left,
            false => right,
        }
    }

    fn jumps_of(&self, side: usize) -> (f32, f32) {
        let [before, after] = [&self.before[side], &self.after[side]];
        let mut across = before[STEP - 300..].to_vec();
        // The rest of the current block, and the block over which the step ramps. A note that comes out of
        // its delay may be loudest just after it.
        let ramped = 2 * block_frames(RATE);
        across.extend(&after[..ramped]);
        let steady = largest_jump(&before[4_000..]).max(largest_jump(&after[ramped..]));
        (largest_jump(&across), steady)
    }

    /// How loud what the change adds is over the sound without it, in decibels, on the side that it
    /// changes more.
    fn difference_db(&self, unchanged: &Change) -> f64 {
        let side = |side: usize| {
            let (sound, changed) = (&unchanged.after[side], &self.after[side]);
            let added: Vec<f32> = sound.iter().zip(changed).map(|(a, b)| b - a).collect();
            // A note that has yet to begin, or has ended, is compared with what comes of it.
            let level = rms(sound).max(rms(changed)).max(1e-9);
            db((rms(&added) / level).max(1e-12))
        };
        side(0).max(side(1))
    }
}

/// Plays a note, makes a change at frame [`STEP`], and asserts that the largest jump from sample to
/// sample there is less than a tenth larger than the jumps of the tones before and after.
pub fn assert_no_click(
    before: &Patch,
    note: impl Into<HeldNote>,
    change: impl FnOnce(&mut Engine),
    what: impl Into<String>,
) {
    let (jump, steady) = Change::of(before, note, change).jumps();
    let what = what.into();
    assert!(jump <= 1.1 * steady + 1e-6, "{what}: {jump} over {steady}");
}

/// Steps that have been made: those of one name change the sound in the end, and none clicks.
#[derive(Default)]
pub struct Steps {
    /// By name, the most that a step has changed, in decibels.
    changes_db: BTreeMap<String, f64>,
    clicks: Vec<String>,
    measured: usize,
}

impl Steps {
    /// Goes from one patch to another under a note. Steps without a name need not be heard.
    pub fn make(
        &mut self,
        name: &str,
        before: &Patch,
        after: &Patch,
        note: impl Into<HeldNote>,
        what: &str,
    ) {
        let note = note.into();
        let changed = Change::of(before, note, |engine| engine.set_patch(after));
        let (jump, steady) = changed.jumps();
        if jump > 1.1 * steady + 1e-6 {
            self.clicks
                .push(format!("{name}, {what}: {jump} over {steady}"));
        }
        self.measured += 1;
        if name.is_empty() {
            return;
        }
        let most_db = self
            .changes_db
            .entry(name.to_owned())
            .or_insert(f64::NEG_INFINITY);
        // The tone without the step is played as well only until one step has been heard.
        if *most_db < LEAST_CHANGE_DB {
            let unchanged = Change::of(before, note, |_| {});
            *most_db = most_db.max(changed.difference_db(&unchanged));
        }
    }

    /// Makes the three [`STEPS`] of a parameter.
    pub fn make_all(
        &mut self,
        name: &str,
        patch: &Patch,
        param: Param,
        note: impl Into<HeldNote> + Copy,
    ) {
        let top = param.range().top();
        for (from, to) in STEPS.map(|(from, to)| (from * top, to * top)) {
            let [mut before, mut after] = [*patch; 2];
            before.set_normalized(param, from);
            after.set_normalized(param, to);
            let what = format!("{} from {from} to {to}", param.row().name);
            self.make(name, &before, &after, note, &what);
        }
    }

    /// Asserts that at least `least` steps have been made, that those of each name have been heard, and that
    /// none clicked.
    pub fn assert(self, least: usize) {
        assert!(self.measured >= least, "{} steps", self.measured);
        let silent: Vec<_> = self
            .changes_db
            .iter()
            .filter(|(_, most_db)| **most_db < LEAST_CHANGE_DB)
            .collect();
        assert!(silent.is_empty(), "not heard: {silent:#?}");
        assert!(self.clicks.is_empty(), "{:#?}", self.clicks);
    }
}

/// Whether a parameter is continuous.
pub fn is_continuous(param: Param) -> bool {
    param.range().steps().is_none() || param == Param::PARTIALS
}
