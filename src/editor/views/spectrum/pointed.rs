//! What the pointer or the keyboard is on, and how it is described.

use egui::Pos2;

use super::canvas::{Canvas, FLOOR_DB};
use crate::editor::model::EditorModel;
use crate::editor::model::spectrum::axis::Measure;
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::model::spectrum::pitch::{db_text, hz_text, key_name, power_db};
use crate::editor::model::value_text::current_text;
use crate::synth::display::lowest_voice;
use crate::synth::parameter::{EDITABLE_PARTIALS, SPECTRA};
use crate::synth::{PartialSnapshot, Snapshot, Values, VoiceSnapshot};

/// How near to a partial on a frequency axis counts as pointing at it, points.
const NEAR: f32 = 8.0;

/// The bar under the pointer.
pub fn pointed_bar(canvas: &Canvas, at: Pos2) -> Option<usize> {
    let n = canvas.partial(at.x);
    let reach = (canvas.bar_width(n) / 2.0 + 3.0).max(match canvas.axis.measure() {
        Measure::Number => 0.0,
        _ => NEAR,
    });
    ((canvas.middle(n) - at.x).abs() <= reach).then_some(n)
}

/// A partial that the help line describes.
pub struct Pointed<'a> {
    n: usize,
    /// The frequency that it has, or would have.
    hz: f32,
    /// The voice that it is of, and the partial there; `None` while it is silent.
    sounds: Option<(&'a VoiceSnapshot, &'a PartialSnapshot)>,
    /// How many voices have it.
    voices: usize,
}

impl<'a> Pointed<'a> {
    /// The partial of this number: of the voice in which it is loudest.
    pub fn at(n: usize, canvas: &Canvas, snapshot: &'a Snapshot) -> Pointed<'a> {
        let of_voices = || {
            snapshot
                .voices()
                .filter_map(|(voice, partials)| {
                    Some((voice, voice.first_copy(partials).get(n - 1)?))
                })
                .filter(|(_, partial)| partial.power() > 0.0)
        };
        let sounds = of_voices().max_by(|(_, a), (_, b)| a.power().total_cmp(&b.power()));
        let silent_hz = canvas.reference.bar_hz(n);
        Pointed {
            n,
            hz: sounds.map_or(silent_hz, |(_, partial)| partial.frequency_hz),
            voices: of_voices().count(),
            sounds,
        }
    }

    /// The partial of this number of the voice whose partials the bars stand at.
    fn of_the_lowest(n: usize, canvas: &Canvas, snapshot: &'a Snapshot) -> Pointed<'a> {
        let sounds = lowest_voice(snapshot)
            .and_then(|(voice, partials)| Some((voice, voice.first_copy(partials).get(n - 1)?)))
            .filter(|(_, partial)| partial.power() > 0.0);
        Pointed {
            n,
            hz: canvas.reference.bar_hz(n),
            sounds,
            voices: 1,
        }
    }

    /// The lines that describe it.
    pub fn lines(&self, canvas: &Canvas, model: &EditorModel, values: &Values) -> Vec<String> {
        let mut lines = vec![format!(
            "Partial {}   {}   {}",
            self.n,
            hz_text(self.hz),
            canvas.note_names.name(self.hz)
        )];
        lines.push(match self.sounds {
            Some((voice, partial)) => {
                let level = db_text(power_db(partial.power()), FLOOR_DB);
                let of = match self.voices {
                    1 => key_name(i32::from(voice.key)),
                    count => format!("{}, loudest of {count}", key_name(i32::from(voice.key))),
                };
                format!("Sounds {level}, {} (voice {of})", pan_text(partial))
            }
            None => "Silent".to_owned(),
        });
        if self.n <= EDITABLE_PARTIALS {
            let drawn = Layer::ALWAYS.map(|(layer, name)| {
                format!("{name} {}", current_text(layer.param(self.n), model))
            });
            lines.push(drawn.join("   "));
        }
        for spectrum in 0..SPECTRA {
            let drawn = [Layer::Colour(spectrum), Layer::Body(spectrum)].into_iter();
            let drawn: Vec<String> = drawn
                .filter(|layer| layer.is_used(values))
                .map(|layer| {
                    let text = current_text(layer.param(self.n), model);
                    format!("{} {text}", layer.name())
                })
                .collect();
            if !drawn.is_empty() {
                lines.push(drawn.join("   "));
            }
        }
        lines
    }
}

/// What the pointer is on: by number, the column; by frequency, the nearest partial that sounds, or
/// else the nearest bar.
pub fn pointed<'a>(canvas: &Canvas, snapshot: &'a Snapshot, at: Pos2) -> Option<Pointed<'a>> {
    let room = canvas.extent();
    if canvas.axis.measure() == Measure::Number {
        let n = canvas.axis.value(at.x, room).round().max(1.0) as usize;
        return Some(Pointed::at(n, canvas, snapshot));
    }
    let nearest = snapshot
        .voices()
        .flat_map(|(voice, partials)| {
            let partials = partials.iter().enumerate();
            partials.map(move |(place, partial)| (voice, voice.number(place), partial))
        })
        .filter(|(_, _, partial)| power_db(partial.power()) > FLOOR_DB)
        .map(|found| {
            (
                (canvas.axis.x(found.2.frequency_hz, room) - at.x).abs(),
                found,
            )
        })
        .filter(|(distance, _)| *distance <= NEAR)
        .min_by(|(a, _), (b, _)| a.total_cmp(b));
    match nearest {
        Some((_, (voice, n, partial))) => Some(Pointed {
            n,
            hz: partial.frequency_hz,
            sounds: Some((voice, partial)),
            voices: 1,
        }),
        None => pointed_bar(canvas, at).map(|n| Pointed::of_the_lowest(n, canvas, snapshot)),
    }
}

/// Where a partial sounds, from its two gains.
fn pan_text(partial: &PartialSnapshot) -> String {
    // At equal power the angle goes from 0, left, to a quarter turn, right.
    let angle = libm::atan2f(partial.right.abs(), partial.left.abs());
    let pan = angle / std::f32::consts::FRAC_PI_4 - 1.0;
    let percent = (100.0 * pan).round();
    match percent {
        percent if percent < 0.0 => format!("{:.0} % left", -percent),
        percent if percent > 0.0 => format!("{percent:.0} % right"),
        _ => "centre".to_owned(),
    }
}
