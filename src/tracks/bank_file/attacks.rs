//! How long the attacks of a sound take, by the amplitudes of its partials.
//!
//! The power at a frame is the sum of the squares of its amplitudes. An attack is over at the first frame
//! after the onset at which it is within 0.45 dB (a twentieth of the level) of the most in the 80 ms after the
//! onset, or until 3 ms before the next onset, and 10 ms: partials beat, so the sound may be at nine tenths of its own
//! peak a little later.

use super::{BankRows, codes};
use crate::tracks::warp::{AnchorReach, TimeWarp};

const WITHIN_S: f64 = 0.08;
/// What comes so shortly before the next onset may be part of that.
const BEFORE_NEXT_S: f64 = 0.003;
/// A part of the largest power: 95 % of the level.
const SHARE: f64 = 0.9;
const BEYOND_S: f64 = 0.01;

impl BankRows<'_> {
    /// The warp of the sound's time, for a voice that plays it at any speed: around each onset, as far as
    /// its attack goes. It allocates and reads all frames around onsets: not for the audio thread.
    pub fn time_warp(&self, reach: AnchorReach) -> TimeWarp {
        let sound = self.sound();
        let onsets = sound.onsets_s.iter().copied();
        let attacks = onsets.map(|onset_s| (onset_s, self.attack_s(onset_s)));
        TimeWarp::with_attacks(attacks, sound.duration_s, reach)
    }

    /// Seconds from an onset to the end of its attack.
    pub(super) fn attack_s(&self, onset_s: f64) -> f64 {
        let hop_s = self.sound().grid.hop_s();
        let frame = |time_s: f64| libm::ceil(time_s / hop_s) as u32;
        let last = self.sound().frames;
        let later = self.sound().onsets_s.iter().filter(|next| **next > onset_s);
        let next_s = later.fold(f64::INFINITY, |first, next| first.min(*next));
        let end_s = (onset_s + WITHIN_S)
            .min(next_s - BEFORE_NEXT_S)
            .max(onset_s);
        let frames = frame(onset_s).min(last)..frame(end_s).min(last - 1) + 1;
        let powers: Vec<f64> = frames.clone().map(|frame| self.power(frame)).collect();
        let most = powers.iter().copied().fold(0.0, f64::max);
        let end = powers.iter().position(|power| *power >= SHARE * most);
        let end = f64::from(frames.start) + end.unwrap_or(0) as f64;
        end * hop_s - onset_s + BEYOND_S
    }

    /// Sum of the squares of the amplitudes at a frame, of full scale 1.
    fn power(&self, frame: u32) -> f64 {
        let amplitudes = self.amplitudes(frame).iter();
        let square = |code: &u16| codes::amplitude(*code) * codes::amplitude(*code);
        amplitudes.map(square).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracks::bank_file::{FrameGrid, TrackBank};
    use crate::tracks::{Breakpoint, Track, Tracks};

    /// A partial from `start_s` on that is loudest `rise_s` later, at this amplitude.
    fn blow(start_s: f64, rise_s: f64, amplitude: f64) -> Track {
        let point =
            |since_s: f64, amplitude: f64| Breakpoint::new(start_s + since_s, 440.0, amplitude);
        Track {
            label: None,
            breakpoints: vec![point(0.0, 0.0), point(rise_s, amplitude), point(0.4, 0.0)],
        }
    }

    fn bank(onsets_s: &[f64], tracks: Vec<Track>) -> TrackBank {
        let tracks = Tracks {
            duration_s: 2.0,
            tracks,
            onsets_s: onsets_s.to_vec(),
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: 44_100.0,
            hop: 64,
        };
        TrackBank::from_tracks(&tracks, grid).expect("a bank").0
    }

    #[test]
    fn anchors_are_as_long_as_attacks() {
        let blows = [(0.1, 0.004), (0.6, 0.05), (1.1, 0.3)];
        let tracks = blows.map(|(start_s, rise_s)| blow(start_s, rise_s, 0.5));
        let bank = bank(&blows.map(|(start_s, _)| start_s), tracks.to_vec());
        let rows = bank.rows(0).expect("a sound");
        let warp = rows.time_warp(AnchorReach::default());
        // 95 % of a rise of 50 ms is at 47.5 ms; the third still rises at 60 ms.
        for (anchor, length_s) in warp.anchors().iter().zip([0.025, 0.057_5, 0.06]) {
            let found_s = anchor.end_s - anchor.start_s - 0.003;
            assert!((found_s - length_s).abs() < 0.002, "{anchor:?}");
        }
    }

    /// The rise to a louder note that follows is no part of an attack.
    #[test]
    fn an_attack_ends_before_the_next_onset() {
        let onsets_s = [0.1, 0.17];
        let tracks = vec![blow(0.1, 0.004, 0.5), blow(0.17, 0.004, 0.8)];
        let bank = bank(&onsets_s, tracks);
        let rows = bank.rows(0).expect("a sound");
        for onset_s in onsets_s {
            let attack_s = rows.attack_s(onset_s);
            assert!((attack_s - 0.014).abs() < 0.002, "{onset_s}: {attack_s}");
        }
    }
}
