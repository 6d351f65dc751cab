//! A picture of a recording: its partials and its noise over time and frequency, as brightness. It is drawn in a
//! thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::editor::model::EditorModel;
use crate::recordings::ending::EndingThreads;
use crate::recordings::job::Job;
use crate::tracks::bands::{NOISE_BANDS, noise_edges_hz};
use crate::tracks::bank_file::{BankRows, BankSound, SlotEvent, TrackBank, codes};

/// Texels from left to right.
pub const WIDTH: usize = 900;
/// Texels from top to bottom.
pub const HEIGHT: usize = 192;
/// The range from the brightest to the darkest, dB.
const RANGE_DB: f32 = 66.0;
/// Noise is darker than partials of its power, since it fills whole bands, dB.
const NOISE_DB: f32 = -9.0;
/// Partials fainter than this do not widen the picture, dB below the loudest.
const COUNTED_DB: f32 = 48.0;
/// Above 200 Hz partials are drawn brighter by this, dB an octave: most sounds fall by more.
const LIFT_DB: f32 = 2.5;
const LIFTED_FROM_HZ: f32 = 200.0;
/// Octaves that are shown at least.
const LEAST_OCTAVES: f32 = 4.0;
/// Half the thickness of the faintest and of the loudest partials, rows.
const THINNEST: f32 = 0.9;
const THICKEST: f32 = 2.2;
/// How often the thread looks whether it is to stop, in frames.
const LOOK: u32 = 256;

/// The picture.
#[derive(Clone, Debug, PartialEq)]
pub struct TracksPicture {
    /// Brightness of the partials, 0 to 255, rows from the top.
    pub partials: Vec<u8>,
    /// Brightness of the noise.
    pub noise: Vec<u8>,
    /// Frequency at the lower edge, Hz.
    pub lowest_hz: f32,
    /// Frequency at the upper edge, Hz.
    pub highest_hz: f32,
}

impl TracksPicture {
    /// Height of a frequency in the picture, 0 at the lower edge to 1.
    pub fn height(&self, hz: f32) -> f32 {
        (hz / self.lowest_hz).log2() / (self.highest_hz / self.lowest_hz).log2()
    }

    /// Draws a sound of a bank; `None` if the bank has none of this number, it cannot be read, or `is_over` becomes
    /// true.
    fn draw(bank: &Arc<TrackBank>, sound: usize, is_over: &AtomicBool) -> Option<TracksPicture> {
        let (bank, sound) = bank.with_sound_in_memory(sound, is_over).ok()?;
        let rows = bank.rows(sound)?;
        let (lowest_hz, highest_hz, loudest_db) = extent(&rows, is_over)?;
        let mut picture = TracksPicture {
            partials: vec![0; WIDTH * HEIGHT],
            noise: vec![0; WIDTH * HEIGHT],
            lowest_hz,
            highest_hz,
        };
        picture.draw_noise(&rows, loudest_db);
        let frame_texels = frame_texels(rows.sound());
        each_segment(&rows, is_over, |segment| {
            let from = f64::from(segment.frame) * frame_texels;
            // Where the next one begins, to the bit: no texel lies between them.
            let to = f64::from(segment.frame + 1) * frame_texels;
            let (first, last) = (from as usize, (to as usize).min(WIDTH));
            for x in first..last.max(first + 1).min(WIDTH) {
                let part = ((x as f64 - from) / frame_texels).clamp(0.0, 1.0) as f32;
                let db = segment.from_db + part * (segment.to_db - segment.from_db);
                let lift_db = LIFT_DB * (segment.hz / LIFTED_FROM_HZ).log2().max(0.0);
                picture.dot(x, segment.hz, brightness(db + lift_db - loudest_db));
            }
        })?;
        Some(picture)
    }

    /// A partial in a column: a line that is the thicker the brighter it is.
    fn dot(&mut self, x: usize, hz: f32, brightness: f32) {
        let y = (1.0 - self.height(hz)) * (HEIGHT - 1) as f32;
        if !(0.0..=(HEIGHT - 1) as f32).contains(&y) || brightness <= 0.0 {
            return;
        }
        let radius = THINNEST + (THICKEST - THINNEST) * brightness / 255.0;
        let rows = (y - radius).ceil().max(0.0) as usize..=(y + radius) as usize;
        for row in rows.take_while(|&row| row < HEIGHT) {
            let part = (row as f32 - y) / radius;
            let texel = &mut self.partials[row * WIDTH + x];
            *texel = (*texel).max((brightness * (1.0 - part * part)) as u8);
        }
    }

