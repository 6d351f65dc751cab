//! The shapers: what changes the gains of the partials between the source and the filter.

use super::super::layout::{Group, Page};
use super::super::text::Unit::{
    Count, Decibels, DecibelsOrOff, Hertz, HertzOrOff, Number, Octaves, Percent, Seconds, Semitones,
};
use super::super::{Param, Range, Row, THRESHOLD_OFF_DB};
use super::{Section, param};

const PART: Range = Range::linear(0.0, 1.0);
const EITHER_WAY: Range = Range::linear(-1.0, 1.0);

section! { shapers;
    /// a: how much of the partials between the steps is taken away.
    DIVIDE = Row::new(Group::Divide, "divide", "Divide Amount")
        .short("Amount")
        .value(PART, 0.0, Percent)
        .polyphonic()
        .on(Page::DivideAndComb)
        .help("Lowers the partials between every so many, which divides the spectrum into groups.");
    /// k: from one partial that stays to the next.
    DIVIDE_STEP = Row::new(Group::Divide, "divide_step", "Divide Step")
        .short("Step")
        .value(Range::linear(1.0, 16.0), 3.0, Number)
        .polyphonic()
        .on(Page::DivideAndComb)
        .help("How many partials lie from one that Divide leaves to the next, counted from the first.");
    /// q: the power that the dividing cosine is raised to.
    DIVIDE_SHARPNESS = Row::new(Group::Divide, "divide_sharpness", "Divide Sharpness")
        .short("Sharpness")
        .value(Range::exponential(1.0, 64.0), 4.0, Number)
        .polyphonic()
        .on(Page::DivideAndComb)
        .help("How narrow the groups of partials are that Divide leaves.");
    /// γ: the gain of the delayed copy of the sound, as a comb filter has it.
    COMB = Row::new(Group::Comb, "comb", "Comb Amount")
        .short("Amount")
        .value(EITHER_WAY, 0.0, Percent)
        .polyphonic()
        .on(Page::DivideAndComb)
        .help("How deep the notches of a comb filter are; negative values put one at 0 Hz.");
    /// τ: by how much the copy is late, where the comb does not follow the key.
    COMB_DELAY = Row::new(Group::Comb, "comb_delay", "Comb Delay")
        .short("Delay")
        .value(Range::exponential(1e-4, 0.02), 0.002, Seconds)
        .polyphonic()
        .on(Page::DivideAndComb)
        .help("The delay of the comb filter: its notches are one over this apart.");
    /// How much τ follows the fundamental.
    COMB_TRACK = Row::new(Group::Comb, "comb_track", "Comb Key Tracking")
        .short("Key Track.")
        .value(PART, 0.0, Percent)
        .polyphonic()
        .on(Page::DivideAndComb)
        .help("How much the delay of the comb filter follows the key, counted from middle C.");
    /// w: by how much the delays of left and right differ, in parts of their mean.
    COMB_WIDTH = Row::new(Group::Comb, "comb_width", "Comb Width")
        .short("Width")
        .value(PART, 0.1, Percent)
        .polyphonic()
        .on(Page::DivideAndComb)
        .help("How far the delays of left and right differ, which makes the comb filter wide.");
    /// a: how deep the notches are.
    PHASER = Row::new(Group::Phaser, "phaser", "Phaser Amount")
        .short("Amount")
        .value(PART, 0.0, Percent)
        .polyphonic()
        .on(Page::PhaserAndVowel)
        .help("How deep the notches of the phaser are.");
    /// The frequency between two notches.
    PHASER_CENTER = Row::new(Group::Phaser, "phaser_center", "Phaser Centre")
        .short("Centre")
        .value(Range::exponential(50.0, 8_000.0), 800.0, Hertz)
        .polyphonic()
        .on(Page::PhaserAndVowel)
        .help("The frequency in the middle between two notches of the phaser.");
    /// d: notches an octave.
    PHASER_NOTCHES = Row::new(Group::Phaser, "phaser_notches", "Phaser Notches")
        .short("Notches")
        .value(Range::exponential(0.25, 4.0), 1.0, Number)
        .polyphonic()
        .on(Page::PhaserAndVowel)
        .help("How many notches the phaser has in an octave.");
    /// a: how much of the sound has formants.
    VOWEL = Row::new(Group::Vowel, "vowel", "Vowel Amount")
        .short("Amount")
        .value(PART, 0.0, Percent)
        .polyphonic()
        .on(Page::PhaserAndVowel)
        .help("How much the partials take on the formants of a sung vowel.");
    /// x: u, o, a, e and i at equal distances.
    VOWEL_MOUTH = Row::new(Group::Vowel, "vowel_mouth", "Vowel Mouth")
        .short("Mouth")
        .value(PART, 0.5, Percent)
        .polyphonic()
        .on(Page::PhaserAndVowel)
        .help("Which vowel is sung: u, o, a, e, i, and whatever lies between.");
    /// y: bass, tenor, alto and soprano at equal distances.
    VOWEL_VOICE = Row::new(Group::Vowel, "vowel_voice", "Vowel Voice")
        .short("Voice")
        .value(PART, 0.5, Percent)
        .polyphonic()
        .on(Page::PhaserAndVowel)
        .help("Who sings the vowel: bass, tenor, alto, soprano, and whatever lies between.");
    /// How much higher the formants are.
    VOWEL_SHIFT = Row::new(Group::Vowel, "vowel_shift", "Vowel Shift")
        .short("Shift")
        .value(Range::linear(-24.0, 24.0), 0.0, Semitones)
        .polyphonic()
        .on(Page::PhaserAndVowel)
        .help("Moves all formants up or down, as a smaller or a larger head does.");
    /// b: the formants' bandwidths, in parts of those measured.
    VOWEL_WIDTH = Row::new(Group::Vowel, "vowel_width", "Vowel Width")
        .short("Width")
        .value(Range::exponential(0.25, 4.0), 1.0, Number)
        .polyphonic()
        .on(Page::PhaserAndVowel)
        .help("How many times as wide the formants are as those of a singer.");
    /// G: the gain of the partial in the middle.
    FOCUS = Row::new(Group::Focus, "focus", "Focus Gain")
        .short("Gain")
        .value(Range::linear(-24.0, 24.0), 0.0, Decibels)
        .polyphonic()
        .on(Page::FocusAndCopies)
        .help("How far the partials around one are raised or lowered.");
    /// p: the partial in the middle.
    FOCUS_PARTIAL = Row::new(Group::Focus, "focus_partial", "Focus Partial")
        .short("Partial")
        .value(Range::exponential(1.0, 128.0), 4.0, Number)
        .polyphonic()
        .on(Page::FocusAndCopies)
        .help("The number of the partial that Focus raises or lowers most.");
    /// w: how far from the middle Focus reaches.
    FOCUS_WIDTH = Row::new(Group::Focus, "focus_width", "Focus Width")
        .short("Width")
        .value(Range::exponential(0.1, 4.0), 0.5, Octaves)
        .polyphonic()
        .on(Page::FocusAndCopies)
        .help("How far to either side Focus reaches.");
    /// A: the level of the first copy.
    COPIES = Row::new(Group::Copies, "copies", "Copies Amount")
        .short("Amount")
        .value(PART, 0.0, Percent)
        .polyphonic()
        .on(Page::FocusAndCopies)
        .help("Adds copies of the spectrum that are moved up or down by whole partials.");
    /// s: how many partials each copy is higher than the one before.
    COPIES_STEP = Row::new(Group::Copies, "copies_step", "Copies Step")
        .short("Step")
        .value(Range::integer(-16, 16), 1.0, Count)
        .on(Page::FocusAndCopies)
        .help("How many partials each copy lies above the one before it, or below.");
    /// C: how many copies there are.
    COPIES_COUNT = Row::new(Group::Copies, "copies_count", "Copies Count")
        .short("Count")
        .value(Range::count(1, 8, 16), 2.0, Count)
        .on(Page::FocusAndCopies)
        .help("How many copies of the spectrum there are, each softer than the one before.");
    /// c: gains, relative to the loudest, are raised to the power 4^c.
    CONTRAST = Row::new(Group::Contrast, "contrast", "Contrast")
        .value(EITHER_WAY, 0.0, Percent)
        .polyphonic()
        .on(Page::FocusAndCopies)
        .help("Makes soft partials softer, or brings them nearer to the loudest.");
    /// −T: how far below the loudest a partial is half faded out.
    THRESHOLD = Row::new(Group::Threshold, "threshold", "Threshold")
        .value(Range::linear(THRESHOLD_OFF_DB, -3.0), THRESHOLD_OFF_DB, DecibelsOrOff)
        .polyphonic()
        .on(Page::FocusAndCopies)
        .help("Fades out the partials that are softer than this beside the loudest.");
    /// b: how many of the passes that even out neighbours are in effect.
    BLUR = Row::new(Group::Blur, "blur", "Blur")
        .value(PART, 0.0, Percent)
        .polyphonic()
        .on(Page::BlurAndAnchor)
        .help("Evens out the levels of neighbouring partials, over ever wider neighbourhoods.");
    /// τ of partials that become louder.
    SMEAR_RISE = Row::new(Group::Smear, "smear_rise", "Smear Rise")
        .short("Rise")
        .value(Range::quartic(5.0), 0.0, Seconds)
        .polyphonic()
        .on(Page::BlurAndAnchor)
        .help("How slowly each partial becomes louder when the spectrum changes under a held note.");
    /// τ of partials that become softer.
    SMEAR_FALL = Row::new(Group::Smear, "smear_fall", "Smear Fall")
        .short("Fall")
        .value(Range::quartic(20.0), 0.0, Seconds)
        .polyphonic()
        .on(Page::BlurAndAnchor)
        .help("How slowly each partial becomes softer when the spectrum changes under a held note.");
    /// κ: the part of each partial's power that is noise.
    BREATH = Row::new(Group::Breath, "breath", "Breath Amount")
        .short("Amount")
        .value(PART, 0.0, Percent)
        .polyphonic()
        .on(Page::BlurAndAnchor)
        .help("How much of each partial is a band of noise, as in a flute or a whisper.");
    /// How far to either side such a band has fallen by 3 dB.
    BREATH_WIDTH = Row::new(Group::Breath, "breath_width", "Breath Width")
        .short("Width")
        .choice(16, &["240 Hz", "120 Hz", "60 Hz", "30 Hz", "15 Hz"], 0)
        .on(Page::BlurAndAnchor)
        .help("How far the noise reaches to either side of each partial.");
    /// f_a: partials below are held.
    ANCHOR = Row::new(Group::Anchor, "anchor", "Anchor")
        .value(Range::quartic(400.0), 0.0, HertzOrOff)
        .polyphonic()
        .on(Page::BlurAndAnchor)
        .help("Keeps the bass below this frequency as it is without shapers, in the middle and in tune.");
    /// Whether the shapers leave the power of the sound as it is.
    KEEP_LOUDNESS = Row::new(Group::Shapers, "keep_loudness", "Keep Loudness")
        .short("Keep Loud.")
        .switch(true)
        .help("Whether the sound stays as loud as it is without the shapers.")
        .patch_only();
}
