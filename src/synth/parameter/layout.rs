//! Where a parameter is shown: its group in the window and in the host, its page on a controller
//! with eight knobs, and from both its place in the host's list.
//!
//! Many hosts and controllers show a list of parameters in banks of eight, and some show the first
//! 64 only, Live among them. So the list begins with eight full pages of eight, each of them a bank
//! that makes sense on its own:
//!
//! 1. *Macros*, which a preset's author has made to be played;
//! 2. *Spectrum*: how many partials, how loud and how high they are: what only this synthesizer has;
//! 3. *Filter*, all of it;
//! 4. *Envelopes*: attack, decay, sustain and release of both, side by side;
//! 5. *Envelope Shapes*: the rest of both envelopes, and the damping;
//! 6. *LFO 1*;
//! 7. *Play*: tuning, what velocity, pressure, wheel and slide do, level and balance;
//! 8. *Macro Amounts*, for who sets macros up by hand.
//!
//! The single partials follow, since there are 192 of them, and then the spectra, the second filter, the
//! shapers, the fans of the envelopes, the other LFOs, the sequences, the curves, the depths of the routes,
//! how notes follow each other, the frequency laws, unison, the effects, the room, the tuning, the recording, and
//! what is set once for a sound or for a player: phases, seed, the first LFO's trigger, MPE, bend ranges, Protect,
//! and the settings of the machine.

/// The group that the window and the host show a parameter under, and a preset's text as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// The spectrum's gains and phases.
    Source,
    /// Bodies and colours of the spectra, and the pad between them.
    Spectra,
    /// The partials' frequencies, and their places between left and right.
    Frequencies,
    /// Where the partials move to from where the source has them.
    Laws,
    /// Copies of the partials beside them.
    Unison,
    /// What takes partials out of the spectrum at regular numbers.
    Divide,
    /// The comb filter.
    Comb,
    /// The phaser.
    Phaser,
    /// The formants of a voice.
    Vowel,
    /// A peak or a dip around one partial.
    Focus,
    /// Copies of the spectrum, moved by whole partials.
    Copies,
    /// How far loud and soft partials lie apart.
    Contrast,
    /// What fades out soft partials.
    Threshold,
    /// What evens out neighbouring partials.
    Blur,
    /// How slowly partials follow the spectrum.
    Smear,
    /// What makes noise of partials.
    Breath,
    /// What holds the bass.
    Anchor,
    /// What all shapers have in common.
    Shapers,
    /// The spectral filter.
    Filter,
    /// The second filter.
    Filter2,
    /// Level over time.
    AmpEnvelope,
    /// The filter's cutoff over time.
    FilterEnvelope,
    /// How partials die away.
    Decay,
    /// The first low-frequency oscillator, and its depths.
    Lfo,
    /// The second low-frequency oscillator.
    Lfo2,
    /// The third low-frequency oscillator.
    Lfo3,
    /// The fourth low-frequency oscillator.
    Lfo4,
    /// The first sequence.
    Sequence1,
    /// The second sequence.
    Sequence2,
    /// The first curve.
    Curve1,
    /// The second curve.
    Curve2,
    /// The third curve.
    Curve3,
    /// The fourth curve.
    Curve4,
    /// How notes follow each other.
    Playing,
    /// What the player's hands do.
    Expression,
    /// How many voices there are, and what renders them.
    Voices,
    /// What all voices together go through.
    Output,
    /// What rings on of each partial of each note.
    Room,
    /// The pitch of each key.
    Tuning,
    /// How a recording is played.
    Recording,
    /// Copies of the sound whose delays swing.
    Chorus,
    /// Echoes.
    Delay,
    /// Reverberation.
    Reverb,
    /// Level, Tune and Pan of single partials.
    Partials,
    /// The macros, what they move and how far.
    Macros,
    /// What moves what, and how far.
    Routes,
    /// Partials that are chosen one by one.
    DrawnSets,
    /// Ratios and levels of the drawn bodies and colours.
    DrawnSpectra,
}

