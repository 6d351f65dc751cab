//! The engine playing a song, block after block.

use std::sync::Arc;

use aliquot::scale::mts::Retune;
use aliquot::song::{AutomaticTail, Song, SongAction};
use aliquot::synth::engine::{Config, Engine, Statistics};
use aliquot::synth::parameter::Threads;
use aliquot::synth::patch::Patch;
use aliquot::synth::recordings::Recordings;
use aliquot::synth::tuning::LoadedScale;
use aliquot::workers;

use crate::arguments::{Arguments, Tail};

/// A sound, the scale that it is played in, and the recordings that it plays.
pub struct Program {
    /// The sound.
    pub patch: Patch,
    /// The scale; none for twelve equal steps.
    pub scale: Arc<Option<LoadedScale>>,
    /// The recordings; none by default.
    pub recordings: Arc<Recordings>,
}

/// A song under way.
pub struct Performance<'s> {
    song: &'s Song,
    /// The programs, by their numbers.
    programs: Vec<Program>,
    engine: Engine,
    left: Vec<f32>,
    right: Vec<f32>,
    /// The next event's place in the song.
    next_event: usize,
    /// Frames that the engine has rendered: the song's, and those by which it is late.
    engine_frames: u64,
    position_frames: u64,
    /// Frames that the last block had, those after the end among them.
    rendered_frames: usize,
    /// Where it ends at the latest.
    limit_frames: u64,
    /// What ends it before; `None` where its end is fixed.
    tail: Option<AutomaticTail>,
    over: bool,
}

/// The error of a song that takes more minutes than the output has room for.
fn too_long(song: &Song, minutes: f64, room_minutes: f64) -> String {
    format!(
        "{}: found the end of a song that lasts {minutes:.0} minutes with its tail, \
         expected at most {room_minutes:.0}, which a WAV file of this rate and format holds",
        song.end_place
    )
}

impl<'s> Performance<'s> {
    /// Ready at frame 0. The first of `programs` plays until the song changes to another;
    /// `room_frames` is the most that the output can take.
    pub fn new(
        song: &'s Song,
        programs: Vec<Program>,
        arguments: &Arguments,
        room_frames: u64,
    ) -> Result<Performance<'s>, String> {
        let rate_hz = f64::from(arguments.rate);
        let (tail_s, tail) = match arguments.tail {
            Tail::Auto => (
                AutomaticTail::MOST_S,
                Some(AutomaticTail::new(song.end_frame, rate_hz)),
            ),
            Tail::Seconds(seconds) => (seconds, None),
        };
        let tail_frames = (tail_s * rate_hz).round() as u64;
        let limit_frames = song.end_frame.saturating_add(tail_frames);
        if limit_frames > room_frames {
            let minutes = |frames: u64| frames as f64 / rate_hz / 60.0;
            return Err(too_long(song, minutes(limit_frames), minutes(room_frames)));
        }
        let mut engine = Engine::new(&Config {
            sample_rate_hz: rate_hz,
            max_voices: arguments.voices.into(),
        });
        let threads = match arguments.threads {
            Threads::Off => 1,
            Threads::Auto => workers::auto_threads(),
            Threads::Number(number) => number,
        };
        if threads > 1 {
            let threading = workers::threading(threads, engine.dimensions(), || {})
                .map_err(|error| format!("no {threads} threads are to be had: {error}"))?;
            engine.set_threading(Some(threading));
        }
        engine.set_patch(&programs[0].patch);
        engine.set_scale(programs[0].scale.clone());
        engine.set_waiting_for_disk(true);
        engine.set_recordings(programs[0].recordings.clone());
        let mut performance = Performance {
            song,
            programs,
            engine,
            left: vec![0.0; arguments.buffer as usize],
            right: vec![0.0; arguments.buffer as usize],
            next_event: 0,
            engine_frames: 0,
            position_frames: 0,
            rendered_frames: 0,
            limit_frames,
            tail,
            over: false,
        };
        // All that sounds is late by the latency, which is not to be in the file.
        for _ in 0..performance.engine.latency_frames() {
            performance.render(1);
        }
        Ok(performance)
    }

    /// How many frames there will be, without an automatic tail.
    pub fn expected_frames(&self) -> u64 {
        match self.tail {
            Some(_) => self.song.end_frame,
            None => self.limit_frames,
        }
    }

    /// Frames handed out so far.
    pub fn position_frames(&self) -> u64 {
        self.position_frames
    }

    /// Frames that the last block took to render: all that were asked for, though the end may be
    /// among them.
    pub fn rendered_frames(&self) -> usize {
        self.rendered_frames
    }

    /// What was found wrong with banks of recordings while they were played, in words.
    pub fn faults(&self) -> impl Iterator<Item = String> + '_ {
        let banks = self.programs.iter().filter_map(|of| of.recordings.bank());
        let faults = banks.filter_map(|bank| bank.fault());
        faults.map(|fault| {
            let cause = fault.cause;
            format!("a bank of recordings {cause}: {fault}. The rest sounds.")
        })
    }

    /// What sounds now.
    pub fn statistics(&self) -> Statistics {
        self.engine.statistics()
    }

    /// Renders the next frames, left and right: as many as the buffer holds, fewer at the end;
    /// `None` after it.
    pub fn next_block(&mut self) -> Option<(&[f32], &[f32])> {
        let rest = self.limit_frames - self.position_frames;
        let frames = rest.min(self.left.len() as u64) as usize;
        if self.over || frames == 0 {
            return None;
        }
        self.render(frames);
        self.rendered_frames = frames;
        let (left, right) = (&self.left[..frames], &self.right[..frames]);
        let kept = match &mut self.tail {
            Some(tail) => {
                tail.expect_gaps(self.engine.echo_gap_frames());
                tail.kept(self.position_frames, left, right)
            }
            None => frames,
        };
        self.over = kept < frames;
        self.position_frames += kept as u64;
        Some((&self.left[..kept], &self.right[..kept]))
    }

    /// Renders the next frames, as many as the buffer holds or fewer, with their events.
    fn render(&mut self, frames: usize) {
        let mut done = 0;
        while done < frames {
            let until = self.take_events(self.engine_frames);
            let count = (frames - done).min(usize::try_from(until).unwrap_or(usize::MAX));
            self.engine.render(
                &mut self.left[done..done + count],
                &mut self.right[done..done + count],
            );
            done += count;
            self.engine_frames += count as u64;
        }
    }

    /// Gives the engine the events of this frame; returns how many frames there are to the next.
    fn take_events(&mut self, frame: u64) -> u64 {
        while let Some(event) = self.song.events.get(self.next_event) {
            if event.frame > frame {
                return event.frame - frame;
            }
            match &event.action {
                SongAction::Play(event) => self.engine.push(*event),
                SongAction::Exclusive(message) => {
                    if let Some(retune) = Retune::parse(message) {
                        retune.apply(self.engine.message_tuning());
                    }
                }
                SongAction::Transport(transport) => self.engine.set_transport(transport),
                SongAction::Program { number, .. } => {
                    if let Some(program) = self.programs.get(usize::from(*number)) {
                        self.engine.load_patch(&program.patch);
                        self.engine.set_scale(program.scale.clone());
                        self.engine.set_recordings(program.recordings.clone());
                    }
                }
            }
            self.next_event += 1;
        }
        u64::MAX
    }
}
