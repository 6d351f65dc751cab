//! The breath and the room of single partials, as routes move them.
//!
//! Motion makes them heard (`motion/breath.rs`, `motion/room.rs`), since they are of every block, and the
//! frame of most rests.

use super::{SpectrumStage, tier};
use crate::at_level;
use crate::dsp::maths::{at_least, at_most};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::parameter::{MAX_PARTIALS, Param};
use crate::synth::partials::fan::set_offsets;
use crate::synth::partials::{Arrays, Context, Frame, PartialArray};

/// The routes at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    instant: u64,
    /// The breath of the voice itself, 0 to 1, where routes move that of partials.
    breath: Option<f32>,
    /// The room of the voice itself, 0 to 1, where routes move that of partials.
    room: Option<f32>,
}

impl Stage {
    fn writes(&self) -> Arrays {
        let breath = Arrays::BREATH.only_if(self.breath.is_some());
        breath | Arrays::ROOM.only_if(self.room.is_some())
    }
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::NONE;
    const WRITES: Arrays = Arrays::BREATH.and(Arrays::ROOM);
    const TIER: u8 = tier::BEYOND_PLAIN;

    fn read(values: &VoiceValues, context: &Context) -> Option<Stage> {
        let moved = |destination, param| {
            let is_moved = context.routes.move_any(destination);
            is_moved.then(|| values.get(param))
        };
        let breath = moved(PartialDestination::Breath, Param::BREATH);
        let room = moved(PartialDestination::Room, Param::ROOM_AMOUNT);
        (breath.is_some() || room.is_some()).then_some(Stage {
            instant: context.routes_instant,
            breath,
            room,
        })
    }

    fn changed(&self, before: &Stage) -> Arrays {
        if self == before {
            Arrays::NONE
        } else {
            self.writes() | before.writes()
        }
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let len = frame.copy_len();
        let (mut breaths, mut rooms) = ([0.0; MAX_PARTIALS], [0.0; MAX_PARTIALS]);
        let (breaths, rooms) = (&mut breaths[..len], &mut rooms[..len]);
        match (self.breath, self.room) {
            (Some(_), Some(_)) => {
                let both = [PartialDestination::Breath, PartialDestination::Room];
                set_offsets(both, context, frame, [&mut *breaths, &mut *rooms]);
            }
            (Some(_), None) => {
                set_offsets(
                    [PartialDestination::Breath],
                    context,
                    frame,
                    [&mut *breaths],
                );
            }
            (None, _) => set_offsets([PartialDestination::Room], context, frame, [&mut *rooms]),
        }
        let counts = (frame.padded_count(), frame.used_count());
        if let Some(amount) = self.breath {
            write_amounts(context.level, amount, breaths, counts, &mut frame.breath);
        }
        if let Some(amount) = self.room {
            write_amounts(context.level, amount, rooms, counts, &mut frame.room);
        }
    }
}

/// Writes the amounts of partials: for the first `all`, the voice's `amount` and the partial's offset; for the
/// others in use, `amount` alone.
fn write_amounts(
    level: SimdLevel,
    amount: f32,
    offsets: &[f32],
    (all, used): (usize, usize),
    amounts: &mut PartialArray,
) {
    let (amounts, rest) = amounts.write(used).split_at_mut(all);
    for amounts in amounts.chunks_exact_mut(offsets.len().max(1)) {
        set_amounts(level, amount, offsets, amounts);
    }
    rest.fill(amount);
}

at_level! {
    fn set_amounts(amount: f32, offsets: &[f32], amounts: &mut [f32]) {
        for (of_partial, offset) in amounts.iter_mut().zip(offsets) {
            *of_partial = at_least(at_most(amount + offset, 1.0), 0.0);
        }
    }
}
