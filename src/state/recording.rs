//! The bank of recordings of a preset, beside the parameters of their playback.
//!
//! ```toml
//! [recording]
//! recording_speed = 0.5
//! bank = "Oboe"
//! file = "woodwind/Oboe.aliquot" # below the folder of banks
//! hash = "0123456789abcdef"
//! edits = "1 loop 0.21 0.83" # in place of the bank's own, see `tracks::bank_edits`
//! data = '''…''' # Base64, of a small bank
//! ```

use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::read::{TextFault, kind};
use super::write::quoted;
use crate::tracks::bank_edits::BankEdits;
use crate::tracks::bank_file::TrackBank;
use crate::tracks::{bank_text, sharing};

/// The key of the table in a preset, which parameters are in as well.
pub(super) const KEY: &str = "recording";

/// A bank that has as many bytes or more is not saved within presets and states.
pub const MAX_EMBEDDED_BYTES: usize = 1 << 20;
/// Longer names are cut.
const MAX_NAME_CHARS: usize = 256;

/// A bank of recordings as presets and states know it: by what it is called, where its file is and what is in it, with
/// what they have in place of its roots and loops; and the bank itself, where it is at hand.
///
/// Two are equal if they are of the same bank by the same name with the same edits and the same damaged data, and have
/// it at hand or both have not.
#[derive(Clone, Debug)]
pub struct NamedBank {
    name: String,
    file: String,
    hash: u64,
    edits: BankEdits,
    bank: Option<Arc<TrackBank>>,
    damaged: Option<Arc<DamagedData>>,
}

/// The text of a bank that was saved within a state and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedData {
    /// The text, to be saved again as it is.
    pub text: String,
    /// Why it cannot be read.
    pub reason: String,
    /// The offset of the damage in the text, in bytes from 0.
    pub offset: usize,
}

impl PartialEq for NamedBank {
    fn eq(&self, other: &NamedBank) -> bool {
        type Parts<'b> = (
            u64,
            bool,
            &'b str,
            &'b str,
            &'b BankEdits,
            Option<&'b DamagedData>,
        );
        fn parts(of: &NamedBank) -> Parts<'_> {
            let NamedBank {
                name,
                file,
                hash,
                edits,
                bank,
                damaged,
            } = of;
            let damaged = damaged.as_deref();
            (*hash, bank.is_some(), name, file, edits, damaged)
        }
        parts(self) == parts(other)
    }
}

impl Eq for NamedBank {}

impl NamedBank {
    /// A bank that is at hand. `file` is its path below the folder of banks, with `/` between folders; empty if it has
    /// none there.
    ///
    /// # Errors
    /// If that is no path of this kind.
    pub fn new(name: &str, file: &str, bank: Arc<TrackBank>) -> Result<NamedBank, String> {
        let named = NamedBank::absent(name, file, bank.hash())?;
        Ok(named.with_bank(bank))
    }

    /// A bank that is not at hand.
    ///
    /// # Errors
    /// If `file` is no path below a folder.
    pub fn absent(name: &str, file: &str, hash: u64) -> Result<NamedBank, String> {
        if !is_below_a_folder(file) {
            return Err("must be a path below the folder of banks".to_owned());
        }
        let clean = name.chars().filter(|char| !char.is_control());
        Ok(NamedBank {
            name: clean.take(MAX_NAME_CHARS).collect(),
            file: file.to_owned(),
            hash,
            edits: BankEdits::default(),
            bank: None,
            damaged: None,
        })
    }

    /// With the bank at hand; unchanged, if that is another bank.
    pub fn with_bank(mut self, bank: Arc<TrackBank>) -> NamedBank {
        if bank.hash() == self.hash {
            self.bank = Some(bank);
        }
        self
    }

    /// With the text of the bank that was saved within a state and cannot be read.
    pub fn with_damaged_data(mut self, damaged: DamagedData) -> NamedBank {
        self.damaged = Some(Arc::new(damaged));
        self
    }

    /// The text of the bank that was saved within a state and cannot be read, if it was so.
    pub fn damaged_data(&self) -> Option<&DamagedData> {
        self.damaged.as_deref()
    }

    /// The bank with these roots and loops in place of its own.
    pub fn with_edits(mut self, edits: BankEdits) -> NamedBank {
        self.edits = edits;
        self
    }

