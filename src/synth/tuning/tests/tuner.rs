//! What the tuner takes of what there is, and which notes are retuned by it.

use super::*;

#[test]
fn the_tuner_takes_what_there_is() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let mut patch = Patch::default();
    assert!(tuner.update(&MASTERS, &mut tick).is_some());
    assert_eq!(tuner.update(&MASTERS, &mut tick), None);
    assert_eq!(tick.source(), TuningSource::Equal);

    tuner.messages_mut().tune(Addressed::Common, 60, 60.25);
    tuner.messages_mut().set_there(true);
    let retuned = tuner.update(&MASTERS, &mut tick);
    assert_eq!(retuned, Some(Retuned::KEPT));
    tuner.messages_mut().tune(Addressed::All, 60, 61.0);
    tuner.messages_mut().tune(Addressed::All, 60, 60.25);
    tuner.messages_mut().reach_sounding();
    assert!(
        tuner
            .update(&MASTERS, &mut tick)
            .is_some_and(|retuned| retuned == Retuned::FOLLOWED)
    );
    assert_eq!(
        (tick.source(), tick.keys.pitch(3, 60)),
        (TuningSource::Messages, 60.25)
    );

    tuner.broadcast_mut().set_there(true);
    tuner.broadcast_mut().reach_sounding();
    tuner
        .broadcast_mut()
        .tune(Addressed::Channels(1 << 4), 60, 61.5);
    assert!(tuner.update(&MASTERS, &mut tick).is_some());
    assert_eq!(tick.source(), TuningSource::Broadcast);
    assert_eq!(
        (tick.keys.pitch(3, 60), tick.keys.pitch(4, 60)),
        (60.0, 61.5)
    );
    // Keys are filtered by channel, with the common pitches too.
    let broadcast = tuner.broadcast_mut();
    broadcast.set_mapped(Addressed::Channels(1 << 3), !(1 << 60));
    broadcast.set_mapped(Addressed::Common, !(1 << 61));
    assert!(tuner.update(&MASTERS, &mut tick).is_some());
    let is_mapped = |channel, key| tick.keys.is_mapped(channel, key);
    assert!(!is_mapped(3, 60) && is_mapped(2, 60) && is_mapped(2, 61));
    // No channel of an MPE zone has a table of its own.
    let zone = [0; 16];
    assert!(tuner.update(&zone, &mut tick).is_some());
    assert_eq!(tick.keys.pitch(4, 60), 60.0);
    assert!(tick.keys.is_mapped(3, 60) && !tick.keys.is_mapped(2, 61));

    let loaded = Arc::new(Some(scale(&semitones(&MEANTONE), None)));
    // One that waits for the tick makes way for the next.
    tuner.set_scale(loaded.clone());
    tuner.set_scale(LoadedScale::none());
    assert_eq!(Arc::strong_count(&loaded), 1);
    tuner.set_scale(loaded.clone());
    assert!(tuner.update(&MASTERS, &mut tick).is_some());
    assert_eq!(tick.source(), TuningSource::Scale);
    patch.set(Param::TUNING, 1.0);
    patch.set(Param::A4, 432.0);
    tuner.follow(|param| patch.plain(param));
    assert!(
        tuner
            .update(&MASTERS, &mut tick)
            .is_some_and(|retuned| retuned == Retuned::FOLLOWED)
    );
    let a4 = tick.keys.pitch(0, 69) - 69.0 - 12.0 * libm::log2(432.0 / 440.0);
    assert!(tick.source() == TuningSource::Equal && a4.abs() < 1e-6);

    tuner.set_scale(LoadedScale::none());
    // In twelve equal steps it was not heard.
    assert_eq!(tuner.update(&MASTERS, &mut tick), None);
    // What is no longer read is dropped.
    assert_eq!(Arc::strong_count(&loaded), 1);
}