    fn draw_noise(&mut self, rows: &BankRows, loudest_db: f32) {
        let (sound, noise) = (rows.sound(), rows.noise());
        if noise.is_empty() || sound.noise_hop_s <= 0.0 {
            return;
        }
        let edges = noise_edges_hz();
        let octaves = (self.highest_hz / self.lowest_hz).log2();
        let band_of_row: Vec<Option<usize>> = (0..HEIGHT)
            .map(|row| {
                let height = 1.0 - row as f32 / (HEIGHT - 1) as f32;
                let hz = f64::from(self.lowest_hz * (height * octaves).exp2());
                let band = edges.partition_point(|edge| *edge <= hz);
                (1..=NOISE_BANDS).contains(&band).then(|| band - 1)
            })
            .collect();
        // A full-scale sine has a power of a half.
        let peak_db = 10.0 * (2.0 * sound.noise_peak).max(1e-30).log10() as f32;
        for x in 0..WIDTH {
            let time_s = (x as f64 + 0.5) / WIDTH as f64 * sound.duration_s;
            let frame = (time_s / sound.noise_hop_s).round() as usize;
            let Some(codes) = noise.get(frame.min(noise.len() - 1)) else {
                continue;
            };
            for (row, band) in band_of_row.iter().enumerate() {
                if let Some(band) = *band {
                    let db = peak_db + codes::level_db(codes[band]) as f32;
                    self.noise[row * WIDTH + x] = brightness(db + NOISE_DB - loudest_db) as u8;
                }
            }
        }
    }
}

/// Texels that a frame is wide.
fn frame_texels(sound: &BankSound) -> f64 {
    let duration_s = sound.duration_s.max(sound.grid.hop_s());
    WIDTH as f64 * sound.grid.hop_s() / duration_s
}

/// Brightness of a level below the loudest, 0 to 255.
fn brightness(db: f32) -> f32 {
    255.0 * (1.0 + db / RANGE_DB).clamp(0.0, 1.0)
}

/// A partial from a frame to the next.
struct TrackSegment {
    frame: u32,
    hz: f32,
    from_db: f32,
    to_db: f32,
}

/// All partials of all frames; `None` if it is to stop.
fn each_segment(
    rows: &BankRows,
    is_over: &AtomicBool,
    mut take: impl FnMut(&TrackSegment),
) -> Option<()> {
    let sound = rows.sound();
    let scale_db = 20.0 * sound.full_scale.max(1e-30).log10() as f32;
    let db = |code: u16| {
        let step_db = codes::AMPLITUDE_RANGE_DB as f32 / f32::from(u16::MAX);
        match code {
            0 => f32::NEG_INFINITY,
            code => scale_db + f32::from(code) * step_db - codes::AMPLITUDE_RANGE_DB as f32,
        }
    };
    let mut sounds = vec![false; sound.slots as usize];
    let mut ended: Vec<usize> = Vec::new();
    let mut events = rows.events().iter().peekable();
    for frame in 0..sound.frames {
        if frame % LOOK == 0 && is_over.load(Ordering::Relaxed) {
            return None;
        }
        while let Some(event) = events.next_if(|event| event.frame <= frame) {
            let slot = usize::from(event.slot);
            match event.kind {
                SlotEvent::BIRTH => sounds[slot] = true,
                _ => ended.push(slot),
            }
        }
        let (here, next) = (rows.amplitudes(frame), rows.amplitudes(frame + 1));
        let all = here.iter().zip(rows.frequencies(frame)).enumerate();
        for (slot, (code, frequency)) in all.filter(|(slot, _)| sounds.get(*slot) == Some(&true)) {
            take(&TrackSegment {
                frame,
                hz: codes::frequency_hz(*frequency) as f32,
                from_db: db(*code),
                to_db: db(next.get(slot).copied().unwrap_or(0)),
            });
        }
        for slot in ended.drain(..) {
            sounds[slot] = false;
        }
    }
    Some(())
}

/// The frequencies that are shown, and the level of the loudest partial in dB; `None` if it is to stop.
fn extent(rows: &BankRows, is_over: &AtomicBool) -> Option<(f32, f32, f32)> {
    let mut loudest_db = f32::NEG_INFINITY;
    each_segment(rows, is_over, |segment| {
        loudest_db = loudest_db.max(segment.from_db).max(segment.to_db);
    })?;
    let (mut lowest, mut highest) = (f32::INFINITY, 0.0_f32);
    each_segment(rows, is_over, |segment| {
        if segment.from_db.max(segment.to_db) > loudest_db - COUNTED_DB {
            lowest = lowest.min(segment.hz);
            highest = highest.max(segment.hz);
        }
    })?;
    if highest == 0.0 {
        // Noise alone.
        return Some((30.0, 16_000.0, loudest_db.max(-60.0)));
    }
    let (lowest, highest) = (0.8 * lowest, 1.3 * highest);
    let missing = (LEAST_OCTAVES - (highest / lowest).log2()).max(0.0);
    let lowest = lowest * (-0.25 * missing).exp2();
    let highest = highest * (0.75 * missing).exp2();
    Some((lowest.max(20.0), highest.min(20_480.0), loudest_db))
}

/// A picture that is being drawn. Dropped, it is given up; nobody waits.
pub struct PictureJob {
    /// `None` once it is over.
    job: Option<Job<Option<TracksPicture>>>,
}

