//! The sound of the starting presets: finite, audible, well below full scale, equally loud, distinct.

#[path = "preset_sounds/tuning.rs"]
mod tuning;

use std::f64::consts::TAU;
use std::sync::Arc;

use aliquot::state::{NamedBank, Preset, starting_presets};
use aliquot::synth::engine::{Config, Engine};
use aliquot::synth::event::{Event, NoteAddress};
use aliquot::synth::parameter::{MACROS, Param};
use aliquot::synth::recordings::Recordings;
use aliquot::synth::tuning::LoadedScale;

const RATE_HZ: f64 = 48_000.0;
/// The velocity of all notes.
const VELOCITY: f32 = 0.8;

fn starting() -> Vec<Preset> {
    starting_presets()
        .iter()
        .map(|starting| Preset::parse(starting.text).expect(starting.name))
        .collect()
}

/// Pitches above this need not be heard, Hz.
const HIGHEST_HEARD_HZ: f64 = 16_000.0;

/// What a preset's bank plays; nothing, if it has none.
fn recordings(preset: &Preset) -> Arc<Recordings> {
    let bank = preset.recording.as_ref().and_then(NamedBank::bank);
    Arc::new(bank.map_or_else(Recordings::default, |bank| Recordings::new(bank.clone())))
}

/// A preset with one value changed.
fn with(preset: &Preset, param: Param, plain: f32) -> Preset {
    let mut changed = preset.clone();
    changed.patch.set(param, plain);
    changed
}

/// An engine with a preset.
struct Player {
    engine: Engine,
    /// Kept here, so that the engine does not free them.
    _recordings: Arc<Recordings>,
    _scale: Arc<Option<LoadedScale>>,
}

impl Player {
    fn new(preset: &Preset) -> Player {
        let mut engine = Engine::new(&Config {
            sample_rate_hz: RATE_HZ,
            max_voices: 16,
        });
        engine.set_patch(&preset.patch);
        let recordings = recordings(preset);
        engine.set_recordings(recordings.clone());
        let scale = Arc::new(preset.tuning.as_ref().map(|set| set.loaded()));
        engine.set_scale(scale.clone());
        Player {
            engine,
            _recordings: recordings,
            _scale: scale,
        }
    }

    fn press(&mut self, keys: &[u8]) {
        for &key in keys {
            self.engine.push(Event::NoteOn {
                id: None,
                channel: 0,
                key,
                velocity: VELOCITY,
            });
        }
    }

    fn release(&mut self, keys: &[u8]) {
        for &key in keys {
            self.engine.push(Event::note_off(NoteAddress {
                id: None,
                channel: Some(0),
                key: Some(key),
            }));
        }
    }

    /// Goes on for this long.
    fn render(&mut self, seconds: f64) -> Sound {
        let frames = (seconds * RATE_HZ) as usize;
        let mut sound = Sound {
            left: vec![0.0; frames],
            right: vec![0.0; frames],
        };
        self.engine.render(&mut sound.left, &mut sound.right);
        assert_eq!(self.engine.statistics().faults, 0);
        sound
    }
}

/// A stereo sound.
struct Sound {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Sound {
    /// Plays these keys together for `held_s`, and renders `after_s` more after their release.
    fn play(preset: &Preset, keys: &[u8], held_s: f64, after_s: f64) -> Sound {
        let mut player = Player::new(preset);
        player.press(keys);
        let mut sound = player.render(held_s);
        player.release(keys);
        let after = player.render(after_s);
        sound.left.extend(after.left);
        sound.right.extend(after.right);
        sound
    }

    fn samples(&self) -> impl Iterator<Item = f32> {
        self.left.iter().chain(&self.right).copied()
    }

    fn peak(&self) -> f32 {
        self.samples().fold(0.0, |peak, x| peak.max(x.abs()))
    }

    /// The mean power of both channels from `start_s` to `end_s`, in dBFS.
    fn level_db(&self, start_s: f64, end_s: f64) -> f64 {
        let span = (start_s * RATE_HZ) as usize..(end_s * RATE_HZ) as usize;
        let power: f64 = [&self.left, &self.right]
            .iter()
            .flat_map(|channel| &channel[span.clone()])
            .map(|&x| f64::from(x).powi(2))
            .sum();
        10.0 * (power / (2 * span.len()) as f64).max(1e-20).log10()
    }

