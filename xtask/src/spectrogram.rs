//! The spectrogram of a stereo sound as a picture: frequency on a logarithmic axis from 27.5 Hz to
//! 20 kHz, time in seconds, level as colour.
//!
//! Four transforms of different lengths share the frequency axis, long ones for low and short ones for
//! high frequencies, as in hearing: low partials are resolved, high partials keep their onsets.
//! Neighbouring lengths are cross-faded over half an octave. The window is Blackman's. Its side lobes
//! are 58 dB down and fall by 18 dB per octave, so they are not visible beside a partial. A steady sine
//! of amplitude 1 in both channels reads 0 dB.

use std::path::Path;

use anyhow::{Result, ensure};
use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;

use crate::picture::{Align, Colour, Picture};

const LOWEST_HZ: f64 = 27.5;
const HIGHEST_HZ: f64 = 20_000.0;
/// The level range from the darkest colour to the brightest.
const RANGE_DB: f32 = 80.0;

/// The length of each transform in seconds, and the highest frequency for which it is used, Hz.
const RESOLUTIONS: [(f64, f64); 4] = [
    (0.68, 110.0),
    (0.34, 320.0),
    (0.17, 1200.0),
    (0.085, f64::INFINITY),
];
/// Width of the cross-fade between two transforms.
const FADE_OCTAVES: f64 = 0.5;

const WIDTH: usize = 1600;
const HEIGHT: usize = 800;
const LEFT: usize = 96;
const TOP: usize = 72;
const PLOT_WIDTH: usize = 1376;
const PLOT_HEIGHT: usize = 648;

const BACKGROUND: Colour = [14, 14, 20];
const INK: Colour = [226, 226, 232];
const FAINT_INK: Colour = [150, 150, 164];

/// From the quietest to the loudest, equal steps in decibels: dark, violet, red, orange, cream.
const COLOURS: [Colour; 9] = [
    [4, 4, 10],
    [25, 12, 60],
    [74, 15, 105],
    [122, 29, 109],
    [170, 47, 93],
    [214, 72, 63],
    [243, 120, 25],
    [250, 183, 46],
    [252, 253, 191],
];

/// Draws the spectrogram of a sound and writes it to `path` as PNG.
///
/// # Errors
/// If the channels differ in length or are empty, or the file cannot be written.
pub fn draw(
    left: &[f32],
    right: &[f32],
    sample_rate_hz: f64,
    title: &str,
    path: &Path,
) -> Result<()> {
    ensure!(
        left.len() == right.len() && !left.is_empty(),
        "a spectrogram needs two channels of the same length"
    );
    let analysis = Analysis::new(sample_rate_hz);
    let levels_db: Vec<f32> = (0..PLOT_WIDTH)
        .flat_map(|column| {
            let centre = (column * 2 + 1) * left.len() / (PLOT_WIDTH * 2);
            analysis.column(left, right, centre)
        })
        .collect();
    let peak_db = levels_db.iter().copied().fold(-120.0, f32::max);
    let top_db = (peak_db / 10.0).ceil() * 10.0;
    let duration_s = left.len() as f64 / sample_rate_hz;

    let mut picture = Picture::new(WIDTH, HEIGHT, BACKGROUND);
    for (index, level_db) in levels_db.iter().enumerate() {
        let (x, y) = (index / PLOT_HEIGHT, index % PLOT_HEIGHT);
        let colour = colour(1.0 + (level_db - top_db) / RANGE_DB);
        picture.mix(LEFT + x, TOP + y, colour, 1.0);
    }
    picture.text(title, (LEFT, TOP / 2), Align::Left, 30.0, INK);
    picture.text(
        &format!("{duration_s:.1} s at {} kHz", sample_rate_hz / 1000.0),
        (LEFT + PLOT_WIDTH, TOP / 2 + 4),
        Align::Right,
        20.0,
        FAINT_INK,
    );
    frequency_axis(&mut picture);
    time_axis(&mut picture, duration_s);
    legend(&mut picture, top_db);
    picture.write(path)
}

