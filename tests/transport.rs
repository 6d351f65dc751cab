//! What follows the host's song, over its loops, jumps, stops and tempos, against the song's position in
//! `f64`.

mod analysis;
mod performance;

use aliquot::synth::parameter::{LfoParams, RouteParams, SequenceParams};
use aliquot::synth::{Param, Patch, Snapshot, Transport};
use aliquot::workers;
use analysis::bits;
use performance::*;

/// Frames of a block at [`RATE`].
const BLOCK: usize = 64;
const BLOCKS: usize = 1_500;

/// What a song does at a moment.
#[derive(Clone, Copy)]
enum Cue {
    /// It plays from this beat on.
    PlayFrom(f64),
    /// It stands still from here on.
    Stop,
    /// Only the tempo is another one.
    GoOn,
}

/// When, what and the tempo in beats per minute. Some are at a block's border, some in the middle of one.
///
/// The engine's clock and the host's may differ by a thousandth of a beat before the engine follows. A
/// change of tempo in the middle of a block is therefore large enough for it to follow at once.
const CUES: [(usize, Cue, f64); 11] = [
    (0, Cue::PlayFrom(0.6), 133.7),
    // Round a loop.
    (BLOCK * 200 + 37, Cue::PlayFrom(0.2), 133.7),
    (BLOCK * 360, Cue::PlayFrom(0.2), 133.7),
    // Far ahead, and before the song's start.
    (BLOCK * 470 + 63, Cue::PlayFrom(1_003.4), 133.7),
    (BLOCK * 600 + 1, Cue::PlayFrom(-2.3), 133.7),
    (BLOCK * 750 + 40, Cue::GoOn, 311.0),
    (BLOCK * 850, Cue::GoOn, 77.7),
    (BLOCK * 950 + 20, Cue::Stop, 77.7),
    (BLOCK * 1_050 + 50, Cue::GoOn, 191.0),
    (BLOCK * 1_150 + 11, Cue::PlayFrom(2.9), 191.0),
    // Less than a cycle and less than a step.
    (BLOCK * 1_300 + 5, Cue::PlayFrom(2.85), 191.0),
];

fn beats_per_frame(tempo_bpm: f64) -> f64 {
    tempo_bpm / 60.0 / RATE
}

/// What the host knows of its song at a frame.
fn transport(frame: usize) -> Transport {
    let mut told = Transport::default();
    let (mut beats, mut since) = (0.0, 0);
    for (at, cue, tempo_bpm) in CUES.into_iter().filter(|&(at, ..)| at <= frame) {
        if told.playing {
            beats += (at - since) as f64 * beats_per_frame(told.tempo_bpm);
        }
        since = at;
        told.tempo_bpm = tempo_bpm;
        match cue {
            Cue::PlayFrom(place) => (beats, told.playing) = (place, true),
            Cue::Stop => told.playing = false,
            Cue::GoOn => {}
        }
    }
    if told.playing {
        beats += (frame - since) as f64 * beats_per_frame(told.tempo_bpm);
    }
    // A song that stands still is still somewhere.
    told.position_beats = Some(beats);
    told
}

/// The beats that modulators are to be at, at the end of each block: the host's, as of the block's first
/// frame; on from the last block where its song stands still, or where they do not follow it but for the
/// tempo.
fn expected_beats(follow: bool) -> Vec<f64> {
    let mut end = 0.0;
    let blocks = (0..BLOCKS).map(|block| {
        let told = transport(block * BLOCK);
        if let (true, Some(beats)) = (told.playing && follow, told.position_beats) {
            end = beats;
        }
        end += BLOCK as f64 * beats_per_frame(told.tempo_bpm);
        end
    });
    blocks.collect()
}

const LFO: LfoParams = LfoParams::of(3);
/// Duration of a cycle, beats.
const CYCLE: f64 = 4.0 / 3.0;
const PHASE: f64 = 0.125;
const SEQUENCE: SequenceParams = SequenceParams::of(2);
const STEPS: [f64; 5] = [0.5, -1.0, 0.25, 1.0, -0.25];
/// Duration of a step, beats.
const STEP: f64 = 0.375;
const GLIDE: f64 = 0.25;
const DEPTH: f32 = 0.5;

/// An LFO to the pitch and a sequence to the level, both with this trigger.
fn patch(trigger: &str) -> Patch {
    let mut patch = sine();
    let labelled = |param: Param, label| (param, param.parse(label).expect("a label"));
    for (param, value) in [
        (LFO.sync, 1.0),
        labelled(LFO.trigger, trigger),
        labelled(LFO.division, "1/2 triplet"),
        (LFO.phase, PHASE as f32),
        labelled(SEQUENCE.trigger, trigger),
        (SEQUENCE.steps, STEPS.len() as f32),
        labelled(SEQUENCE.division, "1/16 dotted"),
        (SEQUENCE.glide, GLIDE as f32),
    ] {
        patch.set(param, value);
    }
    for (number, step) in (1..).zip(STEPS) {
        patch.set(SEQUENCE.step(number), step as f32);
    }
    for (number, from, to) in [(2, "LFO 3", "Pitch"), (5, "Sequence 2", "Partials Level")] {
        let route = RouteParams::of(number);
        for (param, value) in [labelled(route.from, from), labelled(route.to, to)] {
            patch.set(param, value);
        }
        patch.set(route.depth, DEPTH);
    }
    patch
}

