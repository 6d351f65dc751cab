//! What the window is told while the instrument plays.

use super::*;

#[test]
fn the_screen_is_told_what_sounds_and_what_it_took() {
    let mut bench = Bench::new(PluginApi::Clap);
    let mut watch = bench.plugin.screen.telemetry.receiver().watch();
    assert_eq!(watch.news(), None);
    bench.process(2, 1_024, &[on(0, 57), on(10, 69)]);
    let news = watch.news().expect("news of the buffer");
    assert_eq!(news.statistics.voices, 2);
    assert!(news.statistics.partials > 2);
    assert_eq!(news.statistics.faults, 0);
    // A buffer's time is known when the next has begun.
    bench.process(2, 1_024, &[]);
    let load = watch.news().expect("news of the buffer").load;
    assert!(load.p50 > 0.0 && load.p50 <= load.p95 && load.p95 <= load.p99);
    assert!(load.p99 <= load.max && load.max.is_finite());
    drop(watch);
    bench.process(2, 1_024, &[]);
    assert_eq!(
        bench.plugin.screen.telemetry.receiver().watch().news(),
        None
    );
}

#[test]
fn the_screen_is_shown_every_partial_and_the_output() {
    let mut bench = Bench::new(PluginApi::Clap);
    let mut watch = bench.plugin.screen.snapshot.receiver().watch();
    let output = bench.plugin.screen.output.receiver().watch();
    let sound = bench.process(2, 1_024, &[on(0, 57), on(10, 69)]);
    let snapshot = watch.news().expect("a snapshot of the buffer");
    let keys: Vec<u8> = snapshot.voices().map(|(voice, _)| voice.key).collect();
    assert_eq!(keys, [57, 69]);
    let mut frames = Vec::new();
    output.take(|frame| frames.push(frame));
    assert_eq!(frames.len(), 1_024);
    for (place, frame) in frames.iter().enumerate() {
        assert_eq!(*frame, [sound[0][place], sound[1][place]]);
    }
}

/// The largest sample of all buffers since it was last reported.
#[test]
fn the_screen_is_told_how_loud_the_output_is() {
    let mut bench = Bench::new(PluginApi::Clap);
    let mut watch = bench.plugin.screen.telemetry.receiver().watch();
    bench.process(2, 1_024, &[on(0, 57)]);
    assert!(watch.news().is_some());
    let mut sides = [0.0f32; 2];
    loop {
        if let Some(news) = watch.news() {
            assert_eq!(news.output_peaks, sides);
            break;
        }
        let sound = bench.process(2, 256, &[]);
        for (side, samples) in sides.iter_mut().zip(&sound) {
            *side = samples.iter().fold(*side, |peak, x| peak.max(x.abs()));
        }
    }
    assert!(sides[0] > 0.01, "{sides:?}");
}

#[test]
fn short_buffers_tell_the_screen_no_more_often_than_it_shows() {
    let mut bench = Bench::new(PluginApi::Clap);
    let mut watch = bench.plugin.screen.telemetry.receiver().watch();
    let mut told = 0;
    for _ in 0..750 {
        bench.process(2, 64, &[]);
        told += usize::from(watch.news().is_some());
    }
    // A second of them.
    assert!((58..=60).contains(&told), "{told}");
    // Buffers of more than half the period, and no multiple of it, keep the rate.
    told = 0;
    for _ in 0..94 {
        bench.process(2, 512, &[]);
        told += usize::from(watch.news().is_some());
    }
    assert!((58..=61).contains(&told), "{told}");
}

#[test]
fn the_load_begins_anew_with_the_host() {
    let mut bench = Bench::new(PluginApi::Clap);
    let mut watch = bench.plugin.screen.telemetry.receiver().watch();
    for _ in 0..10 {
        bench.process(2, 1_024, &[on(0, 57)]);
    }
    assert!(watch.news().expect("news").load.max > 0.0);
    assert!(bench.activate(RATE_HZ));
    assert_eq!(watch.news(), None);
    bench.process(2, 1_024, &[]);
    assert_eq!(watch.news().expect("news").load, Default::default());
}
