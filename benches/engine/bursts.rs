//! What bursts of events take.

use super::*;

/// Voices that sound when a burst comes.
const BURST_VOICES: usize = 2_048;
const CHANNELS: usize = 16;

/// The address of the note at this place among the voices.
fn address(place: usize) -> NoteAddress {
    NoteAddress {
        id: None,
        channel: Some((place % CHANNELS) as u8),
        key: Some((12 + place / CHANNELS % 116) as u8),
    }
}

fn note_on(id: Option<i32>, place: usize) -> Event {
    let address = address(place);
    Event::NoteOn {
        id,
        channel: address.channel.unwrap_or(0),
        key: address.key.unwrap_or(0),
        velocity: 0.5,
    }
}

fn controller(channel: usize, number: u8, value: f32) -> Event {
    Event::Controller {
        channel: (channel % CHANNELS) as u8,
        number,
        value,
    }
}

fn tune(note: NoteAddress) -> Event {
    Event::Expression {
        note,
        expression: NoteExpression::Tuning,
        // As it is: the next block is no more work than the one before, so the tick can be measured.
        value: 0.0,
    }
}

/// Events that come at one frame.
struct Burst {
    name: &'static str,
    /// What happens before, so that the burst finds notes held by pedals.
    before: Vec<Event>,
    events: Vec<Event>,
    /// Whether the next tick counts. Where the burst changes the sound, the next block is rendering:
    /// a block of moving voices, of onsets or of releases.
    with_tick: bool,
}

impl Burst {
    fn new(
        name: &'static str,
        count: usize,
        event: impl Fn(usize) -> Event,
        with_tick: bool,
    ) -> Burst {
        Burst {
            name,
            before: Vec::new(),
            events: (0..count).map(event).collect(),
            with_tick,
        }
    }
}

fn all_bursts() -> Vec<Burst> {
    const SUSTAIN: u8 = 64;
    const SOSTENUTO: u8 = 66;
    const ALL_SOUND_OFF: u8 = 120;
    let any = NoteAddress {
        id: None,
        channel: None,
        key: None,
    };
    let of_channel = |place: usize| NoteAddress {
        channel: Some((place % CHANNELS) as u8),
        ..any
    };
    let off = |place| Event::note_off(address(place));
    let moves = |number| move |place: usize| controller(place / 2, number, (place % 2) as f32);
    let bend = |place: usize| Event::PitchBend {
        channel: (place % CHANNELS) as u8,
        value: 0.5,
    };
    let held = |pedal| -> Vec<Event> {
        let down = (0..CHANNELS).map(|channel| controller(channel, pedal, 1.0));
        down.chain((0..BURST_VOICES).map(off)).collect()
    };
    let mut bursts = vec![
        Burst::new("1,000 controllers that mean nothing", 1_000, moves(3), true),
        Burst::new("1,000 moves of sustain pedals", 1_000, moves(SUSTAIN), true),
        Burst::new("1,000 pitch bends", 1_000, bend, false),
        Burst::new(
            "1,000 tunings of single notes",
            1_000,
            |place| tune(address(place)),
            true,
        ),
        Burst::new("1,000 tunings of all notes", 1_000, |_| tune(any), true),
        Burst::new(
            "1,000 tunings of channels",
            1_000,
            |place| tune(of_channel(place)),
            true,
        ),
        Burst::new(
            "2,048 note-ons at the limit",
            2_048,
            |place| note_on(None, place),
            false,
        ),
        Burst::new(
            "2,048 note-ons of one key",
            2_048,
            |_| note_on(None, 0),
            false,
        ),
        Burst::new(
            "the same, each with its own id",
            2_048,
            |id| note_on(Some(id as i32), 0),
            false,
        ),
        Burst::new("2,048 note-offs", 2_048, off, false),
        Burst::new(
            "1,000 note-offs of all notes",
            1_000,
            |_| Event::note_off(any),
            false,
        ),
        Burst::new(
            "2,047 chokes",
            2_047,
            |place| Event::Choke(address(place)),
            true,
        ),
        Burst::new(
            "all sound off, 16 channels",
            CHANNELS,
            |channel| controller(channel, ALL_SOUND_OFF, 0.0),
            true,
        ),
    ];
    let up = |pedal| move |channel| controller(channel, pedal, 0.0);
    bursts.push(Burst {
        before: held(SUSTAIN),
        ..Burst::new("sustain up, 2,048 held", CHANNELS, up(SUSTAIN), false)
    });
    bursts.push(Burst {
        before: held(SOSTENUTO),
        ..Burst::new(
            "1,000 of sustain, 2,048 by sostenuto",
            1_000,
            moves(SUSTAIN),
            true,
        )
    });
    bursts
}

/// The time that bursts of events take, in parts of a block's: taking them, and where they change
/// nothing that is heard or end it, what the next tick takes longer.
pub fn bursts() {
    println!(
        "bursts at 2,048 voices × 1 partial, in parts of a block's time (64 frames at 48 kHz):"
    );
    for burst in all_bursts() {
        // The least of some: what else the machine did meanwhile is no part of it.
        let parts = (0..9).map(|_| part_of_block(&burst));
        let least = parts.fold(f64::INFINITY, f64::min);
        println!("  {:38} {:6.1} %", burst.name, 100.0 * least);
    }
}

fn part_of_block(burst: &Burst) -> f64 {
    let block_s = 64.0 / 48_000.0;
    let mut engine = Engine::new(&Config {
        sample_rate_hz: 48_000.0,
        max_voices: BURST_VOICES,
    });
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 1.0);
    patch.set(Param::VOICES, BURST_VOICES as f32);
    engine.set_patch(&patch);
    let notes = (0..BURST_VOICES).map(|place| note_on(None, place));
    for event in notes.chain(burst.before.iter().copied()) {
        engine.push(event);
    }
    // Full blocks: no event falls within one that is being handed out.
    let steady: f64 = times_s(&mut engine, 64, 20).0[10..].iter().sum::<f64>() / 10.0;
    let begun = Instant::now();
    for &event in &burst.events {
        engine.push(event);
    }
    let mut time_s = begun.elapsed().as_secs_f64();
    if burst.with_tick {
        time_s += (times_s(&mut engine, 64, 1).0[0] - steady).max(0.0);
    }
    time_s / block_s
}
