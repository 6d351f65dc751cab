//! How much memory the codebooks of a Vorbis stream ask for.
//!
//! A few bytes of the setup header can state a codebook of millions of values, which the decoder would write out. Here
//! the header is gone through before (Vorbis I specification, section 3.2.1), and what asks for too much is refused.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;

/// Values that all codebooks may have together. Those of usual encoders have far fewer.
const MOST_VALUES: u64 = 1 << 22;

/// What a decoder has for each entry beside its values, in values.
const VALUES_PER_ENTRY: u64 = 8;

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
            let values = codebook_values(setup);
            match values > MOST_VALUES {
                true => Err("its codebooks are too large".to_owned()),
                false => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// How many values a decoder would write out for the codebooks of a setup header, up to the first that is damaged.
fn codebook_values(setup: &[u8]) -> u64 {
    let mut values = 0;
    let Some((count, codebooks)) = setup.get(SETUP_HEAD_BYTES..).and_then(<[u8]>::split_first)
    else {
        return values;
    };
    let mut bits = Bits {
        bytes: codebooks,
        at: 0,
    };
    for _ in 0..=*count {
        if add_codebook(&mut bits, &mut values).is_none() {
            break;
        }
    }
    values
}

/// Adds the values of a codebook, and goes behind it. Returns `None` if a decoder would stop in it.
fn add_codebook(bits: &mut Bits, values: &mut u64) -> Option<()> {
    let (sync, dimensions, entries) = (bits.take(24)?, bits.take(16)?, bits.take(24)?);
    if sync != SYNC || !(1..=MOST_DIMENSIONS).contains(&dimensions) || entries > MOST_ENTRIES {
        return None;
    }
    *values += u64::from(entries) * (u64::from(dimensions) + VALUES_PER_ENTRY);
    let is_ordered = bits.take(1)? == 1;
    match is_ordered {
        true => pass_ordered_lengths(bits, entries)?,
        false => pass_lengths(bits, entries)?,
    }
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

fn pass_lengths(bits: &mut Bits, entries: u32) -> Option<()> {
    let is_sparse = bits.take(1)? == 1;
    for _ in 0..entries {
        if !is_sparse || bits.take(1)? == 1 {
            bits.take(5)?;
        }
    }
    Some(())
}

fn pass_ordered_lengths(bits: &mut Bits, entries: u32) -> Option<()> {
    bits.take(5)?;
    let mut passed = 0;
    loop {
        let rest = entries - passed;
        let count = bits.take(u32::BITS - rest.leading_zeros())?;
        if count > rest {
            return None;
        }
        passed += count;
        if passed == entries {
            return Some(());
        }
    }
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
mod tests {
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

    #[test]
    fn the_values_of_codebooks_are_counted() {
        let each = (1 << 17) * (32 + VALUES_PER_ENTRY);
        for count in [1, 2, 7] {
            let setup = setup(count, largest);
            assert!(setup.len() < 8 + 30 * usize::from(count), "{}", setup.len());
            assert_eq!(codebook_values(&setup), u64::from(count) * each);
            // The last one is cut off in its values, and counts all the same.
            let cut = &setup[..setup.len() - 1];
            assert_eq!(codebook_values(cut), u64::from(count) * each);
        }
        // Lengths that are listed, of all entries or of every second one; values that are listed or none.
        let listed = |is_sparse: bool, lookup: u32| {
            move |bits: &mut BitWriter| {
                bits.put(SYNC, 24).put(3, 16).put(10, 24).put(0, 1);
                bits.put(u32::from(is_sparse), 1);
                for entry in 0..10 {
                    match is_sparse {
                        true if entry % 2 == 1 => bits.put(0, 1),
                        true => bits.put(1, 1).put(3, 5),
                        false => bits.put(3, 5),
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
            for is_sparse in [false, true] {
                let setup = setup(4, listed(is_sparse, lookup));
                let expected = 4 * 10 * (3 + VALUES_PER_ENTRY);
                assert_eq!(codebook_values(&setup), expected, "{is_sparse} {lookup}");
            }
        }
        assert_eq!(codebook_values(b"\x05vorbis"), 0);
        assert_eq!(codebook_values(&setup(3, |bits| _ = bits.put(7, 24))), 0);
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
        let half = |bits: &mut BitWriter| {
            bits.put(SYNC, 24).put(8, 16).put(1 << 17, 24);
            bits.put(1, 1).put(16, 5).put(1 << 17, 18).put(0, 4);
        };
        let each = (1 << 17) * (8 + VALUES_PER_ENTRY);
        assert_eq!(2 * each, MOST_VALUES);
        assert_eq!(check(&setup(2, half)), Ok(()));
        let refusal = Err("its codebooks are too large".to_owned());
        assert_eq!(check(&setup(3, half)), refusal);
        assert_eq!(check(&setup(1, largest)), refusal);
        assert_eq!(check_size(&AudioCodecParameters::new()), Ok(()));
    }
}
