use symphonia::core::formats::FormatOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use super::*;

const FLAC: &[u8] = include_bytes!("../../../tests/sounds/tones.flac");
const OGG: &[u8] = include_bytes!("../../../tests/sounds/tones.ogg");
const MP3: &[u8] = include_bytes!("../../../tests/sounds/tones.mp3");

/// A WAV of two channels of 16 bits, whose header states `frames` frames.
fn wav(frames: u32, samples: &[i16]) -> Vec<u8> {
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + 4 * frames).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([1, 0, 2, 0]);
    bytes.extend(44_100_u32.to_le_bytes());
    bytes.extend(176_400_u32.to_le_bytes());
    bytes.extend([4, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((4 * frames).to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

/// An AIFF of one channel, whose form says that it is `extra` bytes longer than it is.
fn aiff(extra: u32, samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|s| s.to_be_bytes()).collect();
    let length = data.len() as u32;
    let mut bytes = b"FORM".to_vec();
    bytes.extend((46 + length + extra).to_be_bytes());
    bytes.extend(b"AIFFCOMM");
    bytes.extend(18_u32.to_be_bytes());
    bytes.extend(1_u16.to_be_bytes());
    bytes.extend((length / 2).to_be_bytes());
    bytes.extend(16_u16.to_be_bytes());
    // 44,100 as an extended float.
    bytes.extend([0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0]);
    bytes.extend(b"SSND");
    bytes.extend((8 + length).to_be_bytes());
    bytes.extend([0; 8]);
    bytes.extend(data);
    bytes
}

/// Amplitude of a tone in the middle of the samples.
fn amplitude(samples: &[f32], turns: f64) -> f64 {
    let quarter = samples.len() / 4;
    // Whole periods of both tones.
    let part = &samples[quarter..quarter + 2_000];
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in part.iter().enumerate() {
        let phase = std::f64::consts::TAU * turns * n as f64;
        re += f64::from(*sample) * libm::cos(phase);
        im += f64::from(*sample) * libm::sin(phase);
    }
    2.0 * libm::sqrt(re * re + im * im) / part.len() as f64
}

/// A fifth of a second at 22,050 Hz: 441 Hz at 0.5 on the left, 882 Hz at 0.25 on the right.
#[test]
fn compressed_files_are_read() {
    for (name, bytes, most_longer, tolerance) in [
        ("flac", FLAC, 0, 1e-4),
        ("ogg", OGG, 0, 0.01),
        ("mp3", MP3, 1_152, 0.01),
    ] {
        let found = read(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.sample_rate_hz, 22_050.0, "{name}");
        let longer = found.mid.len() - 4_410;
        assert!(longer <= most_longer, "{name}: {longer}");
        for samples in [&found.mid, &found.side] {
            let (left, right) = (amplitude(samples, 0.02), amplitude(samples, 0.04));
            assert!((left - 0.25).abs() < tolerance, "{name}: {left}");
            assert!((right - 0.125).abs() < tolerance, "{name}: {right}");
        }
    }
}

#[test]
fn an_aiff_is_read_even_if_it_says_that_it_is_longer() {
    let samples = [16_384, -8_192, 0, 4_096];
    for extra in [0, 8, 100_000] {
        let found = read(&aiff(extra, &samples)).expect("a sound");
        assert_eq!(found.sample_rate_hz, 44_100.0);
        assert_eq!(found.mid, [0.5, -0.25, 0.0, 0.125], "{extra}");
    }
    let mut cut = aiff(0, &samples);
    cut.truncate(30);
    assert!(matches!(read(&cut), Err(DecodeError::Unsupported(_))));
}

/// The name says nothing of the kind, so the bytes have to.
fn read_damaged(bytes: &[u8]) -> Result<(Recording, Option<Damage>), DecodeError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sound");
    std::fs::write(&path, bytes).expect("a file");
    Recording::read(&path, &AtomicBool::new(false))
}

fn read(bytes: &[u8]) -> Result<Recording, DecodeError> {
    let (recording, damage) = read_damaged(bytes)?;
    assert_eq!(damage, None);
    Ok(recording)
}

/// A WAV and an AIFF of a second, 44,100 frames.
fn plain_files() -> [(&'static str, Vec<u8>, usize); 2] {
    let samples: Vec<i16> = (0..88_200).map(|n| (n * 7_919 % 20_000) as i16).collect();
    [
        ("wav", wav(44_100, &samples), 44_100),
        ("aiff", aiff(0, &samples[..44_100]), 44_100),
    ]
}

#[test]
fn what_is_there_of_a_file_that_is_cut_off_is_read_and_told() {
    let compressed = [
        ("flac", FLAC, 4_410),
        ("ogg", OGG, 4_410),
        ("mp3", MP3, 4_410),
    ];
    let compressed = compressed.map(|(kind, bytes, frames)| (kind, bytes.to_vec(), frames));
    for (kind, bytes, frames) in plain_files().into_iter().chain(compressed) {
        let (whole, damage) = read_damaged(&bytes).expect(kind);
        assert_eq!(damage, None, "{kind}");
        let mut told_times = 0;
        for kept in [bytes.len() * 6 / 10, bytes.len() * 9 / 10, bytes.len() - 1] {
            let (found, damage) = match read_damaged(&bytes[..kept]) {
                Ok(read) => read,
                // The compressed files are of few packets: there may be none whole.
                Err(DecodeError::Damaged(told)) if ["flac", "ogg"].contains(&kind) => {
                    assert_eq!(told, ENDS, "{kind}");
                    continue;
                }
                // The sound of this one is in a single page.
                Err(DecodeError::Unsupported(_)) if kind == "ogg" => continue,
                Err(error) => panic!("{kind}: {error}"),
            };
            let Some(damage) = damage else {
                // The last packet had padding only.
                assert!(kind == "mp3" && found.mid.len() >= frames, "{kind}: {kept}");
                continue;
            };
            told_times += 1;
            let told = damage.to_string();
            let (read, at) = (damage.read_s, damage.at_s);
            assert!(told.contains(ENDS), "{kind}: {told}");
            assert_eq!(read, found.duration_s(), "{kind}");
            assert!(at == read && read < whole.duration_s(), "{kind}: {told}");
            // The stated length of an MP3 is in whole packets.
            let stated_s = damage.stated_s.unwrap_or_else(|| panic!("{kind}: {told}"));
            let whole_s = frames as f64 / found.sample_rate_hz;
            assert!(stated_s == whole_s || kind == "mp3", "{kind}: {told}");
            let least = (kept as f64 / bytes.len() as f64 - 0.5).max(0.05);
            assert!(read > least * whole.duration_s(), "{kind}: {told}");
            // The last packet of a lossy kind is overlapped by the next.
            let same = found.mid.len().saturating_sub(1_152);
            assert_eq!(found.mid[..same], whole.mid[..same], "{kind}");
        }
        assert!(told_times > 0 || kind == "ogg", "{kind}");
    }
}

/// Only one byte is wrong, far from the head.
#[test]
fn a_damaged_part_is_silent_or_told_and_the_rest_is_read() {
    let mut bytes = FLAC.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    let (found, damage) = read_damaged(&bytes).expect("the rest");
    let damage = damage.expect("damage");
    println!("{damage}");
    assert!(damage.read_s < 0.2 && damage.read_s > 0.0, "{damage}");
    assert_eq!(damage.stated_s, Some(0.2));
    assert!(found.duration_s() <= 0.2);
}

#[test]
fn nothing_is_told_of_an_mp3_without_a_stated_length() {
    // Without the frame with the tag.
    let tag = MP3
        .windows(4)
        .position(|bytes| bytes == b"Info" || bytes == b"Xing");
    let tag = tag.expect("a tag");
    let sync = |from: usize| {
        let rest = MP3[from..].windows(2);
        from + rest
            .clone()
            .position(|bytes| bytes[0] == 0xFF && bytes[1] & 0xE0 == 0xE0)
            .expect("a frame")
    };
    let bytes = &MP3[sync(tag)..];
    assert!(read(bytes).is_ok());
}

#[test]
fn channels_become_mid_and_side() {
    let found = read(&wav(3, &[16_384, 0, -16_384, -16_384, 0, 8_192])).expect("a sound");
    assert_eq!(found.sample_rate_hz, 44_100.0);
    assert_eq!(found.mid, [0.25, -0.5, 0.125]);
    assert_eq!(found.side, [0.25, 0.0, -0.125]);
    let equal = read(&wav(2, &[16_384, 16_384, -8_192, -8_192])).expect("a sound");
    assert_eq!(equal.mid, [0.5, -0.25]);
    assert_eq!(equal.side, [] as [f32; 0]);
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    assert!(matches!(
        read(b"no sound"),
        Err(DecodeError::Unsupported(_))
    ));
    assert!(matches!(read(b""), Err(DecodeError::Unsupported(_))));
    assert!(matches!(read(&wav(2, &[0; 4])), Err(DecodeError::Empty)));
    // Two hours, told by the header: refused before they are read.
    let long = read(&wav(2 * 3_600 * 44_100, &[1; 100]));
    assert!(matches!(long, Err(DecodeError::TooLong(_))), "{long:?}");
    let error = DecodeError::TooLong(longest_s(44_100.0)).to_string();
    assert!(error.contains("20 minutes"), "{error}");
    let error = DecodeError::TooLong(60.0 * 12.97).to_string();
    assert!(error.contains("than 12.9 minutes"), "{error}");
    // By frames, not by seconds, where these are many; ten minutes at all rates.
    assert_eq!(
        [8_000.0, 192_000.0, 384_000.0].map(longest_s),
        [1_200.0, 1_200.0, 600.0]
    );
    let none = Recording::read(Path::new("none.wav"), &AtomicBool::new(false));
    assert!(matches!(none, Err(DecodeError::Unreadable(_))));
}

#[test]
fn rates_and_channels_that_cannot_be_are_told() {
    for rate in [0_u32, 3_999, 384_001, u32::MAX] {
        let mut file = wav(2, &[1; 4]);
        file[24..28].copy_from_slice(&rate.to_le_bytes());
        let refusal = read(&file);
        let is_told = matches!(refusal, Err(DecodeError::Rate(told)) if told == rate);
        assert!(is_told, "{refusal:?}");
    }
    let of_channels = |channels: u16| {
        let mut file = aiff(0, &[8_192; 2 * MOST_CHANNELS]);
        file[20..22].copy_from_slice(&channels.to_be_bytes());
        read(&file)
    };
    assert_eq!(
        of_channels(MOST_CHANNELS as u16).expect("a sound").mid,
        [0.25; 2]
    );
    for channels in [65, 1_000] {
        let refusal = of_channels(channels).expect_err("too many");
        assert!(matches!(refusal, DecodeError::Channels(told) if told == usize::from(channels)));
        let told = refusal.to_string();
        assert!(told.contains(&format!("{channels} channels")), "{told}");
    }
}

#[test]
fn reading_can_be_cancelled() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sound.wav");
    std::fs::write(&path, wav(3, &[1; 6])).expect("a file");
    let outcome = Recording::read(&path, &AtomicBool::new(true));
    assert!(matches!(outcome, Err(DecodeError::Cancelled)));
}

/// The page of an Ogg that a packet shorter than 65,025 bytes fills; `kind` is 4 of the last.
fn ogg_page(kind: u8, granule: u64, sequence: u32, packet: &[u8]) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(kind);
    page.extend(granule.to_le_bytes());
    // The stream's number, as in the file.
    page.extend(&OGG[14..18]);
    page.extend(sequence.to_le_bytes());
    page.extend([0; 4]);
    page.push((packet.len() / 255 + 1) as u8);
    page.extend(std::iter::repeat_n(255, packet.len() / 255));
    page.push((packet.len() % 255) as u8);
    page.extend(packet);
    let crc = page.iter().fold(0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
            crc << 1 ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
        })
    });
    page[22..26].copy_from_slice(&crc.to_le_bytes());
    page
}

