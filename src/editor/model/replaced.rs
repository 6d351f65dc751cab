//! How the player plays, where a preset has replaced it: the settings of playing and the scale. The next preset that
//! does not have its own brings the player's back.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::scale::TuningSet;
use crate::synth::Param;

/// A value of the player's and the one that a preset has put in its place.
#[derive(Clone, Debug)]
struct Replacement<T> {
    players: T,
    presets: T,
}

/// The value to load where `now` is set and the next preset has its own or none. `now` is the player's unless it is
/// still what the last preset has put there.
fn load<T: Clone + PartialEq>(
    replacement: &mut Option<Replacement<T>>,
    now: T,
    presets: Option<T>,
) -> T {
    let players = match replacement.take() {
        Some(last) if last.presets == now => last.players,
        _ => now,
    };
    let Some(presets) = presets else {
        return players;
    };
    *replacement = Some(Replacement {
        players,
        presets: presets.clone(),
    });
    presets
}

/// What presets have replaced. It is forgotten with the window.
#[derive(Debug, Default)]
pub(super) struct Replaced {
    settings: BTreeMap<Param, Option<Replacement<f32>>>,
    scale: Option<Replacement<Option<Arc<TuningSet>>>>,
}

impl Replaced {
    /// The normalised value of a setting to load; `now` and `presets` are values that the parameter can have.
    pub(super) fn setting(&mut self, param: Param, now: f32, presets: Option<f32>) -> f32 {
        load(self.settings.entry(param).or_default(), now, presets)
    }

    /// The scale to load.
    pub(super) fn scale(
        &mut self,
        now: Option<Arc<TuningSet>>,
        presets: Option<Arc<TuningSet>>,
    ) -> Option<Arc<TuningSet>> {
        load(&mut self.scale, now, presets.map(Some))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_players_value_comes_back() {
        let mut replaced = Replaced::default();
        let mut setting = |now, presets| replaced.setting(Param::A4, now, presets);
        assert_eq!(setting(0.1, None), 0.1);
        assert_eq!(setting(0.1, Some(0.2)), 0.2);
        assert_eq!(setting(0.2, Some(0.3)), 0.3);
        assert_eq!(setting(0.3, None), 0.1, "past two presets");
        assert_eq!(setting(0.1, Some(0.2)), 0.2);
        assert_eq!(setting(0.5, None), 0.5, "set by hand since");
        assert_eq!(setting(0.2, None), 0.2, "once only");
    }
}
