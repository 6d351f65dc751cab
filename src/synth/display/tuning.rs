//! The tuning of a patch, as notes of it would be played.

use std::sync::Arc;

use crate::synth::parameter::Param;
use crate::synth::patch::Patch;
use crate::synth::tuning::{
    KeyTable, LiveTable, LoadedScale, SoundingTuning, Tuner, TuningChoice, TuningSource, Tunings,
};

/// Channels without MPE: a keyboard on the screen plays the first.
const MASTERS: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// What beside a patch decides the pitches of its keys.
#[derive(Clone, Debug, Default)]
pub struct TuningTables {
    /// The loaded scale, if there is one.
    pub scale: Arc<Option<LoadedScale>>,
    /// What the instrument last sent: MTS-ESP and MIDI messages reach it alone.
    pub sounding: SoundingTuning,
}

/// Scales are equal if they are one shared scale.
impl PartialEq for TuningTables {
    fn eq(&self, other: &TuningTables) -> bool {
        Arc::ptr_eq(&self.scale, &other.scale) && self.sounding == other.sounding
    }
}

impl TuningTables {
    /// Where a patch with this choice takes its pitches from.
    pub fn source(&self, choice: TuningChoice) -> TuningSource {
        let sounding = self.sounding.source;
        match (choice, sounding) {
            (TuningChoice::Auto | TuningChoice::Scale, _) if self.scale.is_some() => {
                TuningSource::Scale
            }
            (TuningChoice::Auto, TuningSource::Broadcast | TuningSource::Messages)
            | (TuningChoice::Broadcast, TuningSource::Broadcast)
            | (TuningChoice::Messages, TuningSource::Messages) => sounding,
            (TuningChoice::Fifths, _) => TuningSource::Fifths,
            _ => TuningSource::Equal,
        }
    }

    /// Writes into the live table of this source what that says, if it sounds.
    pub(super) fn write(&self, source: TuningSource, table: &mut LiveTable) {
        self.sounding.write(source, table);
    }
}

/// What a screen shows of the tuning. It allocates.
pub struct DisplayedTuning {
    tuner: Box<Tuner>,
    tunings: Box<Tunings>,
    /// What it is of; `None` before the first.
    tables: Option<TuningTables>,
    root: u8,
}

impl Default for DisplayedTuning {
    fn default() -> DisplayedTuning {
        DisplayedTuning {
            tuner: Box::new(Tuner::new()),
            tunings: Box::new(Tunings::new()),
            tables: None,
            root: 0,
        }
    }
}

impl DisplayedTuning {
    /// The tuning of a patch and what else decides.
    pub fn of(patch: &Patch, tables: &TuningTables) -> DisplayedTuning {
        let mut tuning = DisplayedTuning::default();
        tuning.update(patch, tables);
        tuning
    }

    /// The tunings as voices read them.
    pub(super) fn tunings(&self) -> &Tunings {
        &self.tunings
    }

    /// Takes over a patch and what else decides. Costs little if nothing has changed; returns whether anything
    /// has.
    pub fn update(&mut self, patch: &Patch, tables: &TuningTables) -> bool {
        if self.tables.as_ref() != Some(tables) {
            self.tables = Some(tables.clone());
            self.tuner.set_scale(tables.scale.clone());
            tables.write(TuningSource::Broadcast, self.tuner.broadcast_mut());
            tables.write(TuningSource::Messages, self.tuner.messages_mut());
        }
        self.root = patch.plain(Param::ROOT_KEY) as u8;
        self.tuner.follow(|param| patch.plain(param));
        let updated = self.tunings.update(&mut self.tuner, &MASTERS);
        updated.is_some()
    }

    /// Where the pitches come from.
    pub fn source(&self) -> TuningSource {
        self.tunings.now.source()
    }

    /// The pitches of all keys.
    pub fn keys(&self) -> &KeyTable {
        &self.tunings.now.keys
    }