impl PictureJob {
    /// Begins to draw a sound of a bank; without a thread for it there is no picture. Dropped before it is over, it
    /// leaves its thread to `ending_threads`.
    pub fn start(
        bank: Arc<TrackBank>,
        sound: usize,
        ending_threads: Arc<EndingThreads>,
    ) -> PictureJob {
        let draw = move |is_over: &AtomicBool| TracksPicture::draw(&bank, sound, is_over);
        PictureJob {
            job: Job::start("aliquot picture", ending_threads, draw).ok(),
        }
    }

    /// The picture, once, when it is done. Does not wait for it.
    pub fn take(&mut self) -> Option<TracksPicture> {
        let outcome = self.job.as_mut()?.take_outcome()?;
        self.job = None;
        outcome.flatten()
    }

    /// Whether it is still being drawn.
    pub fn is_under_way(&self) -> bool {
        self.job.is_some()
    }
}

impl EditorModel {
    /// Begins to draw a sound of a bank.
    pub fn begin_picture(&self, bank: &Arc<TrackBank>, sound: usize) -> PictureJob {
        let ending_threads = self.params.ending_threads().clone();
        PictureJob::start(bank.clone(), sound, ending_threads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::bank;
    use crate::tracks::bank_file::FrameGrid;
    use crate::tracks::{Breakpoint, Track, Tracks};

    fn picture(bank: &Arc<TrackBank>) -> TracksPicture {
        let mut job = PictureJob::start(bank.clone(), 0, Arc::default());
        while job.is_under_way() {
            if let Some(picture) = job.take() {
                return picture;
            }
            std::thread::yield_now();
        }
        panic!("no picture");
    }

    /// The brightest row of a column, and how bright it is.
    fn brightest(picture: &TracksPicture, x: usize) -> (usize, u8) {
        let column = (0..HEIGHT).map(|row| (row, picture.partials[row * WIDTH + x]));
        column.max_by_key(|(_, value)| *value).expect("rows")
    }

    #[test]
    fn partials_are_where_their_frequencies_are() {
        let picture = picture(&bank(440.0, 1.0));
        for hz in [440.0, 880.0, 1_320.0] {
            let row = ((1.0 - picture.height(hz)) * (HEIGHT - 1) as f32).round() as usize;
            for x in [10, WIDTH / 2, WIDTH - 20] {
                assert!(picture.partials[row * WIDTH + x] > 200, "{hz} Hz at {x}");
                assert_eq!(picture.partials[(row - 6) * WIDTH + x], 0, "above {hz} Hz");
            }
        }
        assert!(picture.noise.iter().all(|&value| value == 0));
    }

    #[test]
    fn a_partial_is_drawn_while_it_sounds_and_as_loud_as_it_is() {
        let point = |time_s, hz, amplitude| Breakpoint::new(time_s, hz, amplitude).with_phase(0.0);
        let track = |breakpoints| Track {
            label: None,
            breakpoints,
        };
        let tracks = Tracks {
            duration_s: 1.0,
            tracks: vec![
                track(vec![point(0.0, 150.0, 0.5), point(0.5, 150.0, 0.5)]),
                track(vec![point(0.5, 150.0, 0.005), point(1.0, 150.0, 0.005)]),
            ],
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: 48_000.0,
            hop: 256,
        };
        let bank = TrackBank::from_tracks(&tracks, grid).expect("small").0;
        let picture = picture(&Arc::new(bank));
        let (row, first) = brightest(&picture, WIDTH / 4);
        let (same, second) = brightest(&picture, 3 * WIDTH / 4);
        assert!(row.abs_diff(same) <= 1);
        // 40 of 66 dB fainter.
        assert!(
            first > 245 && (90..=105).contains(&second),
            "{first} {second}"
        );
    }

    /// Frames that are 1.6 texels wide, whose ends are not rounded alike.
    #[test]
    fn a_partial_that_sounds_on_has_no_gaps() {
        let track = Track {
            label: None,
            breakpoints: [0.0, 1.5]
                .map(|time_s| Breakpoint::new(time_s, 440.0, 0.5))
                .to_vec(),
        };
        let tracks = Tracks {
            duration_s: 1.5,
            tracks: vec![track],
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: 48_000.0,
            hop: 128,
        };
        let bank = TrackBank::from_tracks(&tracks, grid).expect("small").0;
        let picture = picture(&Arc::new(bank));
        let gaps: Vec<usize> = (0..WIDTH - 2)
            .filter(|&x| brightest(&picture, x).1 < 200)
            .collect();
        assert_eq!(gaps, [0; 0]);
    }

    #[test]
    fn a_bank_without_partials_has_a_picture_too() {
        let tracks = Tracks {
            duration_s: 0.5,
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: 48_000.0,
            hop: 256,
        };
        let bank = TrackBank::from_tracks(&tracks, grid).expect("small").0;
        let picture = picture(&Arc::new(bank));
        assert!(picture.partials.iter().all(|&value| value == 0));
        assert!(picture.highest_hz > picture.lowest_hz);
    }
}
