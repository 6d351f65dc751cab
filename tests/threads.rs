//! Other threads beside the caller's: the same bits, a block later, however late they are.

mod counting;
mod performance;
#[path = "threads/routes.rs"]
mod routes;
#[path = "threads/taken_back.rs"]
mod taken_back;

use aliquot::dsp::random::bits;
use aliquot::synth::parameter::{LfoParams, RouteParams, SpectrumParams};
use aliquot::synth::pool::{self, Dimensions, Job, Threading};
use aliquot::synth::{Engine, Event, Param, Patch};
use aliquot::workers::{self, MAX_THREADS, WorkerPool};
use counting::calls_during;
use performance::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const FRAMES: usize = 20_000;

/// Sounds whose voices fill several sections, are stolen, and move.
fn patch(seed: u64) -> Patch {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, [7.0, 64.0, 512.0][seed as usize % 3]),
        (Param::VOICES, [40.0, 128.0][seed as usize % 2]),
        (Param::LFO_PITCH, [0.0, 30.0][seed as usize / 2 % 2]),
        (Param::LFO_CUTOFF, 1.0),
        (Param::FILTER_TYPE, 1.0),
        (Param::DAMPING, [0.0, 2.0][seed as usize % 2]),
        (Param::SPREAD, 1.0),
        // Steep enough for gains whose squares are denormal.
        (Param::SLOPE, [12.0, 48.0][seed as usize % 2]),
        (Param::TILT, [-6.0, -24.0][seed as usize % 2]),
        (Param::CUTOFF, [2_000.0, 60.0][seed as usize % 2]),
        (Param::AMP_RELEASE, 0.1),
        // LFO 2, fanned, to the partials' levels or frequencies.
        (RouteParams::of(1).from, 14.0),
        (RouteParams::of(1).to, [0.0, 5.0, 6.0][seed as usize % 3]),
        (RouteParams::of(1).depth, 0.2),
        (LfoParams::of(2).fan_phase, 1.0),
        // Tails, in two thirds.
        (Param::CHORUS_AMOUNT, [0.0, 0.5, 1.0][seed as usize % 3]),
        (Param::DELAY_AMOUNT, [0.0, 0.5, 0.0][seed as usize % 3]),
        (Param::DELAY_TIME, 0.01),
        (Param::REVERB_AMOUNT, [0.0, 0.5, 0.5][seed as usize % 3]),
        (Param::REVERB_TIME, 0.1),
        // Free, or with the phrase.
        (LfoParams::of(2).trigger, [3.0, 0.0][seed as usize % 2]),
    ] {
        patch.set(param, value);
    }
    set_body(&mut patch, seed);
    if seed >= ONE_AT_A_TIME {
        let choice = (seed - ONE_AT_A_TIME) as usize;
        for (param, value) in [
            (Param::PLAY_MODE, [1.0, 2.0][choice % 2]),
            (Param::PRIORITY, [0.0, 1.0, 2.0][choice % 3]),
            (Param::GLIDE, 0.05),
            // Voices end under keys that are down, in every second pair.
            (Param::AMP_DECAY, 0.01),
            (Param::AMP_SUSTAIN, [1.0, 0.0][choice / 2 % 2]),
        ] {
            patch.set(param, value);
        }
    }
    patch
}

/// Bodies, colours, unison, shapers, breath and room, each in some of the sounds.
fn set_body(patch: &mut Patch, seed: u64) {
    let [a, b] = [SpectrumParams::ALL[0], SpectrumParams::ALL[1]];
    let place = |of: usize| seed as usize % of;
    for (param, label) in [
        (a.body, ["Harmonic", "Church Bell", "Free Bar"][place(3)]),
        (a.colour, ["Power", "Clarinet"][place(2)]),
        (b.body, ["Membrane", "Drawn"][place(2)]),
        (b.colour, ["Saw", "Drawn", "Power"][place(3)]),
    ] {
        patch.set(param, param.parse(label).expect("a label"));
    }
    for (param, value) in [
        (Param::MORPH_X, [0.0, 0.4, 0.7][place(3)]),
        (Param::UNISON, [1.0, 3.0][place(2)]),
        (Param::SCATTER, [0.0, 20.0, 0.0][place(3)]),
        (Param::COMB, [0.0, 0.6][place(2)]),
        (Param::SMEAR_FALL, [0.0, 0.0, 0.1][place(3)]),
        (Param::BREATH, [0.0, 0.5, 1.0][place(3)]),
        (Param::BREATH_WIDTH, [0.0, 2.0][place(2)]),
        (Param::ROOM_AMOUNT, [0.8, 0.0, 0.4][(seed as usize + 1) % 3]),
        (Param::ROOM_TIME, 0.3),
        (Param::ROOM_WIDTH, 0.7),
    ] {
        patch.set(param, value);
    }
}