/// The transforms of all lengths.
struct Analysis {
    transforms: [Transform; RESOLUTIONS.len()],
    sample_rate_hz: f64,
}

impl Analysis {
    fn new(sample_rate_hz: f64) -> Self {
        let transforms = RESOLUTIONS.map(|(length_s, _)| {
            let frames = ((length_s * sample_rate_hz) as usize).next_power_of_two();
            Transform::new(frames)
        });
        Self {
            transforms,
            sample_rate_hz,
        }
    }

    /// Levels in decibels around frame `centre`, one for each row, from the highest frequency down.
    fn column(
        &self,
        left: &[f32],
        right: &[f32],
        centre: usize,
    ) -> impl Iterator<Item = f32> + use<> {
        let spectra = self
            .transforms
            .each_ref()
            .map(|transform| transform.levels(left, right, centre));
        let sample_rate_hz = self.sample_rate_hz;
        (0..PLOT_HEIGHT).map(move |row| {
            let [above_hz, below_hz] = [row, row + 1].map(frequency_of);
            level_between(&spectra, below_hz, above_hz, sample_rate_hz)
        })
    }
}

/// A transform of one length.
struct Transform {
    window: Vec<f32>,
    fft: std::sync::Arc<dyn rustfft::Fft<f32>>,
}

impl Transform {
    fn new(frames: usize) -> Self {
        let window: Vec<f64> = (0..frames)
            .map(|frame| {
                let turn = std::f64::consts::TAU * frame as f64 / frames as f64;
                0.42 - 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos()
            })
            .collect();
        // A sine of amplitude 1 puts half the window's sum into its bin.
        let scale = 2.0 / window.iter().sum::<f64>();
        Self {
            window: window.iter().map(|gain| (gain * scale) as f32).collect(),
            fft: FftPlanner::new().plan_fft_forward(frames),
        }
    }

    /// The level of each bin in decibels around frame `centre`: the mean power of the two channels.
    fn levels(&self, left: &[f32], right: &[f32], centre: usize) -> Vec<f32> {
        let frames = self.window.len();
        // One complex transform carries both channels: |L|² + |R|² = (|Z(k)|² + |Z(−k)|²) / 2.
        let mut buffer: Vec<Complex32> = (0..frames)
            .map(|frame| {
                let Some(at) = (centre + frame).checked_sub(frames / 2) else {
                    return Complex32::default();
                };
                let sample = |channel: &[f32]| channel.get(at).copied().unwrap_or(0.0);
                Complex32::new(sample(left), sample(right)) * self.window[frame]
            })
            .collect();
        self.fft.process(&mut buffer);
        (0..=frames / 2)
            .map(|bin| {
                let mirrored = (frames - bin) % frames;
                let power = (buffer[bin].norm_sqr() + buffer[mirrored].norm_sqr()) / 4.0;
                10.0 * (power + 1e-14).log10()
            })
            .collect()
    }
}

/// The level of a row of pixels, from the transforms that are used for its frequency.
fn level_between(
    spectra: &[Vec<f32>; RESOLUTIONS.len()],
    below_hz: f64,
    above_hz: f64,
    sample_rate_hz: f64,
) -> f32 {
    let centre_hz = (below_hz * above_hz).sqrt();
    let mut level_db = 0.0;
    // The weight that is left for this transform and the following ones.
    let mut rest = 1.0;
    for (spectrum, (_, up_to_hz)) in spectra.iter().zip(RESOLUTIONS) {
        let octaves_left = (up_to_hz / centre_hz).log2();
        let share = (octaves_left / FADE_OCTAVES + 0.5).clamp(0.0, 1.0) as f32;
        let weight = rest * share;
        rest -= weight;
        if weight > 0.0 {
            let bins_per_hz = (spectrum.len() - 1) as f64 * 2.0 / sample_rate_hz;
            level_db +=
                weight * largest_between(spectrum, below_hz * bins_per_hz, above_hz * bins_per_hz);
        }
    }
    level_db
}