#[test]
fn notes_that_sound_keep_their_pitch_where_the_player_says_so() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let mut patch = Patch::default();
    patch.set(Param::RETUNE, 1.0);
    tuner.follow(|param| patch.plain(param));
    tuner.update(&MASTERS, &mut tick);
    tuner.set_scale(Arc::new(Some(scale(&semitones(&MEANTONE), None))));
    let retuned = tuner.update(&MASTERS, &mut tick);
    assert_eq!(retuned, Some(Retuned::KEPT));
    // A parameter moves all of them.
    patch.set(Param::A4, 430.0);
    tuner.follow(|param| patch.plain(param));
    let retuned = tuner.update(&MASTERS, &mut tick);
    assert_eq!(retuned, Some(Retuned::FOLLOWED));
}

#[test]
fn each_choice_ignores_all_but_its_own_source() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let mut source = |tuner: &mut Tuner, choice: f32| {
        let mut patch = Patch::default();
        patch.set(Param::TUNING, choice);
        tuner.follow(|param| patch.plain(param));
        tuner.update(&MASTERS, &mut tick);
        (tick.source(), tick.keys.pitch(0, 60))
    };
    const MIDI: f32 = 5.0;
    tuner.broadcast_mut().set_there(true);
    tuner.broadcast_mut().tune(Addressed::Common, 60, 61.0);
    assert_eq!(source(&mut tuner, MIDI), (TuningSource::Equal, 60.0));
    tuner.messages_mut().set_there(true);
    tuner.messages_mut().tune(Addressed::Common, 60, 62.0);
    tuner.set_scale(Arc::new(Some(scale(&semitones(&MEANTONE), None))));
    let sources = [0.0, 1.0, 2.0, 4.0, MIDI].map(|choice| source(&mut tuner, choice));
    assert_eq!(
        sources,
        [
            (TuningSource::Scale, 60.0),
            (TuningSource::Equal, 60.0),
            (TuningSource::Scale, 60.0),
            (TuningSource::Broadcast, 61.0),
            (TuningSource::Messages, 62.0),
        ]
    );
}

#[test]
fn what_the_source_does_not_read_retunes_nothing() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let mut patch = Patch::default();
    patch.set(Param::TUNING, 1.0);
    tuner.follow(|param| patch.plain(param));
    tuner.update(&MASTERS, &mut tick);
    // A master that is ignored.
    tuner.broadcast_mut().set_there(true);
    tuner.broadcast_mut().tune(Addressed::Common, 60, 61.0);
    tuner.broadcast_mut().reach_sounding();
    assert_eq!(tuner.update(&MASTERS, &mut tick), None);
    patch.set(Param::FIFTH, 690.0);
    tuner.follow(|param| patch.plain(param));
    assert_eq!(tuner.update(&MASTERS, &mut tick), None);
    // Notes keep their pitches over a setting that moves none.
    patch.set(Param::RETUNE, 1.0);
    patch.set(Param::BEND_IN, 2.0);
    tuner.follow(|param| patch.plain(param));
    let retuned = tuner.update(&MASTERS, &mut tick);
    assert_eq!(retuned, Some(Retuned::KEPT));
}

/// A channel's own table is gone with its flag: the next begins with the common one, not with what it had.
#[test]
fn a_channels_table_that_comes_back_begins_with_the_common_one() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let channel = Addressed::Channels(1 << 4);
    let mut told = |tell: &dyn Fn(&mut LiveTable)| {
        let broadcast = tuner.broadcast_mut();
        broadcast.set_there(true);
        tell(broadcast);
        tuner.update(&MASTERS, &mut tick);
        [60, 61].map(|key| tick.keys.pitch(4, key))
    };
    assert_eq!(
        told(&|table| {
            table.set_own_channels(1 << 4);
            table.tune(channel, 60, 60.5);
            table.tune(channel, 61, 61.5);
        }),
        [60.5, 61.5]
    );
    assert_eq!(told(&|table| table.set_own_channels(0)), [60.0, 61.0]);
    // Meanwhile the common table moves.
    assert_eq!(
        told(&|table| table.tune(Addressed::Common, 60, 59.75)),
        [59.75, 61.0]
    );
    assert_eq!(told(&|table| table.set_own_channels(1 << 4)), [59.75, 61.0]);
    assert_eq!(told(&|table| table.tune(channel, 61, 61.5)), [59.75, 61.5]);
    // One that never was away keeps what it has.
    assert_eq!(
        told(&|table| table.set_own_channels(1 << 4 | 1 << 5)),
        [59.75, 61.5]
    );
}