/// From this seed on one note sounds at a time.
const ONE_AT_A_TIME: u64 = 1_000;

/// A chord that sounds all the while, and anything else beside it.
fn events(seed: u64) -> Vec<(usize, Event)> {
    // More voices than a section of small ones has.
    let chord = (0..90).map(|key| (key as usize, on(0, 30 + key, 0.6)));
    let others = (0..200).map(|place| {
        (
            (bits(seed, place) % FRAMES as u64) as usize,
            random_event(1_000 * seed + place),
        )
    });
    let mut events: Vec<_> = chord.chain(others).collect();
    events.sort_by_key(|(at, _)| *at);
    events
}

fn threaded(
    rate_hz: f64,
    patch: &Patch,
    threading: impl FnOnce(&Dimensions) -> Threading,
) -> Engine {
    let mut engine = engine(rate_hz, patch);
    let threading = threading(engine.dimensions());
    assert!(engine.set_threading(Some(threading)).is_none());
    engine
}

/// What is played.
struct Piece {
    name: String,
    rate_hz: f64,
    patch: Patch,
    events: Vec<(usize, Event)>,
}

impl Piece {
    fn new(rate_hz: f64, seed: u64) -> Piece {
        Piece {
            name: format!("seed {seed}"),
            rate_hz,
            patch: patch(seed),
            events: events(seed),
        }
    }
}

/// Plays the events while the number of partials goes down and up again, and others are drawn.
fn play_changing(engine: &mut Engine, piece: &Piece, sizes: &[usize]) -> (Vec<f32>, Vec<f32>) {
    const LEGS: usize = 5;
    let mut patch = piece.patch;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for leg in 0..LEGS {
        let begin = leg * FRAMES / LEGS;
        let frames = (leg + 1) * FRAMES / LEGS - begin;
        let events: Vec<_> = piece
            .events
            .iter()
            .filter(|(at, _)| (begin..begin + frames).contains(at))
            .map(|&(at, event)| (at - begin, event))
            .collect();
        let both = play(engine, &events, frames, sizes);
        left.extend(both.0);
        right.extend(both.1);
        patch.set(Param::PARTIALS, [16.0, 300.0][leg % 2]);
        for n in 1..=8 {
            let seed = (leg * n) as f32;
            patch.set(Param::drawn_ratio(1, n), n as f32 + 0.03 * seed);
            patch.set(Param::drawn_level(1, n), -seed);
        }
        engine.set_patch(&patch);
    }
    (left, right)
}

fn assert_same_a_block_later(piece: &Piece, mut late: Engine, sizes: &[usize]) {
    let mut alone = engine(piece.rate_hz, &piece.patch);
    let (left, right) = play_changing(&mut alone, piece, &[512]);
    let latency = late.latency_frames();
    assert_eq!(latency, late.dimensions().block_frames);
    let (late_left, late_right) = play_changing(&mut late, piece, sizes);
    for (name, before, after) in [("left", &left, &late_left), ("right", &right, &late_right)] {
        assert!(before.iter().any(|&x| x != 0.0));
        assert!(after[..latency].iter().all(|&x| x == 0.0), "{name}");
        let differs =
            (latency..FRAMES).find(|&at| before[at - latency].to_bits() != after[at].to_bits());
        assert_eq!(differs, None, "{name}, {}, {sizes:?}", piece.name);
    }
    // What ended in the newest block is reported when that is finished; a note that begins finishes it. A
    // choked note is reported at once, and so may come before others in the same block.
    alone.push(on(0, 60, 0.5));
    late.push(on(0, 60, 0.5));
    let ended = |engine: &mut Engine| {
        let mut ended: Vec<_> = std::iter::from_fn(|| engine.next_ended()).collect();
        ended.sort_by_key(|note| (note.channel, note.key, note.id));
        ended
    };
    assert_eq!(ended(&mut alone), ended(&mut late));
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for (seed, threads) in (0..).zip([2, 3, 4, 8, MAX_THREADS]) {
        for sizes in [&[64][..], &[1, 700, 63], &[4096]] {
            let late = threaded(RATE, &patch(seed), |dimensions| {
                workers::threading(threads, dimensions, || {}).expect("threads")
            });
            assert_same_a_block_later(&Piece::new(RATE, seed), late, sizes);
        }
    }
}

/// Keys that come up have others sound again, whether or not a block is under way.
#[test]
fn one_note_at_a_time_is_the_same_note() {
    for seed in (0..12).map(|choice| ONE_AT_A_TIME + choice) {
        let late = threaded(RATE, &patch(seed), |dimensions| {
            workers::threading(2, dimensions, || {}).expect("threads")
        });
        assert_same_a_block_later(&Piece::new(RATE, seed), late, &[1, 700, 63]);
    }
}

