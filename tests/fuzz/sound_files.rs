//! Small sound files of each kind, good ones and hostile ones.

const FLAC: &[u8] = include_bytes!("../sounds/tones.flac");
const OGG: &[u8] = include_bytes!("../sounds/tones.ogg");
const MP3: &[u8] = include_bytes!("../sounds/tones.mp3");

/// Frames of the files that are made here.
const FRAMES: u32 = 200;

/// All of them.
pub fn all() -> Vec<Vec<u8>> {
    let compressed = [FLAC, OGG, MP3];
    let mut files: Vec<Vec<u8>> = compressed.iter().map(|file| file.to_vec()).collect();
    // The MP3 behind a text tag with a picture that is longer than the file.
    let tag = b"ID3\x03\0\0\0\0\0\x1cAPIC\0\x7f\xff\xff\0\0\0image/png\0\x03\0\0\0\0\0";
    files.push([tag.as_slice(), MP3].concat());
    files.extend(compressed.map(|file| file[..file.len() * 2 / 3].to_vec()));
    for (count, dimensions) in [(1, 1), (2, 8), (3, 1), (16, 16)] {
        files.push(ogg_of_large_codebooks(count, dimensions));
    }
    files.extend(wavs());
    files.extend(aiffs());
    files
}

/// An Ogg of few bytes whose codebooks have as many entries as may be, with values for each. The target puts its
/// checksums right.
fn ogg_of_large_codebooks(count: u8, dimensions: u32) -> Vec<u8> {
    let mut bits = Vec::new();
    let mut put = |value: u32, count: u32| bits.extend((0..count).map(|n| value >> n & 1 == 1));
    for _ in 0..count {
        // "BCV", dimensions and entries; entries in the order of their lengths, all of 17 bits.
        for (value, count) in [(0x56_43_42, 24), (dimensions, 16), (1 << 17, 24)] {
            put(value, count);
        }
        for (value, count) in [(1, 1), (16, 5), (1 << 17, 18)] {
            put(value, count);
        }
        // No values, or a lattice of two values with four bits each, where the dimensions leave so few.
        match dimensions {
            16 => [(1, 4), (0, 32), (0, 32), (3, 4), (0, 1), (0x21, 8)].as_slice(),
            _ => &[(0, 4)],
        }
        .iter()
        .for_each(|&(value, count)| put(value, count));
    }
    let byte = |bits: &[bool]| bits.iter().rfold(0, |byte, &bit| byte << 1 | u8::from(bit));
    let codebooks: Vec<u8> = bits.chunks(8).map(byte).collect();
    let setup = [b"\x05vorbis".as_slice(), &[count - 1], &codebooks].concat();
    let page = |kind: u8, sequence: u32, packet: &[u8]| {
        let mut page = [b"OggS\0".as_slice(), &[kind], &[0; 8]].concat();
        // The stream's number, as in the file.
        page.extend(&OGG[14..18]);
        page.extend(sequence.to_le_bytes());
        page.extend([0; 4]);
        let whole = packet.len() / 255;
        page.push(whole as u8 + 1);
        page.extend(std::iter::repeat_n(255, whole));
        page.push((packet.len() % 255) as u8);
        page.extend(packet);
        page
    };
    let mut places = OGG.windows(4).enumerate().skip(1);
    let second = places.find(|(_, bytes)| *bytes == b"OggS");
    let (first_bytes, _) = second.expect("a second page");
    [
        OGG[..first_bytes].to_vec(),
        page(0, 1, b"\x03vorbis\0\0\0\0\0\0\0\0\x01"),
        page(0, 2, &setup),
        page(4, 3, &[0; 20]),
    ]
    .concat()
}

/// A WAV with this format: its tag, channels, rate in Hz, bits of a sample, and what follows these.
fn wav(tag: u16, channels: u16, rate_hz: u32, bits: u16, more: &[u8], data: &[u8]) -> Vec<u8> {
    let frame_bytes = (u32::from(channels) * u32::from(bits) / 8) as u16;
    let mut format = Vec::new();
    format.extend([tag, channels].map(u16::to_le_bytes).concat());
    format.extend(rate_hz.to_le_bytes());
    let bytes_per_s = rate_hz.wrapping_mul(frame_bytes.into());
    format.extend(bytes_per_s.to_le_bytes());
    format.extend([frame_bytes, bits].map(u16::to_le_bytes).concat());
    format.extend(more);
    let chunk = |name: &[u8], content: &[u8]| {
        let length = (content.len() as u32).to_le_bytes();
        [name, &length, content].concat()
    };
    let text = [b"INFO".to_vec(), chunk(b"IART", b"nobody")].concat();
    let content = [
        b"WAVE".to_vec(),
        chunk(b"fmt ", &format),
        chunk(b"LIST", &text),
        chunk(b"data", data),
    ];
    chunk(b"RIFF", &content.concat())
}

