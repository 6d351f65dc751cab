//! How loud each key sounds, and the gradient that shows it on those that are held.

use egui::{Color32, Mesh, Rect};

use crate::editor::model::spectrum::pitch::power_db;
use crate::synth::Snapshot;

/// From the level, dB of full scale, at which the gradient is shortest to that at which it is as long as the key.
const LEVELS_DB: (f32, f32) = (-60.0, -6.0);
/// The shortest gradient, as a part of the key: a key that is held and not heard is seen as well.
const SHORTEST: f32 = 0.3;

/// The power of each key's voices.
pub struct KeyPowers([f32; 128]);

impl KeyPowers {
    pub fn of(snapshot: &Snapshot) -> KeyPowers {
        let mut powers = [0.0; 128];
        for (voice, partials) in snapshot.voices() {
            if let Some(power) = powers.get_mut(usize::from(voice.key)) {
                *power += partials.iter().map(|partial| partial.power()).sum::<f32>();
            }
        }
        KeyPowers(powers)
    }

    /// How far down a held key its gradient reaches, as a part of the key.
    pub fn reach(&self, key: u8) -> f32 {
        let power = self.0.get(usize::from(key)).copied().unwrap_or(0.0);
        let level = egui::remap_clamp(power_db(power), LEVELS_DB.0..=LEVELS_DB.1, 0.0..=1.0);
        SHORTEST + (1.0 - SHORTEST) * level
    }
}

/// Adds the gradient over a key, from its top down to a part of it.
pub fn add(mesh: &mut Mesh, key: Rect, reach: f32, color: Color32) {
    let place = key.with_max_y(key.top() + reach * key.height());
    let first = mesh.vertices.len() as u32;
    for (at, color) in [
        (place.left_top(), color),
        (place.right_top(), color),
        (place.right_bottom(), Color32::TRANSPARENT),
        (place.left_bottom(), Color32::TRANSPARENT),
    ] {
        mesh.colored_vertex(at, color);
    }
    mesh.add_triangle(first, first + 1, first + 2);
    mesh.add_triangle(first, first + 2, first + 3);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::engine::snapshot_of;
    use crate::synth::{Param, Patch};

    #[test]
    fn the_louder_a_key_the_farther_the_gradient_reaches() {
        let reach = |level_db: f32, keys: &[u8]| {
            let mut patch = Patch::default();
            patch.set(Param::LEVEL, level_db);
            patch.set(Param::AMP_ATTACK, 0.0);
            let powers = KeyPowers::of(&snapshot_of(&patch, keys));
            [60, 67].map(|key| powers.reach(key))
        };
        assert_eq!(reach(0.0, &[]), [SHORTEST; 2]);
        let [loud, silent] = reach(0.0, &[60]);
        assert_eq!(silent, SHORTEST);
        let [soft, _] = reach(-18.0, &[60]);
        assert!(loud <= 1.0 && soft > SHORTEST, "{loud} {soft}");
        // As far as 18 of the decibels that are shown.
        let expected = 18.0 / (LEVELS_DB.1 - LEVELS_DB.0) * (1.0 - SHORTEST);
        assert!((loud - soft - expected).abs() < 1e-3, "{loud} {soft}");
        let [one, other] = reach(0.0, &[60, 67]);
        assert!((one - loud).abs() < 0.02 && other > SHORTEST);
    }
}
