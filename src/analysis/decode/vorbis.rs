//! How much memory the codebooks of a Vorbis stream ask for.
//!
//! A few bytes of the setup header can state codebooks for whose values and tables the decoder would take gigabytes.
//! Here the header is gone through before (Vorbis I specification, section 3.2.1), and what asks for too much is refused.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;

/// Memory that all codebooks may take together. Those of a file of libvorbis take 8 MB by this count.
const MOST_BYTES: u64 = 64 << 20;

/// Memory of each value.
const VALUE_BYTES: u64 = 4;
/// Memory of each entry beside its values.
const ENTRY_BYTES: u64 = 32;
/// Bits that a code is read by. The decoder has a table for each prefix of so many, twice as many and so on behind
/// which codes go on.
const PREFIX_BITS: u32 = 8;
/// Memory of such a table, which may have grown to twice its size, and of what it is made of.
const TABLE_BYTES: u64 = 2 * 8 * (1 << PREFIX_BITS) + 256;

/// The most dimensions and entries of a codebook that the decoder takes.
const MOST_DIMENSIONS: u32 = 32;
const MOST_ENTRIES: u32 = 1 << 17;

/// Bytes of the identification header, behind which the setup header is.
const IDENTIFICATION_BYTES: usize = 30;
/// Bytes of the setup header before the number of its codebooks.
const SETUP_HEAD_BYTES: usize = 7;
/// What each codebook begins with: "BCV".
const SYNC: u32 = 0x56_43_42;