/// The largest level between two fractional bins.
fn largest_between(spectrum: &[f32], from: f64, to: f64) -> f32 {
    let at = |place: f64| {
        let bin = place as usize;
        match spectrum.get(bin..bin + 2) {
            Some(pair) => pair[0] + (pair[1] - pair[0]) * (place - bin as f64) as f32,
            None => f32::NEG_INFINITY,
        }
    };
    let inner =
        (from.ceil() as usize).min(spectrum.len())..(to.ceil() as usize).min(spectrum.len());
    spectrum
        .get(inner)
        .into_iter()
        .flatten()
        .fold(at(from).max(at(to)), |largest, level| largest.max(*level))
        .max(-140.0)
}

/// The frequency at the upper edge of a row.
fn frequency_of(row: usize) -> f64 {
    HIGHEST_HZ * (LOWEST_HZ / HIGHEST_HZ).powf(row as f64 / PLOT_HEIGHT as f64)
}

fn row_of(frequency_hz: f64) -> usize {
    let place = (frequency_hz / HIGHEST_HZ).ln() / (LOWEST_HZ / HIGHEST_HZ).ln();
    (place * PLOT_HEIGHT as f64) as usize
}

fn colour(place: f32) -> Colour {
    let place = place.clamp(0.0, 1.0) * (COLOURS.len() - 1) as f32;
    let index = (place as usize).min(COLOURS.len() - 2);
    let between = place - index as f32;
    let (below, above) = (COLOURS[index], COLOURS[index + 1]);
    std::array::from_fn(|channel| {
        let (below, above) = (f32::from(below[channel]), f32::from(above[channel]));
        (below + (above - below) * between).round() as u8
    })
}

fn frequency_axis(picture: &mut Picture) {
    for (frequency_hz, label) in [
        (50.0, "50 Hz"),
        (100.0, "100 Hz"),
        (200.0, "200 Hz"),
        (500.0, "500 Hz"),
        (1000.0, "1 kHz"),
        (2000.0, "2 kHz"),
        (5000.0, "5 kHz"),
        (10_000.0, "10 kHz"),
        (20_000.0, "20 kHz"),
    ] {
        let y = TOP + row_of(frequency_hz);
        picture.fill((LEFT, y), (PLOT_WIDTH, 1), INK, 0.1);
        picture.fill((LEFT - 6, y), (6, 1), FAINT_INK, 1.0);
        picture.text(label, (LEFT - 12, y), Align::Right, 19.0, FAINT_INK);
    }
}

fn time_axis(picture: &mut Picture, duration_s: f64) {
    let bottom = TOP + PLOT_HEIGHT;
    // The smallest round step at which the labels do not overlap.
    let step_s = [
        0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0,
    ]
    .into_iter()
    .find(|step_s| duration_s / step_s <= 14.0)
    .unwrap_or(3600.0);
    for index in 0.. {
        let time_s = f64::from(index) * step_s;
        if time_s > duration_s {
            break;
        }
        let x = LEFT + (time_s / duration_s * PLOT_WIDTH as f64) as usize;
        picture.fill((x, TOP), (1, PLOT_HEIGHT), INK, 0.06);
        picture.fill((x, bottom), (1, 6), FAINT_INK, 1.0);
        let decimals = usize::from(step_s < 1.0);
        let label = format!("{time_s:.decimals$} s");
        picture.text(&label, (x, bottom + 22), Align::Centre, 19.0, FAINT_INK);
    }
    let centre = LEFT + PLOT_WIDTH / 2;
    picture.text(
        "time",
        (centre, bottom + 52),
        Align::Centre,
        19.0,
        FAINT_INK,
    );
}