    /// Whether keys are a semitone apart, so that there is nothing to show.
    pub fn is_plain(&self) -> bool {
        self.tunings.now.keys.has_even_semitones()
    }

    /// The degree of a key of the first channel and how many degrees a period has, in a loaded scale.
    pub fn degree(&self, key: u8) -> Option<(i64, usize)> {
        let scale = self.tables.as_ref()?.scale.as_ref().as_ref()?;
        let is_played = self.tunings.now.source() == TuningSource::Scale;
        let degree = scale.degree(0, key, self.root).filter(|_| is_played)?;
        Some((degree, scale.degrees()))
    }

    /// Whether a period begins at a key of the first channel: at its scale's first degree, or, where there is no
    /// scale, whole periods from the root key.
    pub fn begins_period(&self, key: u8) -> bool {
        match self.degree(key) {
            Some((degree, count)) => degree.rem_euclid(count.max(1) as i64) == 0,
            None if self.source() == TuningSource::Scale => false,
            None => {
                let from_root = i32::from(key) - i32::from(self.root);
                from_root.rem_euclid(self.keys().period(0).keys.into()) == 0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::display::RestingNote;
    use crate::synth::tuning::{Addressed, TickTuning};
    use crate::synth::{Config, Engine};

    /// A period of seven keys and 7.02 semitones, without a pitch for one of them.
    fn tell(table: &mut LiveTable) {
        table.set_there(true);
        table.set_period(Some(7.02));
        for key in 0..128 {
            let (period, step) = ((f64::from(key) / 7.0).floor(), f64::from(key % 7));
            table.tune(Addressed::All, key, 20.0 + 7.02 * period + 0.9 * step);
        }
        let mapped = (0..128).filter(|key| key % 7 != 3);
        table.set_mapped(Addressed::All, mapped.map(|key| 1 << key).sum());
    }

    #[test]
    fn live_tables_come_out_as_they_went_in() {
        for source in [TuningSource::Broadcast, TuningSource::Messages] {
            let mut engine = Engine::new(&Config {
                sample_rate_hz: 48_000.0,
                max_voices: 1,
            });
            match source {
                TuningSource::Broadcast => tell(engine.broadcast_tuning()),
                _ => tell(engine.message_tuning()),
            }
            engine.render(&mut [0.0; 64], &mut [0.0; 64]);
            let mut tables = TuningTables::default();
            tables.sounding.take(engine.tuning());
            let mut shown = DisplayedTuning::default();
            let patch = Patch::default();
            assert!(shown.update(&patch, &tables));
            assert!(!shown.update(&patch, &tables));
            let offsets = |tuning: &TickTuning| {
                let octaves: [f32; 256] = std::array::from_fn(|place| place as f32 / 32.0);
                let mut offsets = [0.0; 256];
                tuning.write_offsets(0, 0.5, &octaves, false, &mut offsets);
                offsets
            };
            let same = |shown: &TickTuning| {
                let told = engine.tuning();
                shown.keys == told.keys
                    && offsets(shown) == offsets(told)
                    && shown.origin(0) == told.origin(0)
                    && shown.source() == source
            };
            assert!(same(&shown.tunings.now));
            assert_eq!(tables.source(TuningChoice::Auto), source);
            // A note at rest as well, which is played by an engine of its own.
            let mut note = RestingNote::new(48_000.0);
            note.set_tuning(&tables);
            let (voice, _) = note.snapshot(&patch, 62).voices().next().expect("a voice");
            let hz = 440.0 * libm::exp2((engine.tuning().keys.pitch(0, 62) - 69.0) / 12.0);
            assert!((f64::from(voice.fundamental_hz) / hz - 1.0).abs() < 1e-6);
            assert!(shown.update(&patch, &TuningTables::default()));
            assert!(shown.is_plain());
        }
    }

    /// The first channel may have pitches of its own, of which no primes are tempered.
    #[test]
    fn pitches_of_the_first_channel_alone_are_its_own() {
        let mut engine = Engine::new(&Config {
            sample_rate_hz: 48_000.0,
            max_voices: 1,
        });
        let mut tables = TuningTables::default();
        let mut shown = DisplayedTuning::default();
        for (addressed, is_tempered) in [
            (Addressed::Common, true),
            (Addressed::Channels(1), false),
            (Addressed::All, false),
            (Addressed::Channels(0), true),
        ] {
            let table = engine.broadcast_tuning();
            table.set_there(true);
            if addressed == Addressed::Channels(0) {
                table.set_own_channels(0);
            }
            for key in 0..128 {
                table.tune(addressed, key, 2.4 * f64::from(key) - 84.0);
            }
            engine.render(&mut [0.0; 64], &mut [0.0; 64]);
            tables.sounding.take(engine.tuning());
            shown.update(&Patch::default(), &tables);
            assert_eq!(shown.keys().period(0).keys, 5);
            for tuning in [engine.tuning(), &shown.tunings.now] {
                assert_eq!(
                    tuning.prime_offsets(0).is_some(),
                    is_tempered,
                    "{addressed:?}"
                );
            }
        }
    }

    #[test]
    fn periods_begin_at_the_root_of_any_source() {
        let begin = |patch: &Patch, tables: &TuningTables| -> Vec<u8> {
            let shown = DisplayedTuning::of(patch, tables);
            (50..75).filter(|&key| shown.begins_period(key)).collect()
        };
        let mut patch = Patch::default();
        patch.set(Param::ROOT_KEY, 62.0);
        let five = LoadedScale::new(&[2.4, 4.8, 7.2, 9.6, 12.0], Vec::new(), {
            [crate::synth::tuning::ChannelKeys::Linear; 16]
        });
        let mut tables = TuningTables {
            scale: Arc::new(Some(five)),
            ..TuningTables::default()
        };
        assert_eq!(begin(&patch, &tables), [52, 57, 62, 67, 72]);
        patch.set(Param::TUNING, 3.0);
        assert_eq!(begin(&patch, &tables), [50, 62, 74]);
        // Seven keys of a master's table.
        let mut engine = Engine::new(&Config {
            sample_rate_hz: 48_000.0,
            max_voices: 1,
        });
        tell(engine.broadcast_tuning());
        engine.render(&mut [0.0; 64], &mut [0.0; 64]);
        tables.sounding.take(engine.tuning());
        patch.set(Param::TUNING, 4.0);
        assert_eq!(begin(&patch, &tables), [55, 62, 69]);
    }

    #[test]
    fn the_source_is_the_one_that_an_engine_takes() {
        let scale = Arc::new(Some(LoadedScale::new(&[12.0], Vec::new(), {
            [crate::synth::tuning::ChannelKeys::Linear; 16]
        })));
        for choice in 0..6 {
            for told in [
                None,
                Some(TuningSource::Broadcast),
                Some(TuningSource::Messages),
            ] {
                for scale in [Arc::default(), scale.clone()] {
                    let mut engine = Engine::new(&Config {
                        sample_rate_hz: 48_000.0,
                        max_voices: 1,
                    });
                    let mut patch = Patch::default();
                    patch.set(Param::TUNING, choice as f32);
                    engine.set_patch(&patch);
                    engine.set_scale(scale.clone());
                    match told {
                        Some(TuningSource::Broadcast) => tell(engine.broadcast_tuning()),
                        Some(_) => tell(engine.message_tuning()),
                        None => {}
                    }
                    engine.render(&mut [0.0; 64], &mut [0.0; 64]);
                    let mut tables = TuningTables {
                        scale,
                        ..TuningTables::default()
                    };
                    tables.sounding.take(engine.tuning());
                    let source = tables.source(TuningChoice::from_index(choice));
                    assert_eq!(source, engine.tuning().source(), "{choice} {told:?}");
                    let shown = DisplayedTuning::of(&patch, &tables);
                    assert_eq!(source, shown.source(), "{choice} {told:?}");
                }
            }
        }
    }
}