/// Refuses a Vorbis stream whose codebooks ask for too much memory; says why.
pub fn check_size(parameters: &AudioCodecParameters) -> Result<(), String> {
    let headers = parameters.extra_data.as_ref();
    let setup = headers.and_then(|headers| headers.get(IDENTIFICATION_BYTES..));
    match setup {
        Some(setup) if parameters.codec == CODEC_ID_VORBIS => {
            match codebook_bytes(setup) > MOST_BYTES {
                true => Err("its codebooks are too large".to_owned()),
                false => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// How much memory a decoder would take for the codebooks of a setup header, at most, up to the first that is damaged.
fn codebook_bytes(setup: &[u8]) -> u64 {
    let mut bytes = 0;
    let Some((count, codebooks)) = setup.get(SETUP_HEAD_BYTES..).and_then(<[u8]>::split_first)
    else {
        return bytes;
    };
    let mut bits = Bits {
        bytes: codebooks,
        at: 0,
    };
    for _ in 0..=*count {
        if add_codebook(&mut bits, &mut bytes).is_none() {
            break;
        }
    }
    bytes
}

/// Adds the memory of a codebook, and goes behind it. Returns `None` if a decoder would stop in it.
fn add_codebook(bits: &mut Bits, bytes: &mut u64) -> Option<()> {
    let (sync, dimensions, entries) = (bits.take(24)?, bits.take(16)?, bits.take(24)?);
    if sync != SYNC || !(1..=MOST_DIMENSIONS).contains(&dimensions) || entries > MOST_ENTRIES {
        return None;
    }
    *bytes += u64::from(entries) * (VALUE_BYTES * u64::from(dimensions) + ENTRY_BYTES);
    let is_ordered = bits.take(1)? == 1;
    let lengths = match is_ordered {
        true => ordered_lengths(bits, entries)?,
        false => listed_lengths(bits, entries)?,
    };
    *bytes += lengths.most_tables() * TABLE_BYTES;
    let stated = match bits.take(4)? {
        0 => return Some(()),
        1 => lattice_values(entries, dimensions),
        2 => entries * dimensions,
        _ => return None,
    };
    // The least value and the step.
    bits.take(32)?;
    bits.take(32)?;
    let width = bits.take(4)? + 1;
    let _is_sequence = bits.take(1)?;
    bits.skip(u64::from(stated) * u64::from(width))
}

/// The lengths of a codebook's codes.
#[derive(Default)]
struct CodeLengths {
    /// How many codes are longer than one, two and three prefixes.
    longer: [u64; 3],
}

impl CodeLengths {
    fn add(&mut self, bits: u32, count: u32) {
        for (prefixes, longer) in (1..).zip(&mut self.longer) {
            if bits > prefixes * PREFIX_BITS {
                *longer += u64::from(count);
            }
        }
    }

    /// How many tables they need at most, beside the first: no more than there are longer codes, or prefixes.
    fn most_tables(&self) -> u64 {
        let tables = (1..).zip(self.longer);
        tables
            .map(|(prefixes, longer)| longer.min(1 << (prefixes * PREFIX_BITS)))
            .sum()
    }
}

fn listed_lengths(bits: &mut Bits, entries: u32) -> Option<CodeLengths> {
    let mut lengths = CodeLengths::default();
    let is_sparse = bits.take(1)? == 1;
    for _ in 0..entries {
        if !is_sparse || bits.take(1)? == 1 {
            lengths.add(bits.take(5)? + 1, 1);
        }
    }
    Some(lengths)
}

fn ordered_lengths(bits: &mut Bits, entries: u32) -> Option<CodeLengths> {
    let mut lengths = CodeLengths::default();
    let first = bits.take(5)? + 1;
    let mut passed = 0;
    for length in first.. {
        let rest = entries - passed;
        let count = bits.take(u32::BITS - rest.leading_zeros())?;
        if count > rest {
            return None;
        }
        lengths.add(length, count);
        passed += count;
        if passed == entries {
            break;
        }
    }
    Some(lengths)
}

/// The greatest number whose power by `dimensions` is at most `entries`.
fn lattice_values(entries: u32, dimensions: u32) -> u32 {
    let fits = |value: u32| {
        let power = value.checked_pow(dimensions);
        power.is_some_and(|power| power <= entries)
    };
    let mut value = 0;
    while fits(value + 1) {
        value += 1;
    }
    value
}

/// Reads bits, the low ones of a byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    /// How many have been read.
    at: u64,
}

impl Bits<'_> {
    /// The next bits, at most 32; `None` if there are fewer.
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for place in 0..count {
            let byte = self.bytes.get((self.at / 8) as usize)?;
            value |= u32::from(byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Some(value)
    }

    /// Passes over some; `None` if there are fewer.
    fn skip(&mut self, count: u64) -> Option<()> {
        self.at += count;
        (self.at <= 8 * self.bytes.len() as u64).then_some(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Writes bits, the low ones of a byte first.
    #[derive(Default)]
    struct BitWriter {
        bytes: Vec<u8>,
        at: usize,
    }

    impl BitWriter {
        fn put(&mut self, value: u32, count: u32) -> &mut BitWriter {
            for place in 0..count {
                if self.at.is_multiple_of(8) {
                    self.bytes.push(0);
                }
                self.bytes[self.at / 8] |= ((value >> place & 1) as u8) << (self.at % 8);
                self.at += 1;
            }
            self
        }
    }

    /// A setup header with the head that it has in a file, and these codebooks.
    fn setup(count: u8, write: impl Fn(&mut BitWriter)) -> Vec<u8> {
        let mut bits = BitWriter::default();
        for _ in 0..count {
            write(&mut bits);
        }
        [b"\x05vorbis".as_slice(), &[count - 1], &bits.bytes].concat()
    }

    /// All entries have codes of 17 bits; the values are those of a lattice with one value a dimension.
    fn largest(bits: &mut BitWriter) {
        bits.put(SYNC, 24).put(32, 16).put(1 << 17, 24);
        bits.put(1, 1).put(16, 5).put(1 << 17, 18);
        bits.put(1, 4)
            .put(0, 32)
            .put(0, 32)
            .put(3, 4)
            .put(0, 1)
            .put(5, 4);
    }

    /// All entries have codes of one length, and no values.
    fn alike(dimensions: u32, length: u32) -> impl Fn(&mut BitWriter) {
        move |bits| {
            bits.put(SYNC, 24).put(dimensions, 16).put(1 << length, 24);
            bits.put(1, 1)
                .put(length - 1, 5)
                .put(1 << length, length + 1);
            bits.put(0, 4);
        }
    }

    /// A setup header with a codebook before its own that is too large.
    pub fn with_large_codebook(setup: &[u8]) -> Vec<u8> {
        let (head, own) = setup.split_at(SETUP_HEAD_BYTES + 1);
        let mut bits = BitWriter::default();
        alike(32, 17)(&mut bits);
        for byte in own {
            bits.put((*byte).into(), 8);
        }
        let mut head = head.to_vec();
        head[SETUP_HEAD_BYTES] += 1;
        head.extend(bits.bytes);
        head
    }

    /// What the entries take, and so many tables.
    fn taken(entries: u64, dimensions: u64, tables: u64) -> u64 {
        entries * (VALUE_BYTES * dimensions + ENTRY_BYTES) + tables * TABLE_BYTES
    }

    #[test]
    fn the_memory_of_codebooks_is_counted() {
        let each = taken(1 << 17, 32, (1 << 8) + (1 << 16));
        for count in [1, 2, 7] {
            let setup = setup(count, largest);
            assert!(setup.len() < 8 + 30 * usize::from(count), "{}", setup.len());
            assert_eq!(codebook_bytes(&setup), u64::from(count) * each);
            // The last one is cut off in its values, and counts all the same.
            let cut = &setup[..setup.len() - 1];
            assert_eq!(codebook_bytes(cut), u64::from(count) * each);
        }
        // Lengths that are listed, of all entries or of every second one; values that are listed or none. Codes of four
        // bits, and of 26: a table for each code and each of three prefixes.
        let listed = |is_sparse: bool, lookup: u32, length: u32| {
            move |bits: &mut BitWriter| {
                bits.put(SYNC, 24).put(3, 16).put(10, 24).put(0, 1);
                bits.put(u32::from(is_sparse), 1);
                for entry in 0..10 {
                    match is_sparse {
                        true if entry % 2 == 1 => bits.put(0, 1),
                        true => bits.put(1, 1).put(length - 1, 5),
                        false => bits.put(length - 1, 5),
                    };
                }
                bits.put(lookup, 4);
                let stated = [0, 2, 30][lookup as usize];
                if lookup > 0 {
                    bits.put(0, 32).put(0, 32).put(6, 4).put(0, 1);
                }
                for _ in 0..stated {
                    bits.put(100, 7);
                }
            }
        };
        for lookup in 0..3 {
            for (is_sparse, codes) in [(false, 10), (true, 5)] {
                for (length, tables) in [(4, 0), (8, 0), (9, codes), (26, 3 * codes)] {
                    let setup = setup(4, listed(is_sparse, lookup, length));
                    let expected = 4 * taken(10, 3, tables);
                    let what = format!("{is_sparse} {lookup} {length}");
                    assert_eq!(codebook_bytes(&setup), expected, "{what}");
                }
            }
        }
        assert_eq!(codebook_bytes(b"\x05vorbis"), 0);
        assert_eq!(codebook_bytes(&setup(3, |bits| _ = bits.put(7, 24))), 0);
    }

    #[test]
    fn what_asks_for_too_much_is_refused() {
        let check = |setup: &[u8]| {
            let mut parameters = AudioCodecParameters::new();
            let headers = [[0; IDENTIFICATION_BYTES].as_slice(), setup].concat();
            parameters
                .for_codec(CODEC_ID_VORBIS)
                .with_extra_data(headers.into());
            check_size(&parameters)
        };
        let each = taken(1 << 14, 32, 1 << 8);
        assert_eq!(MOST_BYTES / each, 17);
        assert_eq!(check(&setup(17, alike(32, 14))), Ok(()));
        let refusal = Err("its codebooks are too large".to_owned());
        assert_eq!(check(&setup(18, alike(32, 14))), refusal);
        // Few values, and a table for every two codes.
        assert_eq!(check(&setup(1, alike(1, 17))), refusal);
        assert_eq!(check(&setup(1, largest)), refusal);
        assert_eq!(check_size(&AudioCodecParameters::new()), Ok(()));
    }

    /// The codebooks of a file that an encoder has written.
    #[test]
    fn usual_codebooks_are_far_below_the_limit() {
        let file = include_bytes!("../../../tests/sounds/tones.ogg");
        let at = file.windows(7).position(|bytes| bytes == b"\x05vorbis");
        // The header is on one page or goes on in the next, whose head then ends the count.
        let bytes = codebook_bytes(&file[at.expect("a setup header")..]);
        assert!(bytes > 0 && bytes < MOST_BYTES / 4, "{bytes}");
    }
}
