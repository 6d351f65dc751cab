//! The pages that a CLAP host lays on a controller's eight knobs.

use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

use crate::params::{HostParam, HostParams};
use crate::synth::Param;
use crate::synth::parameter::EDITABLE_PARTIALS;

/// Knobs on a page.
const KNOBS: usize = 8;

/// A page's name and its knobs, up to [`KNOBS`].
type Page = (&'static str, &'static [Param]);

/// Sections and their pages.
const SECTIONS: &[(&str, &[Page])] = &[
    (
        "Play",
        &[
            (
                "Macros",
                &[
                    Param::MACRO_1,
                    Param::MACRO_2,
                    Param::MACRO_3,
                    Param::MACRO_4,
                    Param::MACRO_5,
                    Param::MACRO_6,
                    Param::MACRO_7,
                    Param::MACRO_8,
                ],
            ),
            (
                "Expression",
                &[
                    Param::BEND_RANGE,
                    Param::MPE,
                    Param::MPE_BEND_RANGE,
                    Param::VELOCITY_LEVEL,
                    Param::PRESSURE_LEVEL,
                    Param::PRESSURE_CUTOFF,
                    Param::BRIGHTNESS_TILT,
                    Param::WHEEL_VIBRATO,
                ],
            ),
            (
                "Output",
                &[Param::LEVEL, Param::BALANCE, Param::PROTECT, Param::VOICES],
            ),
        ],
    ),
    (
        "Spectrum",
        &[
            (
                "Source",
                &[
                    Param::PARTIALS,
                    Param::TILT,
                    Param::ODD_EVEN,
                    Param::STRIKE_POSITION,
                    Param::STRIKE_DEPTH,
                    Param::PHASES,
                    Param::SEED,
                ],
            ),
            (
                "Frequencies",
                &[
                    Param::INHARMONICITY,
                    Param::STRETCH,
                    Param::COARSE,
                    Param::FINE,
                    Param::SPREAD,
                    Param::DAMPING,
                    Param::DAMPING_BRIGHTNESS,
                ],
            ),
            (
                "Filter",
                &[
                    Param::FILTER_TYPE,
                    Param::CUTOFF,
                    Param::RESONANCE,
                    Param::SLOPE,
                    Param::KEY_TRACK,
                    Param::FILTER_ENV,
                    Param::FILTER_VELOCITY,
                ],
            ),
        ],
    ),
    (
        "Movement",
        &[
            (
                "Amp Envelope",
                &[
                    Param::AMP_ATTACK,
                    Param::AMP_DECAY,
                    Param::AMP_SUSTAIN,
                    Param::AMP_RELEASE,
                    Param::AMP_DELAY,
                    Param::AMP_HOLD,
                    Param::AMP_CURVE,
                ],
            ),
            (
                "Filter Envelope",
                &[
                    Param::FILTER_ATTACK,
                    Param::FILTER_DECAY,
                    Param::FILTER_SUSTAIN,
                    Param::FILTER_RELEASE,
                    Param::FILTER_DELAY,
                    Param::FILTER_HOLD,
                    Param::FILTER_CURVE,
                ],
            ),
            (
                "LFO",
                &[
                    Param::LFO_SHAPE,
                    Param::LFO_RATE,
                    Param::LFO_SYNC,
                    Param::LFO_DIVISION,
                    Param::LFO_PITCH,
                    Param::LFO_TILT,
                    Param::LFO_CUTOFF,
                    Param::LFO_LEVEL,
                ],
            ),
        ],
    ),
];

/// A way from a partial's number to one of its parameters.
type PartialParam = fn(usize) -> Param;

/// One section of eight pages for each of what a partial has.
const PARTIALS: [(&str, PartialParam); 3] = [
    ("Level", Param::partial_level),
    ("Tune", Param::partial_tune),
    ("Pan", Param::partial_pan),
];

/// Hands all pages to the host.
pub fn define(params: &HostParams, context: &mut impl RemoteControlsContext) {
    for (section, pages) in SECTIONS {
        context.add_section(*section, |section| {
            for (page, knobs) in *pages {
                section.add_page(*page, |page| add(params, page, knobs.iter().copied()));
            }
        });
    }
    for (name, param) in PARTIALS {
        context.add_section(format!("Partial {name}"), |section| {
            for first in (1..=EDITABLE_PARTIALS).step_by(KNOBS) {
                let last = first + KNOBS - 1;
                section.add_page(format!("{name} {first}\u{2013}{last}"), |page| {
                    add(params, page, (first..=last).map(param));
                });
            }
        });
    }
}

fn add(
    params: &HostParams,
    page: &mut impl RemoteControlsPage,
    knobs: impl Iterator<Item = Param>,
) {
    for knob in knobs {
        match params.get(knob) {
            HostParam::Continuous(float) => page.add_param(float),
            HostParam::Stepped(int) => page.add_param(int),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_fit_the_knobs_and_no_parameter_comes_twice() {
        let mut seen = std::collections::HashSet::new();
        for (section, pages) in SECTIONS {
            for (page, knobs) in *pages {
                assert!((1..=KNOBS).contains(&knobs.len()), "{section}: {page}");
                for &knob in *knobs {
                    assert!(seen.insert(knob.index()), "{}", knob.spec().id);
                }
            }
        }
        assert_eq!(EDITABLE_PARTIALS % KNOBS, 0);
    }
}
