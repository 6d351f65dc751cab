//! The two envelopes.

use super::super::layout::{Group, Group::AmpEnvelope, Group::FilterEnvelope, Page};
use super::super::text::Unit::{Octaves, Percent, Seconds};
use super::super::{Param, Range, Row};
use super::lfo::FAN_ORDERS;
use super::{Section, param};

/// A stage that lasts up to `max_s`.
const fn time(
    group: Group,
    id: &'static str,
    name: &'static str,
    max_s: f32,
    default_s: f32,
) -> Row {
    Row::new(group, id, name).value(Range::quartic(max_s), default_s, Seconds)
}

/// A part of one.
const fn part(group: Group, id: &'static str, name: &'static str, min: f32, default: f32) -> Row {
    Row::new(group, id, name).value(Range::linear(min, 1.0), default, Percent)
}

section! { envelopes;
    /// Time before the amplitude's envelope begins.
    AMP_DELAY = time(AmpEnvelope, "amp_delay", "Amp Delay", 10.0, 0.0)
        .short("Delay")
        .on(Page::EnvelopeShapes)
        .of_modulator()
        .help("Time before the note begins to sound.");
    /// Time to rise to 1.
    AMP_ATTACK = time(AmpEnvelope, "amp_attack", "Amp Attack", 20.0, 0.002)
        .short("Attack")
        .on(Page::Envelopes)
        .of_modulator()
        .help("Time in which the note rises to its full level.");
    /// Time at 1.
    AMP_HOLD = time(AmpEnvelope, "amp_hold", "Amp Hold", 10.0, 0.0)
        .short("Hold")
        .on(Page::EnvelopeShapes)
        .of_modulator()
        .help("Time for which the note stays at its full level.");
    /// Time to fall to the sustain.
    AMP_DECAY = time(AmpEnvelope, "amp_decay", "Amp Decay", 60.0, 0.5)
        .short("Decay")
        .on(Page::Envelopes)
        .of_modulator()
        .help("Time in which the note falls to its sustain level.");
    /// Level while the key is held.
    AMP_SUSTAIN = part(AmpEnvelope, "amp_sustain", "Amp Sustain", 0.0, 1.0)
        .short("Sustain")
        .on(Page::Envelopes)
        .of_modulator()
        .help("Level of the note while the key is held.");
    /// Time to fall to 0 after the key is released.
    AMP_RELEASE = time(AmpEnvelope, "amp_release", "Amp Release", 60.0, 0.15)
        .short("Release")
        .on(Page::Envelopes)
        .of_modulator()
        .help("Time in which the note fades out after the key is released.");
    /// −1: slow then fast; 0: straight; 1: fast then slow, as a capacitor.
    AMP_CURVE = part(AmpEnvelope, "amp_curve", "Amp Envelope Curve", -1.0, 0.5)
        .short("Curve")
        .on(Page::EnvelopeShapes)
        .of_modulator()
        .help("Bends the amp envelope: slow at first to the left, fast at first to the right.");
    /// What the curve of the attack has beside [`Param::AMP_CURVE`].
    AMP_ATTACK_CURVE = part(AmpEnvelope, "amp_attack_curve", "Amp Attack Curve", -1.0, 0.0)
        .short("Attack Curve")
        .of_modulator()
        .help("Bends the attack of the amp envelope, beside its Curve.");
    /// What the curve of the decay has beside [`Param::AMP_CURVE`].
    AMP_DECAY_CURVE = part(AmpEnvelope, "amp_decay_curve", "Amp Decay Curve", -1.0, 0.0)
        .short("Decay Curve")
        .of_modulator()
        .help("Bends the decay of the amp envelope, beside its Curve.");
    /// What the curve of the release has beside [`Param::AMP_CURVE`].
    AMP_RELEASE_CURVE = part(AmpEnvelope, "amp_release_curve", "Amp Release Curve", -1.0, 0.0)
        .short("Release Curve")
        .of_modulator()
        .help("Bends the release of the amp envelope, beside its Curve.");
    /// How much later the amp envelope begins for the last partial than for the first.
    AMP_FAN_DELAY = time(AmpEnvelope, "amp_fan_delay", "Amp Fan Delay", 4.0, 0.0)
        .short("Fan Delay")
        .on(Page::EnvelopeFans)
        .of_modulator()
        .help("How much later the amp envelope begins for the last partial than for the first.");
    /// By how many octaves the amp envelope is slower for the last partial than for the first.
    AMP_FAN_TIME = Row::new(AmpEnvelope, "amp_fan_time", "Amp Fan Time")
        .short("Fan Time")
        .value(Range::linear(-3.0, 3.0), 0.0, Octaves)
        .on(Page::EnvelopeFans)
        .of_modulator()
        .help("How much slower the amp envelope is for the last partial than for the first.");
    /// See [`FanOrder`](crate::synth::modulation::fan::FanOrder).
    AMP_FAN_ORDER = Row::new(AmpEnvelope, "amp_fan_order", "Amp Fan Order")
        .short("Fan Order")
        .choice(16, &FAN_ORDERS, 0)
        .help("What places the partials in the fan of the amp envelope.")
        .patch_only();

    /// Time before the filter's envelope begins.
    FILTER_DELAY = time(FilterEnvelope, "filter_delay", "Filter Delay", 10.0, 0.0)
        .short("Delay")
        .on(Page::EnvelopeShapes)
        .of_modulator()
        .help("Time before the filter envelope begins.");
    /// Time to rise to 1.
    FILTER_ATTACK = time(FilterEnvelope, "filter_attack", "Filter Attack", 20.0, 0.0)
        .short("Attack")
        .on(Page::Envelopes)
        .of_modulator()
        .help("Time in which the filter envelope rises.");
    /// Time at 1.
    FILTER_HOLD = time(FilterEnvelope, "filter_hold", "Filter Hold", 10.0, 0.0)
        .short("Hold")
        .on(Page::EnvelopeShapes)
        .of_modulator()
        .help("Time for which the filter envelope stays at its top.");
    /// Time to fall to the sustain.
    FILTER_DECAY = time(FilterEnvelope, "filter_decay", "Filter Decay", 60.0, 0.5)
        .short("Decay")
        .on(Page::Envelopes)
        .of_modulator()
        .help("Time in which the filter envelope falls to its sustain level.");
    /// Level while the key is held.
    FILTER_SUSTAIN = part(FilterEnvelope, "filter_sustain", "Filter Sustain", 0.0, 0.0)
        .short("Sustain")
        .on(Page::Envelopes)
        .of_modulator()
        .help("Where the filter envelope stays while the key is held.");
    /// Time to fall to 0 after the key is released.
    FILTER_RELEASE = time(FilterEnvelope, "filter_release", "Filter Release", 60.0, 0.5)
        .short("Release")
        .on(Page::Envelopes)
        .of_modulator()
        .help("Time in which the filter envelope falls to nothing after the key is released.");
    /// −1: slow then fast; 0: straight; 1: fast then slow, as a capacitor.
    FILTER_CURVE = part(FilterEnvelope, "filter_curve", "Filter Envelope Curve", -1.0, 0.5)
        .short("Curve")
        .on(Page::EnvelopeShapes)
        .of_modulator()
        .help("Bends the filter envelope: slow at first to the left, fast at first to the right.");
    /// What the curve of the attack has beside [`Param::FILTER_CURVE`].
    FILTER_ATTACK_CURVE = part(FilterEnvelope, "filter_attack_curve", "Filter Attack Curve", -1.0, 0.0)
        .short("Attack Curve")
        .of_modulator()
        .help("Bends the attack of the filter envelope, beside its Curve.");
    /// What the curve of the decay has beside [`Param::FILTER_CURVE`].
    FILTER_DECAY_CURVE = part(FilterEnvelope, "filter_decay_curve", "Filter Decay Curve", -1.0, 0.0)
        .short("Decay Curve")
        .of_modulator()
        .help("Bends the decay of the filter envelope, beside its Curve.");
    /// What the curve of the release has beside [`Param::FILTER_CURVE`].
    FILTER_RELEASE_CURVE = part(FilterEnvelope, "filter_release_curve", "Filter Release Curve", -1.0, 0.0)
        .short("Release Curve")
        .of_modulator()
        .help("Bends the release of the filter envelope, beside its Curve.");
    /// How much later the filter envelope begins for the last partial than for the first.
    FILTER_FAN_DELAY = time(FilterEnvelope, "filter_fan_delay", "Filter Fan Delay", 4.0, 0.0)
        .short("Fan Delay")
        .on(Page::EnvelopeFans)
        .of_modulator()
        .help("How much later the filter envelope begins for the last partial than for the first.");
    /// By how many octaves the filter envelope is slower for the last partial than for the first.
    FILTER_FAN_TIME = Row::new(FilterEnvelope, "filter_fan_time", "Filter Fan Time")
        .short("Fan Time")
        .value(Range::linear(-3.0, 3.0), 0.0, Octaves)
        .on(Page::EnvelopeFans)
        .of_modulator()
        .help("How much slower the filter envelope is for the last partial than for the first.");
    /// See [`FanOrder`](crate::synth::modulation::fan::FanOrder).
    FILTER_FAN_ORDER = Row::new(FilterEnvelope, "filter_fan_order", "Filter Fan Order")
        .short("Fan Order")
        .choice(16, &FAN_ORDERS, 0)
        .help("What places the partials in the fan of the filter envelope.")
        .patch_only();
}