impl Group {
    /// Its name as it is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Group::Source => "Source",
            Group::Spectra => "Spectra",
            Group::Frequencies => "Frequencies",
            Group::Laws => "Frequency Laws",
            Group::Unison => "Unison",
            Group::Divide => "Divide",
            Group::Comb => "Comb",
            Group::Phaser => "Phaser",
            Group::Vowel => "Vowel",
            Group::Focus => "Focus",
            Group::Copies => "Copies",
            Group::Contrast => "Contrast",
            Group::Threshold => "Threshold",
            Group::Blur => "Blur",
            Group::Smear => "Smear",
            Group::Breath => "Breath",
            Group::Anchor => "Anchor",
            Group::Shapers => "Shapers",
            Group::Filter => "Filter",
            Group::Filter2 => "Filter 2",
            Group::AmpEnvelope => "Amp Envelope",
            Group::FilterEnvelope => "Filter Envelope",
            Group::Decay => "Decay",
            Group::Lfo => "LFO 1",
            Group::Lfo2 => "LFO 2",
            Group::Lfo3 => "LFO 3",
            Group::Lfo4 => "LFO 4",
            Group::Sequence1 => "Sequence 1",
            Group::Sequence2 => "Sequence 2",
            Group::Curve1 => "Curve 1",
            Group::Curve2 => "Curve 2",
            Group::Curve3 => "Curve 3",
            Group::Curve4 => "Curve 4",
            Group::Playing => "Playing",
            Group::Expression => "Expression",
            Group::Voices => "Voices",
            Group::Output => "Output",
            Group::Room => "Room",
            Group::Tuning => "Tuning",
            Group::Recording => "Recording",
            Group::Chorus => "Chorus",
            Group::Delay => "Delay",
            Group::Reverb => "Reverb",
            Group::Partials => "Partials",
            Group::Macros => "Macros",
            Group::Routes => "Routes",
            Group::DrawnSets => "Drawn Sets",
            Group::DrawnSpectra => "Drawn Spectra",
        }
    }

    /// In three letters, for a place without room; empty where a parameter's short name says enough.
    pub const fn abbreviation(self) -> &'static str {
        match self {
            Group::Filter | Group::FilterEnvelope => "Flt",
            Group::Filter2 => "Flt 2",
            Group::AmpEnvelope => "Amp",
            Group::Lfo => "LFO 1",
            Group::Lfo2 => "LFO 2",
            Group::Lfo3 => "LFO 3",
            Group::Lfo4 => "LFO 4",
            _ => "",
        }
    }
}

/// How many knobs a page has.
pub const KNOBS: usize = 8;

/// A page of [`KNOBS`] knobs. One that has more parameters is cut into several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    /// The macros' values.
    Macros,
    /// Source and frequencies.
    Spectrum,
    /// The pad and the spectra that it morphs between.
    Spectra,
    /// The frequency laws.
    Laws,
    /// Unison.
    Unison,
    /// The filter.
    Filter,
    /// The shapers Divide and Comb.
    DivideAndComb,
    /// The shapers Phaser and Vowel.
    PhaserAndVowel,
    /// The shapers Focus, Copies, Contrast and Threshold.
    FocusAndCopies,
    /// The shapers Blur, Smear, Breath and Anchor.
    BlurAndAnchor,
    /// The filter's other knobs.
    FilterDetails,
    /// The second filter.
    Filter2,
    /// How a recording is played.
    Recording,
    /// The main stages of both envelopes.
    Envelopes,
    /// The other stages of both envelopes, and the damping.
    EnvelopeShapes,
    /// How partials die away, but for the damping.
    Decay,
    /// How the partials stand apart in both envelopes.
    EnvelopeFans,
    /// The first LFO.
    Lfo,
    /// How the first LFO's cycle begins, and its fan.
    LfoDetails,
    /// The second LFO.
    Lfo2,
    /// The third LFO.
    Lfo3,
    /// The fourth LFO.
    Lfo4,
    /// The first sequence.
    Sequence1,
    /// The second sequence.
    Sequence2,
    /// The first curve.
    Curve1,
    /// The second curve.
    Curve2,
    /// The third curve.
    Curve3,
    /// The fourth curve.
    Curve4,
    /// How far each route moves its target.
    RouteDepths,
    /// How notes follow each other.
    Playing,
    /// Tuning, expression and level.
    Play,
    /// How far each macro moves its target.
    MacroAmounts,
    /// What is set once for a sound or for a player.
    Settings,
    /// Scales, and partials that follow them.
    Tuning,
    /// The room of each note.
    Room,
    /// The chorus.
    Chorus,
    /// The delay.
    Delay,
    /// The reverb.
    Reverb,
    /// Levels of single partials.
    PartialLevels,
    /// Tunes of single partials.
    PartialTunes,
    /// Pans of single partials.
    PartialPans,
}

