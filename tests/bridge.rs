//! Telemetry between two threads: whole, in order, and only for those who look.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aliquot::bridge::{Load, OutputSender, Telemetry, TelemetrySender};

/// Every field of it follows from `place`, so that a mixture of two shows.
fn telemetry(place: usize) -> Telemetry {
    let mut telemetry = Telemetry::default();
    telemetry.statistics.voices = place;
    telemetry.statistics.partials = 3 * place;
    telemetry.statistics.faults = place / 2;
    let part = place as f32;
    telemetry.load = Load {
        p50: part,
        p95: 2.0 * part,
        p99: 3.0 * part,
        max: 4.0 * part,
        overruns: 5 * place as u64,
    };
    telemetry
}

/// The writer goes on until the reader has seen a number of different news among many more, so the
/// two run side by side however busy the machine is.
#[test]
fn it_crosses_threads_whole_and_in_order() {
    const SEEN: usize = 1_000;
    const LIMIT: Duration = Duration::from_secs(120);
    let mut sender = TelemetrySender::new();
    let mut watch = sender.receiver().watch();
    let (has_seen, last) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begun = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut place = 0;
            while has_seen.load(Ordering::Acquire) < SEEN && begun.elapsed() < LIMIT {
                for _ in 0..100 {
                    place += 1;
                    sender.publish(|news| *news = telemetry(place));
                }
            }
            last.store(place, Ordering::Release);
        });
        let mut before = 0;
        let is_over = || last.load(Ordering::Acquire) > 0;
        loop {
            // Asked first: what is published last is then there to be read.
            let was_over = is_over();
            let Some(news) = watch.news() else {
                if was_over {
                    break;
                }
                thread::yield_now();
                continue;
            };
            let place = news.statistics.voices;
            assert_eq!(news, telemetry(place));
            assert!(place > before, "{place} after {before}");
            before = place;
            has_seen.fetch_add(1, Ordering::Release);
        }
        // The newest is not lost, and the reader came upon many before it.
        assert_eq!(before, last.load(Ordering::Acquire));
        let seen = has_seen.load(Ordering::Acquire);
        assert!(seen >= SEEN, "only {seen} of {before} were seen");
    });
    assert_eq!(watch.news(), None);
}

#[test]
fn the_newest_counts_and_is_told_once() {
    let mut sender = TelemetrySender::new();
    let mut watch = sender.receiver().watch();
    assert_eq!(watch.news(), None);
    for place in 1..=5 {
        sender.publish(|news| *news = telemetry(place));
    }
    assert_eq!(watch.news(), Some(telemetry(5)));
    assert_eq!(watch.news(), None);
    sender.publish(|news| *news = telemetry(6));
    assert_eq!(watch.news(), Some(telemetry(6)));
}

#[test]
fn nothing_is_worked_out_while_nobody_looks() {
    let mut sender = TelemetrySender::new();
    let receiver = sender.receiver();
    let mut publish = |place| {
        let mut was_asked = false;
        sender.publish(|news| {
            was_asked = true;
            *news = telemetry(place);
        });
        was_asked
    };
    assert!(!publish(1));
    let first = receiver.watch();
    assert!(publish(2));
    let mut second = receiver.clone().watch();
    drop(first);
    assert!(publish(3));
    assert_eq!(second.news(), Some(telemetry(3)));
    drop(second);
    assert!(!publish(4));
}

#[test]
fn a_window_is_not_shown_what_an_earlier_one_missed() {
    let mut sender = TelemetrySender::new();
    let receiver = sender.receiver();
    let first = receiver.watch();
    sender.publish(|news| *news = telemetry(1));
    drop(first);
    let mut second = receiver.watch();
    assert_eq!(second.news(), None);
    sender.publish(|news| *news = telemetry(2));
    assert_eq!(second.news(), Some(telemetry(2)));
}

#[test]
fn either_end_outlives_the_other() {
    let mut sender = TelemetrySender::new();
    let mut watch = sender.receiver().watch();
    sender.publish(|news| *news = telemetry(1));
    drop(sender);
    assert_eq!(watch.news(), Some(telemetry(1)));
    assert_eq!(watch.news(), None);
    let mut sender = TelemetrySender::default();
    drop(sender.receiver().watch());
    sender.publish(|_| panic!("nobody looks"));
}

#[test]
fn the_output_crosses_whole_and_only_to_those_who_look() {
    let mut sender = OutputSender::new();
    let receiver = sender.receiver();
    let taken = |watch: &aliquot::bridge::OutputWatch| {
        let mut frames: Vec<[f32; 2]> = Vec::new();
        watch.take(|frame| frames.push(frame));
        frames
    };
    sender.send(&[1.0], &[1.0]);
    let watch = receiver.watch();
    assert!(taken(&watch).is_empty());
    sender.send(&[1.0, 2.0], &[-1.0, -2.0]);
    sender.send(&[3.0], &[-3.0]);
    assert_eq!(taken(&watch), [[1.0, -1.0], [2.0, -2.0], [3.0, -3.0]]);
    // What there is no room for is dropped; what came first stays.
    let long: Vec<f32> = (0..100_000).map(|place| place as f32).collect();
    sender.send(&long, &long);
    let frames = taken(&watch);
    assert!(frames.len() >= 8_192 && frames.len() < long.len());
    assert!(
        (0_u16..)
            .zip(&frames)
            .all(|(place, frame)| frame[0] == f32::from(place))
    );
    // A window that opens later sees nothing of what was sent before.
    sender.send(&[4.0], &[4.0]);
    drop(watch);
    let watch = receiver.watch();
    assert!(taken(&watch).is_empty());
    sender.send(&[5.0], &[5.0]);
    assert_eq!(taken(&watch), [[5.0, 5.0]]);
}