/// The Ogg with each packet of its sound in a page of its own, and where each of these pages begins.
fn ogg_of_pages() -> (Vec<u8>, Vec<usize>) {
    let stream = MediaSourceStream::new(Box::new(io::Cursor::new(OGG)), Default::default());
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    let format = symphonia::default::get_probe().probe(&Hint::new(), stream, format, metadata);
    let mut format = format.expect("an Ogg");
    let mut packets = Vec::new();
    while let Some(packet) = format.next_packet().expect("whole") {
        packets.push(packet);
    }
    let last = OGG.windows(4).rposition(|bytes| bytes == b"OggS");
    let mut bytes = OGG[..last.expect("pages")].to_vec();
    let (mut starts, mut granule) = (Vec::new(), 0);
    for (place, packet) in packets.iter().enumerate() {
        granule = (granule + packet.dur.get()).min(4_410);
        let (kind, granule) = match place + 1 == packets.len() {
            true => (4, 4_410),
            false => (0, granule),
        };
        starts.push(bytes.len());
        bytes.extend(ogg_page(kind, granule, 2 + place as u32, &packet.data));
    }
    (bytes, starts)
}

/// The packets of a page of an Ogg, all of which end in it.
fn packets_of_page(page: &[u8]) -> Vec<&[u8]> {
    let (lengths, mut bytes) = page[27..].split_at(page[26].into());
    let packets = lengths.split_inclusive(|&length| length < 255);
    packets
        .map(|lengths| {
            let length = lengths.iter().map(|&length| usize::from(length)).sum();
            bytes.split_off(..length).expect("a packet")
        })
        .collect()
}