#[test]
fn rates_have_their_own_blocks() {
    for rate_hz in [8_000.0, 96_000.0, 384_000.0] {
        let late = threaded(rate_hz, &patch(4), |dimensions| {
            workers::threading(2, dimensions, || {}).expect("threads")
        });
        assert_same_a_block_later(&Piece::new(rate_hz, 4), late, &[441]);
    }
}

/// Boxed, since the box itself is what threads exchange.
type Jobs = Vec<Box<Job>>;

/// Room for all jobs of a block: the audio thread calls the workers of these tests too, and
/// RealtimeSanitizer watches it.
fn room() -> Jobs {
    Vec::with_capacity(pool::groups(aliquot::synth::parameter::MAX_VOICES))
}

/// Threads that are late in every way there is, chosen by chance.
struct Late {
    seed: u64,
    turn: u64,
    /// Whether it has been asked for its patience in this block.
    is_asked: bool,
    submitted: Jobs,
    /// Claimed and not done.
    claimed: Jobs,
    done: Jobs,
    workspace: aliquot::synth::workspace::Workspace,
}

impl Late {
    fn threading(seed: u64, dimensions: &Dimensions) -> Threading {
        let late = Late {
            seed,
            turn: 0,
            is_asked: false,
            submitted: room(),
            claimed: room(),
            done: room(),
            workspace: aliquot::synth::workspace::Workspace::new(
                dimensions.level,
                dimensions.block_frames,
            ),
        };
        Threading::new(Box::new(late), dimensions)
    }

    fn chance(&mut self, of: u64) -> bool {
        self.turn += 1;
        bits(self.seed, self.turn).is_multiple_of(of)
    }
}

impl pool::Workers for Late {
    fn threads(&self) -> usize {
        3
    }
    fn submit(&mut self, job: Box<Job>) -> Option<Box<Job>> {
        if self.chance(20) {
            return Some(job);
        }
        self.submitted.push(job);
        None
    }
    fn dispatch(&mut self) {
        self.is_asked = false;
        while self.chance(3) || self.chance(2) {
            self.claimed.extend(self.submitted.pop());
        }
    }
    fn reclaim(&mut self) -> Option<Box<Job>> {
        self.submitted.pop()
    }
    fn collect(&mut self) -> Option<Box<Job>> {
        if self.chance(3)
            && let Some(mut job) = self.claimed.pop()
        {
            job.perform(&mut self.workspace);
            self.done.push(job);
        }
        if self.chance(2) {
            self.done.pop()
        } else {
            None
        }
    }
    fn keep_waiting(&mut self, is_first: bool) -> bool {
        assert_eq!(is_first, !std::mem::replace(&mut self.is_asked, true));
        !self.chance(4)
    }
    fn set_polling(&mut self, _: bool) {}
}

#[test]
fn late_threads_give_the_same_bits() {
    for seed in 0..8 {
        let late = threaded(RATE, &patch(seed), |dimensions| {
            Late::threading(seed, dimensions)
        });
        assert_same_a_block_later(&Piece::new(RATE, seed), late, &[64, 333]);
    }
}

/// A pool, one thread of which never gives back what it has taken. It counts what the others do.
struct Lost {
    pool: WorkerPool,
    takes: bool,
    lost: Option<Box<Job>>,
    done: Arc<AtomicUsize>,
}

impl pool::Workers for Lost {
    fn threads(&self) -> usize {
        self.pool.threads()
    }
    fn submit(&mut self, job: Box<Job>) -> Option<Box<Job>> {
        if std::mem::take(&mut self.takes) {
            self.lost = Some(job);
            return None;
        }
        self.pool.submit(job)
    }
    fn dispatch(&mut self) {
        self.pool.dispatch();
    }
    fn reclaim(&mut self) -> Option<Box<Job>> {
        self.pool.reclaim()
    }
    fn collect(&mut self) -> Option<Box<Job>> {
        let job = self.pool.collect();
        self.done
            .fetch_add(usize::from(job.is_some()), Ordering::Relaxed);
        job
    }
    fn keep_waiting(&mut self, is_first: bool) -> bool {
        self.pool.keep_waiting(is_first)
    }
    fn set_polling(&mut self, is_needed: bool) {
        self.pool.set_polling(is_needed);
    }
}

