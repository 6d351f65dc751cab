//! What the screen plays, and what learned controllers move.

use super::*;

fn cc(timing: u32, number: u8, value: f32) -> HostEvent {
    NoteEvent::MidiCC {
        timing,
        channel: 3,
        cc: number,
        value,
    }
}

fn plain(bench: &Bench, param: SynthParam) -> f32 {
    bench.plugin.params.patch().plain(param)
}

#[test]
fn a_key_on_the_screen_sounds_as_one_of_the_hosts_and_ends_with_its_window() {
    let mut bench = Bench::new(PluginApi::Clap);
    let mut watch = bench.plugin.screen.telemetry.receiver().watch();
    let keys = bench.plugin.keys.sender().open();
    keys.press(69, 1.0);
    let sound = bench.process(2, 1_024, &[]);
    assert_eq!(
        sound,
        Bench::new(PluginApi::Clap).process(2, 1_024, &[on(0, 69)])
    );
    assert_eq!(watch.news().expect("news").keys, 1 << 69);
    // A key of the host's beside it.
    bench.process(2, 1_024, &[on(0, 60)]);
    assert_eq!(watch.news().expect("news").keys, 1 << 69 | 1 << 60);
    drop(keys);
    bench.process(2, 1_024, &[]);
    assert_eq!(watch.news().expect("news").keys, 1 << 60);
}

#[test]
fn a_host_does_not_put_an_instrument_to_sleep_that_may_be_played_on_the_screen() {
    let mut bench = Bench::new(PluginApi::Clap);
    bench.process(2, 64, &[]);
    assert_eq!(bench.status, ProcessStatus::Normal);
    let watch = bench.plugin.screen.telemetry.receiver().watch();
    bench.process(2, 64, &[]);
    assert_eq!(bench.status, ProcessStatus::KeepAlive);
    drop(watch);
    bench.process(2, 64, &[]);
    assert_eq!(bench.status, ProcessStatus::Normal);
}