    /// The levels of 40 bands from 60 Hz to 12 kHz in a window of 0.17 s from `start_s`, in dB relative
    /// to the loudest band.
    fn spectrum_db(&self, start_s: f64) -> Vec<f64> {
        let start = (start_s * RATE_HZ) as usize;
        let window = &self.left[start..start + 8_192];
        let bands: Vec<f64> = (0..40)
            .map(|band| {
                let low = 60.0 * 200f64.powf(f64::from(band) / 40.0);
                let high = 60.0 * 200f64.powf(f64::from(band + 1) / 40.0);
                // Sums bins of the band: all in low bands, every few in high ones.
                let lines =
                    (low * 8_192.0 / RATE_HZ) as usize..=(high * 8_192.0 / RATE_HZ) as usize;
                lines
                    .step_by(1 + band as usize / 8)
                    .map(|line| power(window, line))
                    .sum()
            })
            .collect();
        let most = bands.iter().fold(1e-30, |most: f64, &band| most.max(band));
        bands
            .iter()
            .map(|band| 10.0 * (band / most).max(1e-6).log10())
            .collect()
    }
}

/// The power of bin `line` of the Fourier transform of `window` under a Hann window.
fn power(window: &[f32], line: usize) -> f64 {
    let count = window.len();
    let (mut re, mut im) = (0.0, 0.0);
    for (i, &x) in window.iter().enumerate() {
        let turn = TAU * ((line * i) % count) as f64 / count as f64;
        let hann = 0.5 - 0.5 * (TAU * i as f64 / count as f64).cos();
        re += f64::from(x) * hann * turn.cos();
        im += f64::from(x) * hann * turn.sin();
    }
    re * re + im * im
}

/// The pitch of a key in the preset's scale, Hz.
fn key_hz(preset: &Preset, key: u8) -> f64 {
    let mut player = Player::new(preset);
    player.render(0.01);
    let semitones = player.engine.tuning().keys.pitch(0, key) - 69.0;
    440.0 * (semitones / 12.0).exp2()
}

#[test]
fn every_key_is_finite_audible_and_not_clipped() {
    for preset in starting() {
        for key in [24, 36, 48, 60, 72, 84, 96] {
            let sound = Sound::play(&preset, &[key], 2.0, 0.5);
            let name = &preset.name;
            assert!(sound.samples().all(f32::is_finite), "{name} {key}");
            let (peak, level_db) = (sound.peak(), sound.level_db(0.0, 2.0));
            // −3 dBFS.
            assert!(peak <= 0.708, "{name} {key}: peak {peak}");
            // A scale of few steps takes the highest keys beyond hearing.
            assert!(
                level_db > -50.0 || key_hz(&preset, key) > HIGHEST_HEARD_HZ,
                "{name} {key}: {level_db} dBFS"
            );
        }
    }
}

#[test]
fn a_chord_stays_under_the_knee_of_protect() {
    for preset in starting() {
        let chord = [48, 60, 64, 67];
        let protected = Sound::play(&preset, &chord, 3.0, 0.1);
        let open = with(&preset, Param::PROTECT, 0.0);
        let open = Sound::play(&open, &chord, 3.0, 0.1);
        // Below its knee, Protect does not change any bit.
        assert!(
            protected.left == open.left && protected.right == open.right,
            "{}: peak {}",
            preset.name,
            open.peak()
        );
        assert!(open.peak() <= 1.0);
    }
}

#[test]
fn presets_are_equally_loud() {
    for preset in starting() {
        let sound = Sound::play(&preset, &[48, 60, 64, 67], 4.0, 0.0);
        // Presets that swell or decay are measured where they are loudest.
        let loudest = (0..7)
            .map(|half| sound.level_db(f64::from(half) / 2.0, f64::from(half) / 2.0 + 0.5))
            .fold(f64::MIN, f64::max);
        assert!(
            (-21.5..=-14.5).contains(&loudest),
            "{}: {loudest:.1} dBFS",
            preset.name
        );
    }
}

/// The macros that a preset uses: the first four, and those that it names.
fn macros(preset: &Preset) -> impl Iterator<Item = usize> {
    (1..=MACROS).filter(|&number| number <= 4 || !preset.macro_names.get(number).is_empty())
}

#[test]
fn every_macro_changes_the_sound() {
    for preset in starting() {
        let plain = Sound::play(&preset, &[55, 60], 1.5, 1.0);
        for number in macros(&preset) {
            let turned = with(&preset, Param::macro_value(number), 1.0);
            let turned = Sound::play(&turned, &[55, 60], 1.5, 1.0);
            let name = &preset.name;
            assert!(turned.samples().all(f32::is_finite), "{name} {number}");
            assert!(turned.peak() <= 1.0, "{name} {number}: {}", turned.peak());
            let difference = Sound {
                left: plain
                    .left
                    .iter()
                    .zip(&turned.left)
                    .map(|(a, b)| a - b)
                    .collect(),
                right: plain
                    .right
                    .iter()
                    .zip(&turned.right)
                    .map(|(a, b)| a - b)
                    .collect(),
            };
            let over_plain_db = difference.level_db(0.0, 2.5) - plain.level_db(0.0, 2.5);
            assert!(
                over_plain_db > -30.0,
                "{name} {number}: {over_plain_db:.1} dB"
            );
            assert!(turned.level_db(0.0, 2.5) > -50.0, "{name} {number}");
        }
    }
}

#[test]
fn a_released_note_ends() {
    for preset in starting() {
        let sound = Sound::play(&preset, &[60], 0.5, 12.0);
        let rest = sound.level_db(11.5, 12.5);
        assert!(rest < -100.0, "{}: {rest:.1} dBFS", preset.name);
    }
}

#[test]
fn presets_are_distinct() {
    let spectra: Vec<(String, Vec<f64>)> = starting()
        .into_iter()
        .map(|preset| {
            let sound = Sound::play(&preset, &[60], 3.0, 0.0);
            let mut both = sound.spectrum_db(0.3);
            both.extend(sound.spectrum_db(2.5));
            (preset.name, both)
        })
        .collect();
    for (i, (one, first)) in spectra.iter().enumerate() {
        for (other, second) in &spectra[..i] {
            let squares: f64 = first.iter().zip(second).map(|(a, b)| (a - b).powi(2)).sum();
            let distance_db = (squares / first.len() as f64).sqrt();
            assert!(distance_db > 6.0, "{one} and {other}: {distance_db:.1} dB");
        }
    }
}