fn lfo_at(beats: f64) -> f64 {
    (std::f64::consts::TAU * (beats / CYCLE + PHASE)).sin()
}

fn sequence_at(beats: f64) -> f64 {
    let steps = beats / STEP;
    let place = steps.floor().rem_euclid(STEPS.len() as f64) as usize;
    let (from, to) = (STEPS[place], STEPS[(place + 1) % STEPS.len()]);
    let way = ((steps - steps.floor() - (1.0 - GLIDE)) / GLIDE).max(0.0);
    from + (to - from) * way * way * (3.0 - 2.0 * way)
}

/// A note under the song, whose host gives its position before every buffer; a cue cuts a buffer in two.
/// Returns its sound, and the values of LFO and sequence where a buffer ends with a block.
fn play_song(
    patch: &Patch,
    threads: Option<usize>,
    sizes: &[usize],
) -> (Vec<f32>, Vec<(usize, f64, f64)>) {
    let depth = f64::from(patch.plain(RouteParams::of(2).depth));
    let mut engine = engine(RATE, patch);
    let threading = threads
        .map(|threads| workers::threading(threads, engine.dimensions(), || {}).expect("threads"));
    engine.set_threading(threading);
    engine.push(on(0, 69, 1.0));
    let (mut sound, mut values) = (Vec::new(), Vec::new());
    let mut snapshot = Snapshot::default();
    let (mut sizes, mut buffer_end) = (sizes.iter().cycle(), 0);
    while sound.len() < BLOCKS * BLOCK {
        let begin = sound.len();
        if begin == buffer_end {
            buffer_end += sizes.next().expect("a size");
        }
        let cue = CUES
            .into_iter()
            .map(|(at, ..)| at)
            .find(|&at| at > begin)
            .unwrap_or(BLOCKS * BLOCK);
        let end = buffer_end.min(cue);
        engine.set_transport(&transport(begin));
        let (left, _) = play(&mut engine, &[], end - begin, &[BLOCK]);
        sound.extend(left);
        if end.is_multiple_of(BLOCK) {
            engine.snapshot(&mut snapshot);
            let (voice, partials) = snapshot.voices().next().expect("a voice");
            let octaves = f64::from(voice.fundamental_hz / 440.0).log2();
            let db = 20.0 * f64::from(partials[0].left).log10();
            values.push((end / BLOCK - 1, octaves / depth, db / (24.0 * depth)));
        }
    }
    (sound, values)
}

/// Plays the song and compares with the beats that LFO and sequence are to be at; in other buffers, and
/// beside another thread, the same bits.
fn assert_at(trigger: &str, expected: &[f64]) {
    let patch = patch(trigger);
    let (sound, values) = play_song(&patch, None, &[BLOCK]);
    assert_eq!(values.len(), BLOCKS);
    // The level at rest is what the first block has beyond its step.
    let rest = values[0].2 - sequence_at(expected[0]);
    for (block, lfo, sequence) in values {
        let beats = expected[block];
        let (to_lfo, to_sequence) = (lfo_at(beats), rest + sequence_at(beats));
        assert!(
            (lfo - to_lfo).abs() < 2e-6,
            "{trigger}, block {block}, beat {beats}: the LFO is at {lfo}, not {to_lfo}"
        );
        assert!(
            (sequence - to_sequence).abs() < 2e-6,
            "{trigger}, block {block}, beat {beats}: the sequence is at {sequence}, not {to_sequence}"
        );
    }
    for (threads, sizes) in [
        (None, &[1, 700, 63][..]),
        (None, &[4_096]),
        (Some(2), &[1, 700, 63]),
    ] {
        // Beside other threads all is a block later.
        let latency = threads.map_or(0, |_| BLOCK);
        let other = bits(&play_song(&patch, threads, sizes).0[latency..]);
        let differs = bits(&sound)
            .into_iter()
            .zip(other)
            .position(|(a, b)| a != b);
        assert_eq!(differs, None, "{trigger}, {threads:?} threads, {sizes:?}");
    }
}

#[test]
fn free_lfos_and_sequences_are_where_the_song_is() {
    assert_at("Free", &expected_beats(true));
}

#[test]
fn those_of_a_note_have_the_songs_tempo_and_not_its_place() {
    assert_at("Note", &expected_beats(false));
}