#[test]
fn a_learned_controller_moves_its_parameter_at_its_frame_and_is_in_the_state() {
    let play = |learned: Option<SynthParam>| {
        let mut bench = Bench::new(PluginApi::Clap);
        bench.set(SynthParam::PROTECT, 0.0);
        let controllers = bench.plugin.params.controllers();
        controllers.replace(learned.map(|param| (20, param)));
        let sound = bench.process(2, 4_096, &[on(0, 57), cc(1_000, 20, 0.0)]);
        (bench, sound)
    };
    let (_, plain_sound) = play(None);
    let (bench, sound) = play(Some(SynthParam::LEVEL));
    assert_eq!(plain(&bench, SynthParam::LEVEL), -60.0);
    // Equal until the frame, silent after the ramp of the next block.
    assert_eq!(sound[0][..1_000], plain_sound[0][..1_000]);
    assert_eq!(onset(&sound[0][1_200..]), None);
    assert!(onset(&plain_sound[0][1_200..]).is_some());
    let fields = bench.plugin.params.serialize_fields();
    assert_eq!(fields[stored::CONTROLLERS_FIELD], r#"[[20,"level"]]"#);

    // Another instance takes it over.
    let mut reloaded = Bench::new(PluginApi::Clap);
    reloaded.plugin.params.deserialize_fields(&fields);
    reloaded.process(2, 64, &[cc(0, 20, 1.0)]);
    assert_eq!(plain(&reloaded, SynthParam::LEVEL), 12.0);
    // A refused state, which is empty, changes nothing; one from before there was MIDI learn has
    // learned nothing.
    reloaded
        .plugin
        .params
        .deserialize_fields(&Default::default());
    assert!(reloaded.plugin.params.controllers().target(20).is_some());
    let old = [(stored::SCHEMA_FIELD.to_owned(), "1".to_owned())].into();
    reloaded.plugin.params.deserialize_fields(&old);
    assert_eq!(reloaded.plugin.params.controllers().target(20), None);
}

#[test]
fn a_controller_is_learned_as_it_moves_and_then_means_nothing_else() {
    let mut bench = Bench::new(PluginApi::Clap);
    let volume = 7;
    let before = bench.process(2, 480, &[on(0, 57)]);
    bench
        .plugin
        .params
        .controllers()
        .learn(Some(SynthParam::SPREAD));
    // The sustain pedal stays what it is.
    bench.process(2, 480, &[cc(0, 64, 1.0)]);
    assert_eq!(plain(&bench, SynthParam::SPREAD), 0.0);
    bench.process(2, 480, &[cc(0, volume, 0.0)]);
    let learned = bench
        .plugin
        .params
        .controllers()
        .controller(SynthParam::SPREAD);
    assert_eq!(learned, Some(volume));
    // On its own channel it would have silenced the note.
    assert!(onset(&bench.process(2, 480, &[])[0]).is_some());
    assert!(onset(&before[0]).is_some());
}

#[test]
fn an_older_value_that_comes_back_from_the_host_does_not_undo_a_controller() {
    let mut bench = Bench::new(PluginApi::Clap);
    bench
        .plugin
        .params
        .controllers()
        .bind(20, SynthParam::SPREAD);
    bench.process(2, 64, &[cc(0, 20, 0.5)]);
    let mut told = 0.0;
    bench
        .plugin
        .params
        .controllers()
        .moved(|_, value| told = value);
    assert_eq!(told, 0.5);
    bench.process(2, 64, &[cc(0, 20, 0.75)]);
    // The host hands back what the screen sent it.
    bench.set(SynthParam::SPREAD, told);
    bench.process(2, 64, &[]);
    assert_eq!(plain(&bench, SynthParam::SPREAD), 0.75);
    // Once the host knows, its own changes count; and without a screen they count after a moment.
    bench.plugin.params.controllers().moved(|_, _| {});
    bench.set(SynthParam::SPREAD, 0.25);
    bench.process(2, 64, &[]);
    assert_eq!(plain(&bench, SynthParam::SPREAD), 0.25);
    bench.process(2, 64, &[cc(0, 20, 0.75)]);
    bench.process(2, 24_000, &[]);
    bench.set(SynthParam::SPREAD, 0.25);
    bench.process(2, 64, &[]);
    assert_eq!(plain(&bench, SynthParam::SPREAD), 0.25);
}

#[test]
fn the_screen_is_told_of_the_zones_that_are_in_force() {
    let configure = |members: u8| {
        let data = |number, data: u8| NoteEvent::MidiCC {
            timing: 0,
            channel: 0,
            cc: number,
            value: f32::from(data) / 127.0,
        };
        [data(101, 0), data(100, 6), data(6, members)]
    };
    let mut bench = Bench::new(PluginApi::Clap);
    let mut watch = bench.plugin.screen.telemetry.receiver().watch();
    let mut told = |bench: &mut Bench, events: &[HostEvent]| {
        bench.process(2, 1_024, events);
        watch.news().expect("news").mpe.to_string()
    };
    assert_eq!(told(&mut bench, &[]), "");
    assert_eq!(told(&mut bench, &configure(3)), "MPE lower 3");
    // A member's controllers belong to its note and are not learned; the others' are.
    let controllers = bench.plugin.params.controllers();
    controllers.learn(Some(SynthParam::TILT));
    bench.process(2, 64, &[cc(0, 20, 0.5)]);
    let controllers = bench.plugin.params.controllers();
    assert_eq!(controllers.controller(SynthParam::TILT), None);
    assert_eq!(told(&mut bench, &configure(2)), "MPE lower 2");
    bench.process(2, 64, &[cc(0, 20, 0.5)]);
    let controllers = bench.plugin.params.controllers();
    assert_eq!(controllers.controller(SynthParam::TILT), Some(20));
    bench.set(SynthParam::MPE, 1.0);
    assert_eq!(told(&mut bench, &[]), "MPE lower 15");
    assert_eq!(told(&mut bench, &configure(0)), "");
}
