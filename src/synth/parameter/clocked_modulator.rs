//! The modulators that run by clocks, whose speeds routes move.

use super::{CURVES, CurveParams, LFOS, LfoParams, Param, SEQUENCES, SequenceParams};

/// A modulator that runs by a clock: its kind, and its number from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockedModulator {
    /// One of the LFOs.
    Lfo(usize),
    /// One of the sequences.
    Sequence(usize),
    /// One of the curves.
    Curve(usize),
}

impl ClockedModulator {
    /// How many there are.
    pub const COUNT: usize = LFOS + SEQUENCES + CURVES;

    /// All of them.
    pub const ALL: [ClockedModulator; ClockedModulator::COUNT] = {
        let mut clocks = [ClockedModulator::Lfo(1); ClockedModulator::COUNT];
        let mut index = 0;
        while index < ClockedModulator::COUNT {
            clocks[index] = if index < LFOS {
                ClockedModulator::Lfo(index + 1)
            } else if index < LFOS + SEQUENCES {
                ClockedModulator::Sequence(index + 1 - LFOS)
            } else {
                ClockedModulator::Curve(index + 1 - LFOS - SEQUENCES)
            };
            index += 1;
        }
        clocks
    };

    /// Its place in [`ClockedModulator::ALL`].
    pub const fn index(self) -> usize {
        match self {
            ClockedModulator::Lfo(number) => number - 1,
            ClockedModulator::Sequence(number) => LFOS + number - 1,
            ClockedModulator::Curve(number) => LFOS + SEQUENCES + number - 1,
        }
    }

    /// The one that this parameter sets the speed of.
    pub fn of_param(param: Param) -> Option<ClockedModulator> {
        ClockedModulator::ALL
            .into_iter()
            .find(|clock| clock.params().contains(&param))
    }

    /// What sets its speed: without the song's tempo, and with it.
    fn params(self) -> [Param; 2] {
        match self {
            ClockedModulator::Lfo(number) => {
                let lfo = LfoParams::of(number);
                [lfo.rate, lfo.division]
            }
            ClockedModulator::Sequence(number) => [SequenceParams::of(number).division; 2],
            ClockedModulator::Curve(number) => {
                let curve = CurveParams::of(number);
                [curve.time, curve.division]
            }
        }
    }

    /// The name of its speed.
    pub const fn speed_label(self) -> &'static str {
        const LABELS: [&str; ClockedModulator::COUNT] = [
            "LFO 1 Rate",
            "LFO 2 Rate",
            "LFO 3 Rate",
            "LFO 4 Rate",
            "Sequence 1 Speed",
            "Sequence 2 Speed",
            "Curve 1 Speed",
            "Curve 2 Speed",
            "Curve 3 Speed",
            "Curve 4 Speed",
        ];
        LABELS[self.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_has_its_place_its_name_and_its_controls() {
        for (index, clock) in ClockedModulator::ALL.into_iter().enumerate() {
            assert_eq!(clock.index(), index);
            for param in clock.params() {
                assert_eq!(ClockedModulator::of_param(param), Some(clock));
                let label = clock.speed_label();
                let modulator = label.rsplit_once(' ').map_or("", |(words, _)| words);
                assert!(param.row().name.starts_with(modulator), "{label}");
            }
        }
        assert_eq!(ClockedModulator::of_param(Param::TILT), None);
    }
}