/// A tone of 16 bits.
fn integers(count: u32) -> Vec<u8> {
    let samples = (0..count).map(|n| (n * 7_919 % 20_000) as i16 - 10_000);
    samples.flat_map(i16::to_le_bytes).collect()
}

/// Numbers as they should not be in a sound among those that may be.
fn floats() -> Vec<u8> {
    let odd = [f32::NAN, f32::INFINITY, f32::MIN, 1e-40, 0.5, -0.25];
    let samples = odd.iter().cycle().take(FRAMES as usize);
    samples.flat_map(|x| x.to_le_bytes()).collect()
}

fn wavs() -> Vec<Vec<u8>> {
    let stereo = wav(1, 2, 44_100, 16, &[], &integers(2 * FRAMES));
    let float = wav(3, 1, 48_000, 32, &[], &floats());
    // Of five channels by a mask of three, in integers of 24 bits.
    let mut extension = vec![22, 0, 24, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0];
    extension.extend([0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
    let extended = wav(0xFFFE, 5, 96_000, 24, &extension, &integers(5 * FRAMES));
    let law = wav(6, 1, 8_000, 8, &[0, 0], &integers(FRAMES));
    let differences = wav(17, 1, 22_050, 4, &[2, 0, 0xF9, 1], &integers(FRAMES));
    let mut files = vec![stereo.clone(), float, extended, law, differences];
    for (channels, rate_hz, bits) in [
        (1, 0, 16),
        (1, u32::MAX, 16),
        (0, 44_100, 16),
        (1_000, 44_100, 16),
        (u16::MAX, 44_100, 32),
        (1, 44_100, 0),
        (1, 44_100, 17),
    ] {
        files.push(wav(1, channels, rate_hz, bits, &[], &integers(FRAMES)));
    }
    // Lengths that are not so: of the file, of a text, of the sound.
    for name in [b"RIFF", b"IART", b"data"] {
        for length in [0, 1, 1 << 22, u32::MAX - 1, u32::MAX] {
            files.push(with_length(&stereo, name, length.to_le_bytes()));
        }
    }
    files.push(stereo[..stereo.len() / 2].to_vec());
    files.push(stereo[..50].to_vec());
    files
}

/// A file in which the length of a chunk is another.
fn with_length(file: &[u8], name: &[u8; 4], length: [u8; 4]) -> Vec<u8> {
    let at = file.windows(4).position(|bytes| bytes == name);
    let at = at.expect("the chunk is there") + 4;
    [&file[..at], &length, &file[at + 4..]].concat()
}

/// 44,100 and 0 as AIFF has them.
const RATE: [u8; 10] = [0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0];
const NO_RATE: [u8; 10] = [0; 10];

/// An AIFF, or an AIFC with its kind of samples.
fn aiff(kind: &[u8], channels: u16, bits: u16, rate: [u8; 10], data: &[u8]) -> Vec<u8> {
    let form: &[u8] = if kind.is_empty() { b"AIFF" } else { b"AIFC" };
    let frames = FRAMES.to_be_bytes();
    let channels = channels.to_be_bytes();
    let common = [&channels[..], &frames, &bits.to_be_bytes(), &rate, kind].concat();
    let chunk = |name: &[u8], content: &[u8]| {
        let length = (content.len() as u32).to_be_bytes();
        [name, &length, content].concat()
    };
    let content = [
        form,
        &chunk(b"COMM", &common),
        &chunk(b"SSND", &[[0; 8].as_slice(), data].concat()),
    ];
    chunk(b"FORM", &content.concat())
}

fn aiffs() -> Vec<Vec<u8>> {
    let sound = integers(FRAMES);
    let mono = aiff(b"", 1, 16, RATE, &sound);
    let little = aiff(b"sowt\0\0", 1, 16, RATE, &sound);
    let float = aiff(b"fl32\0\0", 1, 32, RATE, &floats());
    let mut files = vec![mono.clone(), little, float];
    for (channels, bits, rate) in [
        (1, 16, NO_RATE),
        (1, 16, [0xFF; 10]),
        (0, 16, RATE),
        (1_000, 16, RATE),
        (u16::MAX, 32, RATE),
        (1, 0, RATE),
    ] {
        files.push(aiff(b"", channels, bits, rate, &sound));
    }
    for name in [b"FORM", b"COMM", b"SSND"] {
        for length in [0, 1, 1 << 22, u32::MAX] {
            files.push(with_length(&mono, name, length.to_be_bytes()));
        }
    }
    files.push(mono[..mono.len() / 2].to_vec());
    files.push(mono[..40].to_vec());
    files
}
