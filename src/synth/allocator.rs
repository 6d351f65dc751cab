//! Which voice a note gets, and which one gives way.
//!
//! A note that finds all voices taken steals one: of the released ones, else of all, the quietest;
//! of about equally quiet ones the oldest. The stolen voice sounds on to the next tick and fades out
//! over the block after it, beside the new one, so there are more slots than voices.

use super::ensemble::{Ensemble, slots};
use super::voice::{Life, Voice};

/// Voices in use that are not on their way out.
fn counts(voice: &Voice) -> bool {
    matches!(voice.life(), Life::Pending | Life::Sounding)
}

/// How many voices count against the limit.
pub fn taken(ensemble: &Ensemble) -> usize {
    ensemble.iter().filter(|voice| counts(voice)).count()
}

/// Loudness in steps of 1.2 to 1.8 dB: an f32's exponent and the first bit of its fraction. Finer
/// differences would let a new high note give way before an old low one.
fn loudness_step(voice: &Voice) -> u32 {
    voice.power().to_bits() >> 22
}

/// The voice that gives way next, or `None` when none counts.
pub fn victim(ensemble: &Ensemble) -> Option<usize> {
    let candidates = ensemble
        .iter()
        .enumerate()
        .filter(|(_, voice)| counts(voice));
    candidates
        .min_by_key(|(_, voice)| (!voice.is_released(), loudness_step(voice), voice.age))
        .map(|(slot, _)| slot)
}

/// A slot for a new voice under a limit of so many: an idle one, or where every slot is taken by
/// voices and fading ones, the quietest of those that fade. `None` only if every slot counts.
pub fn slot(ensemble: &Ensemble, limit: usize) -> Option<usize> {
    // Of the limit, not of the memory: what there is room for must not change the sound.
    let slots = slots(limit).min(ensemble.slots());
    let used = || ensemble.iter().take(slots).enumerate();
    used()
        .find(|(_, voice)| voice.life() == Life::Idle)
        .map(|(slot, _)| slot)
        .or_else(|| Some(ensemble.used_slots()).filter(|&slot| slot < slots))
        .or_else(|| {
            used()
                .filter(|(_, voice)| voice.life() == Life::Fading)
                .min_by(|(_, a), (_, b)| a.power().total_cmp(&b.power()))
                .map(|(slot, _)| slot)
        })
}