    /// What it has in place of the bank's own roots and loops.
    pub fn edits(&self) -> &BankEdits {
        &self.edits
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its file's path below the folder of banks; empty if it has none there.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The hash by which its bank is known.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The bank, if it is at hand.
    pub fn bank(&self) -> Option<&Arc<TrackBank>> {
        self.bank.as_ref()
    }

    /// The bank if it is to be saved within a preset or a state: if it is at hand and small.
    pub fn embedded(&self) -> Option<&Arc<TrackBank>> {
        let bank = self.bank.as_ref();
        let is_small = |bank: &&Arc<TrackBank>| bank.bytes().len() < MAX_EMBEDDED_BYTES;
        bank.filter(|bank| !bank.is_streamed() && is_small(bank))
    }

    /// As a preset that is read again has it: with the bank only if it is saved within it, and without damaged data,
    /// with which a preset would be refused.
    pub fn saved(&self) -> NamedBank {
        NamedBank {
            bank: self.embedded().cloned(),
            damaged: None,
            ..self.clone()
        }
    }
}

/// Whether a path has `/` between its parts and leads to something below where it begins, on every system. The empty
/// one leads nowhere.
fn is_below_a_folder(path: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part.chars().any(|char| char != '.')
            && !part.contains(|char: char| "\\:".contains(char) || char.is_control())
    };
    path.is_empty() || path.split('/').all(is_name)
}

/// A text of the table, and where its key and its value stand.
struct Text<'t> {
    text: std::borrow::Cow<'t, str>,
    start: usize,
    value: Range<usize>,
}

impl Text<'_> {
    /// Where something in the text stands in the whole; exact in literal strings, which have no escapes.
    fn place(&self, offset: usize) -> usize {
        // Around it are one quote at each end, or three and a first line's end that is left out.
        let around = self.value.len().saturating_sub(self.text.len());
        let before = if around >= 6 { around - 3 } else { 1 };
        (self.value.start + before + offset).min(self.value.end)
    }
}

/// Takes the bank out of a preset's table, if it has one, and leaves the parameters.
pub(super) fn take(table: &mut DeTable) -> Result<Option<NamedBank>, TextFault> {
    let name = text(table, "bank")?;
    let file = text(table, "file")?;
    let hash = text(table, "hash")?;
    let edits = text(table, "edits")?;
    let data = text(table, "data")?;
    let Some(hash) = hash else {
        return match name.or(file).or(edits).or(data) {
            Some(alone) => Err((alone.start, "recording: there is no hash".to_owned())),
            None => Ok(None),
        };
    };
    let number = read_hash(&hash.text).ok_or_else(|| {
        (
            hash.start,
            "recording: hash: expected 16 hex digits".to_owned(),
        )
    })?;
    let path = file.as_ref().map_or("", |file| &file.text);
    let named = NamedBank::absent(name.as_ref().map_or("", |name| &name.text), path, number)
        .map_err(|reason| {
            let start = file.as_ref().map_or(hash.start, |file| file.start);
            (start, format!("recording: file: {reason}"))
        })?;
    let named = match edits {
        Some(edits) => {
            let read = BankEdits::parse(&edits.text);
            let read =
                read.map_err(|reason| (edits.place(0), format!("recording: edits: {reason}")))?;
            named.with_edits(read)
        }
        None => named,
    };
    let Some(data) = data else {
        return Ok(Some(named));
    };
    let bank = read_data(&data.text, number)
        .map_err(|(offset, reason)| (data.place(offset), format!("recording: {reason}")))?;
    Ok(Some(named.with_bank(bank)))
}

/// A hash as it is written: 16 hex digits.
pub(crate) fn read_hash(text: &str) -> Option<u64> {
    let is_digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(text, 16).ok().filter(|_| is_digits)
}

/// The bank that is saved within a preset or state, which states this hash. An error has its place in the text.
pub(crate) fn read_data(text: &str, hash: u64) -> Result<Arc<TrackBank>, (usize, String)> {
    let bank = bank_text::read(text, MAX_EMBEDDED_BYTES)
        .map_err(|error| (error.offset, format!("data: {error}")))?;
    if bank.is_streamed() {
        return Err((0, "data: is a large bank, which stays a file".to_owned()));
    }
    if bank.hash() != hash {
        return Err((0, format!("data: is of the bank {:016x}", bank.hash())));
    }
    Ok(sharing::share(bank))
}

fn text<'t>(table: &mut DeTable<'t>, key: &str) -> Result<Option<Text<'t>>, TextFault> {
    let Some((key, value)) = table.remove_entry(key) else {
        return Ok(None);
    };
    let (start, span) = (key.span().start, value.span());
    match Spanned::into_inner(value) {
        DeValue::String(text) => Ok(Some(Text {
            text,
            start,
            value: span,
        })),
        other => {
            let (key, found) = (key.get_ref(), kind(&other));
            Err((
                start,
                format!("recording: {key}: expected a string, not {found}"),
            ))
        }
    }
}

