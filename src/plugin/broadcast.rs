//! What MTS-ESP says of keys, for the engine.

use crate::dsp::simd_level::SimdLevel;
use crate::mts_esp::MtsClient;
#[cfg(feature = "editor")]
use crate::mts_esp::MtsWatch;
use crate::synth::tuning::{Addressed, KEYS, LiveTable, pitches_of_hz};

/// Channels, and what counts for those without a table of their own.
const TABLES: usize = 17;
const COMMON: usize = 16;

/// A client of MTS-ESP, and the frequencies that it said last.
pub struct Broadcast {
    client: MtsClient,
    /// Hz, by table and key; not-a-number before the first.
    heard_hz: Box<[[f64; KEYS]; TABLES]>,
    level: SimdLevel,
}

impl Broadcast {
    /// Not for the audio thread.
    pub fn new() -> Broadcast {
        Broadcast {
            client: MtsClient::new(),
            heard_hz: Box::new([[f64::NAN; KEYS]; TABLES]),
            level: SimdLevel::chosen(),
        }
    }

    /// For the window.
    #[cfg(feature = "editor")]
    pub fn watch(&self) -> MtsWatch {
        self.client.watch()
    }

    /// Whether the library is to be asked for its sake: while the host has it active. It may block: not for the audio
    /// thread.
    pub fn set_listening(&mut self, is_listening: bool) {
        self.client.set_listening(is_listening);
    }

    /// What it said is to be said again, to another engine. Not needed for one that has heard all of it.
    pub fn forget(&mut self) {
        *self.heard_hz = [[f64::NAN; KEYS]; TABLES];
    }

    /// Writes what MTS-ESP says now; where it says nothing of a key, that has its pitch of twelve equal
    /// steps. Once a buffer: a master in the same host says something new once a buffer at most. Neither waits
    /// nor allocates.
    pub fn write(&mut self, table: &mut LiveTable) {
        let is_online = self.client.is_online();
        if !is_online && !table.is_there() {
            return;
        }
        table.set_there(is_online);
        table.reach_sounding();
        if !is_online {
            return;
        }
        let own = self.client.channels_with_tables();
        table.set_period(Some(12.0 * libm::log2(self.client.period_ratio())));
        table.set_own_channels(own);
        // A channel without a table of its own has been given the common one.
        for channel in (0..COMMON).filter(|channel| own >> channel & 1 == 0) {
            self.heard_hz[channel] = [f64::NAN; KEYS];
        }
        for place in (0..TABLES).filter(|&place| place == COMMON || own >> place & 1 == 1) {
            let channel = (place != COMMON).then_some(place as u8);
            let addressed = match channel {
                Some(channel) => Addressed::Channels(1 << channel),
                None => Addressed::Common,
            };
            // 0 where it says nothing.
            let hz =
                std::array::from_fn(|key| self.client.key_hz(channel, key as u8).unwrap_or(0.0));
            if self.heard_hz[place] != hz {
                self.heard_hz[place] = hz;
                let mut pitches = pitches_of_hz(self.level, &hz);
                for (key, pitch) in pitches.iter_mut().enumerate() {
                    if hz[key] == 0.0 {
                        *pitch = key as f64;
                    }
                }
                table.tune_all(addressed, &pitches);
            }
        }
        // Filters are by channel even where the table is common.
        table.set_mapped(Addressed::Common, !self.client.filtered_keys(None));
        for channel in 0..COMMON as u8 {
            let mapped = !self.client.filtered_keys(Some(channel));
            table.set_mapped(Addressed::Channels(1 << channel), mapped);
        }
    }
}