#[test]
fn a_thread_that_never_comes_back_is_counted_once_and_missed_by_nobody() {
    let done = Arc::new(AtomicUsize::new(0));
    let mut late = threaded(RATE, &patch(1), |dimensions| {
        let lost = Lost {
            done: done.clone(),
            pool: WorkerPool::new(2, dimensions, || {}).expect("threads"),
            takes: true,
            lost: None,
        };
        Threading::new(Box::new(lost), dimensions)
    });
    let mut alone = engine(RATE, &patch(1));
    let events = events(1);
    let (left, _) = play(&mut alone, &events, FRAMES, &[512]);
    let (late_left, _) = play(&mut late, &events, FRAMES, &[512]);
    assert!(left[..FRAMES - 64] == late_left[64..]);
    // The threads of the other pool may be late as well, on a busy machine.
    let late_sections = late.statistics().late_sections;
    assert!(late_sections >= 1);
    assert!(
        done.load(Ordering::Relaxed) > 0,
        "the other threads only slept"
    );
    // It finishes the block that is under way, in which they may be late again.
    late.reset();
    assert!(late.statistics().late_sections >= late_sections);
}

#[test]
fn threads_come_and_go_while_nothing_sounds() {
    let patch = patch(0);
    let mut engine = engine(RATE, &patch);
    let (mut left, mut right) = (vec![0.0; 6_400], vec![0.0; 6_400]);
    let hire =
        |engine: &Engine| workers::threading(2, engine.dimensions(), || {}).expect("threads");
    let chord = |engine: &mut Engine| (40..70).for_each(|key| engine.push(on(0, key, 0.5)));

    chord(&mut engine);
    engine.render(&mut left, &mut right);
    let refused = hire(&engine);
    assert!(
        engine.set_threading(Some(refused)).is_some(),
        "cut a sound off"
    );
    assert_eq!(engine.latency_frames(), 0);
    engine.reset();
    let taken = hire(&engine);
    assert!(engine.set_threading(Some(taken)).is_none());
    assert_eq!(engine.latency_frames(), 64);
    // A reset clears what is on its way.
    chord(&mut engine);
    engine.render(&mut left[..100], &mut right[..100]);
    engine.reset();
    assert!(engine.is_silent());
    engine.render(&mut left, &mut right);
    assert!(left.iter().all(|&x| x == 0.0));
    // It is silent only when the last block has been handed out.
    chord(&mut engine);
    engine.push(Event::Controller {
        channel: 0,
        number: 120,
        value: 1.0,
    });
    chord(&mut engine);
    engine.render(&mut left, &mut right);
    engine.push(Event::Controller {
        channel: 0,
        number: 120,
        value: 1.0,
    });
    while !engine.is_silent() {
        engine.render(&mut left[..1], &mut right[..1]);
    }
    engine.render(&mut left, &mut right);
    assert!(left.iter().all(|&x| x == 0.0));
    assert!(engine.set_threading(None).is_some());
    assert_eq!(engine.latency_frames(), 0);
}

#[test]
fn the_audio_thread_neither_allocates_nor_frees() {
    let patches: Vec<Patch> = (0..6).map(patch).collect();
    let mut engine = threaded(RATE, &patches[0], |dimensions| {
        workers::threading(4, dimensions, || {}).expect("threads")
    });
    let (mut left, mut right) = (vec![0.0; 1_000], vec![0.0; 1_000]);
    let calls = calls_during(|| {
        for round in 0..200_u64 {
            engine.set_patch(&patches[round as usize % 6]);
            for place in 0..round % 30 {
                engine.push(random_event(100 * round + place));
            }
            let frames = 1 + (bits(9, round) % 999) as usize;
            engine.render(&mut left[..frames], &mut right[..frames]);
            std::hint::black_box((engine.statistics(), engine.is_silent()));
            if round % 50 == 49 {
                engine.reset();
            }
        }
    });
    assert_eq!(calls, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn threads_end_with_their_engine() {
    let named = || {
        let tasks = std::fs::read_dir("/proc/self/task").expect("tasks");
        let name = |task: std::io::Result<std::fs::DirEntry>| {
            std::fs::read_to_string(task.ok()?.path().join("comm")).ok()
        };
        // The names of this test's threads only.
        tasks
            .filter_map(name)
            .filter(|name| name.starts_with("aliquot 1"))
            .count()
    };
    let engine = threaded(RATE, &patch(0), |dimensions| {
        workers::threading(MAX_THREADS, dimensions, || {}).expect("threads")
    });
    // They name themselves when they begin, and other tests have some of that name for a while.
    let wait_until = |is_so: &dyn Fn(usize) -> bool| {
        let begun = std::time::Instant::now();
        while !is_so(named()) {
            assert!(begun.elapsed().as_secs() < 300, "{} threads", named());
            std::thread::yield_now();
        }
    };
    wait_until(&|count| count >= 7);
    drop(engine);
    wait_until(&|count| count == 0);
}