/// A file of a few bytes more could have the decoder take gigabytes.
#[test]
fn an_ogg_whose_codebooks_are_too_large_is_refused() {
    let (sound, starts) = ogg_of_pages();
    let second = OGG[4..].windows(4).position(|bytes| bytes == b"OggS");
    let second = 4 + second.expect("pages");
    let [comment, setup] = packets_of_page(&OGG[second..])[..] else {
        panic!("both headers are in the second page");
    };
    let file = |setup: &[u8]| {
        let headers = [ogg_page(0, 0, 1, comment), ogg_page(0, 0, 2, setup)];
        [&OGG[..second], &headers.concat(), &sound[starts[0]..]].concat()
    };
    assert_eq!(read(&file(setup)).expect("a sound").mid.len(), 4_410);
    let refusal = read(&file(&vorbis::tests::with_large_codebook(setup)));
    let is_told = matches!(&refusal, Err(DecodeError::Damaged(told)) if told.contains("codebooks"));
    assert!(is_told, "{refusal:?}");
}

/// Between two pages, and within one.
#[test]
fn what_is_there_of_an_ogg_that_is_cut_off_is_read_and_told() {
    let (bytes, starts) = ogg_of_pages();
    assert!(starts.len() > 8, "{starts:?}");
    let whole = read(&bytes).expect("a sound");
    assert_eq!(whole.mid.len(), 4_410);
    let mut before = 0;
    for &start in &starts[4..] {
        for kept in [start, start + 30] {
            let (found, damage) = read_damaged(&bytes[..kept]).expect("a part");
            let frames = found.mid.len();
            let damage = damage.unwrap_or_else(|| panic!("{kept}: nothing told of {frames}"));
            let told = damage.to_string();
            assert!(told.contains(ENDS), "{told}");
            assert_eq!(damage.read_s, found.duration_s(), "{told}");
            assert_eq!(damage.at_s, damage.read_s, "{told}");
            assert!(frames < 4_410 && frames >= before, "{kept}: {frames}");
            assert_eq!(found.mid[..], whole.mid[..frames]);
            before = frames;
        }
    }
    assert!(before > 3_000, "{before}");
}
