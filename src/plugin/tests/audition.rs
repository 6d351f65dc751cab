//! A recording that is played beside the instrument.

use super::*;
use crate::params::audition::SharedAudition;
use crate::recordings::audition::{Audition, AuditionSide};

const ORIGINAL: Option<AuditionSide> = Some(AuditionSide::Original);
const PARTIALS: Option<AuditionSide> = Some(AuditionSide::Partials);
/// Frames of a fade at the tests' rate.
const FADE: usize = 480;

impl Bench {
    fn shared(&self) -> &SharedAudition {
        self.plugin.params.audition()
    }

    /// Gives one whose sides are constant: 0.5 and −0.25 on the left, half as much on the right.
    fn give(&self, original_frames: usize, partials_frames: usize) {
        let side = |left: f32, frames| vec![[left, 0.5 * left]; frames];
        let (original, partials) = (side(0.5, original_frames), side(-0.25, partials_frames));
        let audition = Audition::new(RATE_HZ.into(), original, partials);
        self.shared().give(audition);
    }

    /// Left and right of as many buffers.
    fn play(&mut self, buffers: usize) -> [Vec<f32>; 2] {
        let mut sound = [const { Vec::new() }; 2];
        for _ in 0..buffers {
            let out = self.process(2, 64, &[]);
            for (sound, out) in sound.iter_mut().zip(&out) {
                sound.extend(out);
            }
        }
        sound
    }
}

/// One at level 0 dB.
fn bench() -> Bench {
    let bench = Bench::new(PluginApi::Clap);
    bench.set(SynthParam::LEVEL, 0.0);
    bench
}

fn is_near(found: f32, expected: f32) -> bool {
    (found - expected).abs() < 1e-5
}

#[test]
fn nothing_is_heard_that_is_not_asked_for() {
    let mut bench = bench();
    bench.give(9_000, 9_000);
    assert!(bench.play(4).concat().iter().all(|&x| x == 0.0));
}

#[test]
fn sides_begin_at_once_and_fade_into_one_another() {
    let mut bench = bench();
    bench.give(9_000, 9_000);
    bench.shared().want(ORIGINAL);
    let [left, right] = bench.play(10);
    assert!(left.iter().all(|&x| is_near(x, 0.5)));
    assert!(right.iter().all(|&x| is_near(x, 0.25)));
    assert_eq!(bench.shared().place_frames(), 640);
    bench.shared().want(PARTIALS);
    let [left, _] = bench.play(10);
    let largest_step = left.windows(2).map(|pair| (pair[0] - pair[1]).abs());
    let largest_step = largest_step.fold(0.0_f32, f32::max);
    assert!(largest_step < 1.1 * 0.75 / FADE as f32, "{largest_step}");
    assert!(is_near(left[FADE / 2], 0.125), "{}", left[FADE / 2]);
    assert!(left[FADE + 1..].iter().all(|&x| is_near(x, -0.25)));
    // The place went on.
    assert_eq!(bench.shared().place_frames(), 1_280);
    bench.shared().want(None);
    let [left, _] = bench.play(10);
    assert!(left[FADE + 1..].iter().all(|&x| x == 0.0));
    // The next time it begins at its start.
    bench.shared().want(PARTIALS);
    assert!(is_near(bench.play(1)[0][0], -0.25));
    assert_eq!(bench.shared().place_frames(), 64);
}

#[test]
fn the_end_is_told_and_the_longer_side_decides_it() {
    let mut bench = bench();
    bench.give(640, 1_000);
    bench.shared().want(ORIGINAL);
    let [left, _] = bench.play(20);
    assert!(left[640..].iter().all(|&x| x == 0.0));
    assert_eq!(bench.shared().wanted(), None);
    // It ends there even if a side is asked for then, and begins anew.
    bench.shared().want(ORIGINAL);
    assert!(is_near(bench.play(1)[0][0], 0.5));
}

/// One that is played fades before another takes its place.
#[test]
fn another_audition_waits_for_the_end_of_the_first() {
    let mut bench = bench();
    bench.give(9_000, 9_000);
    bench.shared().want(ORIGINAL);
    bench.play(2);
    bench.give(9_000, 9_000);
    bench.shared().want(PARTIALS);
    let [left, _] = bench.play(20);
    let fading = &left[..FADE - 1];
    assert!(fading.is_sorted_by(|a, b| a >= b) && fading.iter().all(|&x| x > 0.0));
    assert!(is_near(left[19 * 64], -0.25));
}

#[test]
fn it_has_the_outputs_level() {
    for (level_db, gain) in [(-6.0_f32, 10.0_f32.powf(-0.3)), (-60.0, 0.0)] {
        let mut bench = bench();
        bench.set(SynthParam::LEVEL, level_db);
        bench.give(9_000, 9_000);
        bench.shared().want(ORIGINAL);
        let [left, _] = bench.play(4);
        assert!(
            left.iter().all(|&x| is_near(x, 0.5 * gain)),
            "{level_db} dB"
        );
    }
}

/// Mono hears half the sum, as of the instrument.
#[test]
fn one_channel_has_both() {
    let mut bench = bench();
    bench.give(9_000, 9_000);
    bench.shared().want(ORIGINAL);
    assert!(is_near(bench.process(1, 64, &[])[0][0], 0.375));
}

#[test]
fn it_is_added_to_what_the_instrument_plays() {
    let mut alone = bench();
    let alone = alone.process(2, 64, &[on(0, 60)]);
    let mut bench = bench();
    bench.give(9_000, 9_000);
    bench.shared().want(ORIGINAL);
    let both = bench.process(2, 64, &[on(0, 60)]);
    for (both, alone) in both[0].iter().zip(&alone[0]) {
        assert!(is_near(both - alone, 0.5));
    }
}

/// A bounce has nothing of it, and one of another rate is not played at the wrong pitch.
#[test]
fn it_is_silent_offline_and_at_another_rate() {
    let mut bench = bench();
    let config = BufferConfig {
        sample_rate: RATE_HZ,
        min_buffer_size: None,
        max_buffer_size: 64,
        process_mode: ProcessMode::Offline,
    };
    let layout = Aliquot::AUDIO_IO_LAYOUTS[0];
    assert!(bench.plugin.activate(&layout, &config, &mut bench.host));
    let silent = |bench: &mut Bench| {
        bench.give(9_000, 9_000);
        bench.shared().want(ORIGINAL);
        assert!(bench.play(4).concat().iter().all(|&x| x == 0.0));
        assert_eq!(bench.shared().wanted(), None);
    };
    silent(&mut bench);
    assert!(bench.activate(44_100.0));
    silent(&mut bench);
}

#[test]
fn a_reset_ends_it() {
    let mut bench = bench();
    bench.give(9_000, 9_000);
    bench.shared().want(ORIGINAL);
    bench.play(2);
    bench.plugin.reset();
    assert_eq!(bench.shared().wanted(), None);
    assert!(bench.play(2).concat().iter().all(|&x| x == 0.0));
}

#[test]
fn it_is_exchanged_and_freed_without_the_allocator() {
    let mut bench = bench();
    bench.play(2);
    bench.allocator_calls = 0;
    for side in [ORIGINAL, PARTIALS, None, PARTIALS] {
        bench.give(2_000, 3_000);
        bench.shared().want(side);
        bench.play(20);
        // What has been dropped there is freed here.
        bench.plugin.background.work();
    }
    assert_eq!(bench.allocator_calls, 0);
}