impl Page {
    /// All of them, in the order in which a host shows them.
    pub const ALL: [Page; 41] = [
        Page::Macros,
        Page::MacroAmounts,
        Page::Spectrum,
        Page::Spectra,
        Page::Recording,
        Page::Laws,
        Page::Unison,
        Page::Filter,
        Page::FilterDetails,
        Page::Filter2,
        Page::DivideAndComb,
        Page::PhaserAndVowel,
        Page::FocusAndCopies,
        Page::BlurAndAnchor,
        Page::Envelopes,
        Page::EnvelopeShapes,
        Page::Decay,
        Page::EnvelopeFans,
        Page::Lfo,
        Page::LfoDetails,
        Page::Lfo2,
        Page::Lfo3,
        Page::Lfo4,
        Page::Sequence1,
        Page::Sequence2,
        Page::Curve1,
        Page::Curve2,
        Page::Curve3,
        Page::Curve4,
        Page::RouteDepths,
        Page::Play,
        Page::Playing,
        Page::Settings,
        Page::Tuning,
        Page::Room,
        Page::Chorus,
        Page::Delay,
        Page::Reverb,
        Page::PartialLevels,
        Page::PartialTunes,
        Page::PartialPans,
    ];

    /// The pages that the host's list of parameters begins with, in its order; see the module's text.
    pub const FIRST: [Page; 8] = [
        Page::Macros,
        Page::Spectrum,
        Page::Filter,
        Page::Envelopes,
        Page::EnvelopeShapes,
        Page::Lfo,
        Page::Play,
        Page::MacroAmounts,
    ];

    /// As it is shown. Of a page that is cut into several it is followed by numbers, such as
    /// "Level 9–16".
    pub const fn name(self) -> &'static str {
        match self {
            Page::Macros => "Macros",
            Page::MacroAmounts => "Macro Amounts",
            Page::Spectrum => "Spectrum",
            Page::Spectra => "Spectra",
            Page::Recording => "Recording",
            Page::Laws => "Frequency Laws",
            Page::Unison => "Unison",
            Page::Filter => "Filter",
            Page::DivideAndComb => "Divide and Comb",
            Page::PhaserAndVowel => "Phaser and Vowel",
            Page::FocusAndCopies => "Focus and Copies",
            Page::BlurAndAnchor => "Blur and Anchor",
            Page::FilterDetails => "Filter Details",
            Page::Filter2 => "Filter 2",
            Page::Envelopes => "Envelopes",
            Page::EnvelopeShapes => "Envelope Shapes",
            Page::Decay => "Decay",
            Page::EnvelopeFans => "Envelope Fans",
            Page::Lfo => "LFO 1",
            Page::LfoDetails => "LFO 1 Details",
            Page::Lfo2 => "LFO 2",
            Page::Lfo3 => "LFO 3",
            Page::Lfo4 => "LFO 4",
            Page::Sequence1 => "Sequence 1",
            Page::Sequence2 => "Sequence 2",
            Page::Curve1 => "Curve 1",
            Page::Curve2 => "Curve 2",
            Page::Curve3 => "Curve 3",
            Page::Curve4 => "Curve 4",
            Page::RouteDepths => "Route Depths",
            Page::Playing => "Playing",
            Page::Play => "Play",
            Page::Settings => "Settings",
            Page::Tuning => "Tuning",
            Page::Room => "Room",
            Page::Chorus => "Chorus",
            Page::Delay => "Delay",
            Page::Reverb => "Reverb",
            Page::PartialLevels => "Level",
            Page::PartialTunes => "Tune",
            Page::PartialPans => "Pan",
        }
    }

    /// The section that a host shows it in. Pages of one section stand together in [`Page::ALL`].
    pub const fn section(self) -> &'static str {
        match self {
            Page::Macros | Page::MacroAmounts => "Macros",
            Page::Spectrum
            | Page::Spectra
            | Page::Recording
            | Page::Laws
            | Page::Unison
            | Page::Filter
            | Page::FilterDetails
            | Page::Filter2 => "Sound",
            Page::DivideAndComb
            | Page::PhaserAndVowel
            | Page::FocusAndCopies
            | Page::BlurAndAnchor => "Shapers",
            Page::Envelopes
            | Page::EnvelopeShapes
            | Page::Decay
            | Page::EnvelopeFans
            | Page::Lfo
            | Page::LfoDetails
            | Page::Lfo2
            | Page::Lfo3
            | Page::Lfo4
            | Page::Sequence1
            | Page::Sequence2
            | Page::Curve1
            | Page::Curve2
            | Page::Curve3
            | Page::Curve4
            | Page::RouteDepths => "Motion",
            Page::Play | Page::Playing | Page::Settings | Page::Tuning => "Play",
            Page::Room | Page::Chorus | Page::Delay | Page::Reverb => "Effects",
            Page::PartialLevels => "Partial Level",
            Page::PartialTunes => "Partial Tune",
            Page::PartialPans => "Partial Pan",
        }
    }
}