/// Adds the bank to a preset's table.
pub(super) fn write(named: &NamedBank, text: &mut String) {
    let mut line = |key: &str, value: &str| {
        writeln!(text, "{key} = {value}").expect("writing to a String does not fail");
    };
    line("bank", &quoted(&named.name));
    if !named.file.is_empty() {
        line("file", &quoted(&named.file));
    }
    line("hash", &format!("\"{:016x}\"", named.hash));
    if !named.edits.is_empty() {
        line("edits", &quoted(&named.edits.to_string()));
    }
    if let Some(bank) = named.embedded() {
        line("data", &format!("'''\n{}'''", bank_text::lines(bank)));
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use super::{BankEdits, MAX_EMBEDDED_BYTES, NamedBank};
    use crate::state::Preset;
    use crate::synth::{Param, Patch};
    use crate::tracks::bank_file::{FrameGrid, TrackBank};
    use crate::tracks::{Breakpoint, Track, Tracks, bank_text};

    /// A small bank, another one for each frequency and duration.
    pub fn bank(frequency_hz: f64, duration_s: f64) -> Arc<TrackBank> {
        let points = |label: u32| {
            (0..2).map(move |end| {
                let time_s = f64::from(end) * duration_s;
                Breakpoint::new(time_s, frequency_hz * f64::from(label), 0.1).with_phase(0.25)
            })
        };
        let track = |label| Track {
            label: Some(label),
            breakpoints: points(label).collect(),
        };
        let tracks = Tracks {
            duration_s,
            root_hz: Some(frequency_hz),
            tracks: (1..=3).map(track).collect(),
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: 48_000.0,
            hop: 256,
        };
        Arc::new(TrackBank::from_tracks(&tracks, grid).expect("small").0)
    }

    fn preset(recording: NamedBank) -> Preset {
        let mut patch = Patch::default();
        patch.set(Param::FREEZE, 0.75);
        Preset {
            name: "Oboe".to_owned(),
            recording: Some(recording),
            patch,
            ..Preset::initial()
        }
    }

    #[test]
    fn a_bank_comes_back_as_it_was() {
        for named in [
            NamedBank::new("An \"oboe\"", "wood/Oboe 1.aliquot", bank(220.0, 0.1)),
            NamedBank::new("Oboe", "", bank(221.0, 0.1)),
            NamedBank::absent("Oboe", "Oboe.aliquot", 0x0123_4567_89ab_cdef),
        ] {
            let edits = BankEdits::parse("1 root 233.5; 1 loop 0.02 0.075").expect("edits");
            let named = named.expect("a path").with_edits(edits);
            let mut preset = preset(named.clone());
            let text = preset.to_text();
            let read = Preset::parse(&text).expect(&text);
            assert_eq!(read, preset, "{text}");
            let bytes = |named: &NamedBank| named.bank().map(|bank| bank.bytes().to_vec());
            assert_eq!(read.recording.as_ref().and_then(bytes), bytes(&named));
            // Without parameters of its playback too.
            preset.patch = Patch::default();
            assert_eq!(Preset::parse(&preset.to_text()), Ok(preset));
        }
    }

    #[test]
    fn large_banks_are_not_within_presets() {
        let named = NamedBank::new("Long", "", bank(222.0, 120.0)).expect("a path");
        assert!(
            named
                .bank()
                .is_some_and(|bank| bank.bytes().len() >= MAX_EMBEDDED_BYTES)
        );
        assert!(named.embedded().is_none() && named.saved().bank().is_none());
        let text = preset(named.clone()).to_text();
        assert!(!text.contains("data = "), "{text}");
        assert_eq!(Preset::parse(&text), Ok(preset(named.saved())));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let hash = "hash = \"0123456789abcdef\"";
        let text = bank_text::lines(&bank(223.0, 0.1));
        let own = format!("hash = \"{:016x}\"", bank(223.0, 0.1).hash());
        let data = |text: &str| format!("{own}\ndata = '''\n{text}'''");
        let mut wrong = text.clone();
        wrong.replace_range(205..206, "?");
        for (table, line, part) in [
            ("bank = \"x\"".to_owned(), 5, "there is no hash"),
            ("freeze = 1\nhash = 3".to_owned(), 6, "expected a string"),
            ("hash = \"+123456789abcdef\"".to_owned(), 5, "16 hex digits"),
            (format!("{hash}\nfile = \"../x\""), 6, "below the folder"),
            (format!("{hash}\nfile = \"/x\""), 6, "below the folder"),
            ("edits = \"1 root 440\"".to_owned(), 5, "there is no hash"),
            (
                format!("{hash}\nedits = \"1 loop 2 1\""),
                6,
                "neither a root",
            ),
            (format!("{hash}\nfile = 'C:\\x'"), 6, "below the folder"),
            (
                format!("{hash}\ndata = '''\n{text}'''"),
                7,
                "is of the bank",
            ),
            // A hundred letters and an end in each line, from line 7 on.
            (data(&wrong), 9, "no Base64"),
            (data(&text[..161]), 7, "byte"),
        ] {
            let text = format!("schema = 2\nname = \"A\"\n\n[recording]\n{table}\n");
            let error = Preset::parse(&text).expect_err(&table);
            assert!(
                error.line == line && error.reason.contains(part),
                "{error}\n{table}"
            );
        }
    }
}