fn legend(picture: &mut Picture, top_db: f32) {
    let x = LEFT + PLOT_WIDTH + 28;
    for row in 0..PLOT_HEIGHT {
        let place = 1.0 - row as f32 / PLOT_HEIGHT as f32;
        picture.fill((x, TOP + row), (18, 1), colour(place), 1.0);
    }
    for step in 0..=(RANGE_DB / 10.0) as usize {
        let below_db = step as f32 * 10.0;
        let y = TOP + (below_db / RANGE_DB * PLOT_HEIGHT as f32) as usize;
        picture.fill((x + 18, y), (6, 1), FAINT_INK, 1.0);
        let label = format!("{:.0}", top_db - below_db).replace('-', "\u{2212}");
        picture.text(&label, (x + 30, y), Align::Left, 19.0, FAINT_INK);
    }
    let below = TOP + PLOT_HEIGHT + 22;
    picture.text("dB", (x + 9, below), Align::Centre, 19.0, FAINT_INK);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 48_000.0;

    fn sine(frequency_hz: f64, amplitude: f64, seconds: f64) -> Vec<f32> {
        (0..(seconds * RATE_HZ) as usize)
            .map(|frame| {
                let turns = (frequency_hz * frame as f64 / RATE_HZ).fract();
                (amplitude * (std::f64::consts::TAU * turns).sin()) as f32
            })
            .collect()
    }

    #[test]
    fn a_sine_reads_its_level_at_its_frequency_and_nothing_elsewhere() {
        let analysis = Analysis::new(RATE_HZ);
        // One frequency for each transform; in one channel alone the mean power is half.
        for frequency_hz in [60.0, 220.0, 640.0, 9_000.0] {
            let sound = sine(frequency_hz, 0.1, 2.0);
            let silence = vec![0.0; sound.len()];
            for (right, expected_db) in [(&sound, -20.0), (&silence, -23.01)] {
                let column: Vec<f32> = analysis.column(&sound, right, sound.len() / 2).collect();
                let row = row_of(frequency_hz);
                let found_db = column[row - 1..=row + 1]
                    .iter()
                    .copied()
                    .fold(-140.0, f32::max);
                // Between two bins the interpolation loses up to 1.2 dB.
                assert!(
                    (expected_db - 1.3..expected_db + 0.1).contains(&found_db),
                    "{frequency_hz} Hz reads {found_db} dB for {expected_db} dB"
                );
                let far_db = (0..PLOT_HEIGHT)
                    .filter(|other| other.abs_diff(row) > 70)
                    .map(|other| column[other])
                    .fold(-140.0, f32::max);
                assert!(far_db < -90.0, "{frequency_hz} Hz leaks {far_db} dB");
            }
        }
    }

    #[test]
    fn rows_and_frequencies_are_inverse() {
        for row in [0, 1, 100, PLOT_HEIGHT - 1] {
            assert_eq!(row_of(frequency_of(row) * 0.9999), row);
        }
    }

    #[test]
    fn the_picture_is_written_and_colours_follow_the_level() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let sound = sine(440.0, 0.5, 1.0);
        draw(&sound, &sound, RATE_HZ, "A sine", &path).unwrap();

        let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!((info.width, info.height), (WIDTH as u32, HEIGHT as u32));
        let brightness = |y: usize| {
            let at = ((TOP + y) * WIDTH + LEFT + PLOT_WIDTH / 2 + 3) * 3;
            bytes[at..at + 3]
                .iter()
                .map(|byte| u32::from(*byte))
                .sum::<u32>()
        };
        assert!(brightness(row_of(440.0)) > 400);
        assert!(brightness(row_of(4_400.0)) < 60);
    }

    #[test]
    fn an_empty_sound_is_an_error() {
        assert!(draw(&[], &[], RATE_HZ, "none", Path::new("none.png")).is_err());
    }
}
