//! Files of partials of other programs are read, as simple readers of nothing but their layout read them.
//!
//! They are examples of Csound's manual, which Debian's package `csound-doc` has.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use aliquot::tracks::files::{self, FileContents, FileFormat};

static EXAMPLES: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let names = [
        "beats.ats",
        "cage.ats",
        "fox.ats",
        "clarinet.sdif",
        "meow.sdif",
    ];
    xtask::debian::csound_examples(&names).expect("the examples")
});

fn read(path: &Path) -> (Vec<u8>, FileContents) {
    let bytes = fs::read(path).expect("a readable file");
    let contents = files::read(&bytes);
    let contents = contents.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (bytes, contents)
}

/// Breakpoints that are heard, and the sum of their amplitudes.
fn heard(contents: &FileContents) -> (usize, f64) {
    let points = contents
        .tracks
        .tracks
        .iter()
        .flat_map(|track| &track.breakpoints);
    let heard = points.filter(|point| point.amplitude > 0.0);
    heard.fold((0, 0.0), |(count, sum), point| {
        (count + 1, sum + point.amplitude)
    })
}

/// Partials and frames of a file of ATS, and what is heard of it.
fn simple_ats(bytes: &[u8]) -> (usize, usize, (usize, f64)) {
    let numbers: Vec<f64> = bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect();
    let (header, rest) = numbers.split_at(10);
    let (partials, frames) = (header[4] as usize, header[5] as usize);
    let numbers_of_a_partial = if [1.0, 3.0].contains(&header[9]) {
        2
    } else {
        3
    };
    let width = rest.len() / frames;
    let mut heard = (0, 0.0);
    for frame in rest.chunks_exact(width) {
        let partials = frame[1..].chunks_exact(numbers_of_a_partial).take(partials);
        for amplitude in partials.map(|partial| partial[0]).filter(|a| *a > 0.0) {
            heard = (heard.0 + 1, heard.1 + amplitude);
        }
    }
    (partials, frames, heard)
}

#[test]
fn files_of_ats_are_read() {
    let mut sizes = Vec::new();
    for path in &EXAMPLES[..3] {
        let (bytes, contents) = read(path);
        assert_eq!(contents.format, FileFormat::Ats);
        assert_eq!(contents.remarks, Vec::<String>::new(), "{}", path.display());
        let (partials, frames, (count, sum)) = simple_ats(&bytes);
        let found = heard(&contents);
        assert_eq!(found.0, count, "{}", path.display());
        assert!((found.1 / sum - 1.0).abs() < 1e-9, "{}", path.display());
        sizes.push((partials, frames));
    }
    assert_eq!(sizes[2], (139, 278), "the fox");
}

/// Breakpoints of a file of SDIF by Loris: of each the frequency and the amplitude.
fn simple_sdif(bytes: &[u8]) -> Vec<(f64, f64)> {
    let u32_at = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four"));
    let mut rows = Vec::new();
    let mut at = 16;
    while at < bytes.len() {
        // Sizes of frames are not believed, since some programs state wrong ones.
        let matrices = u32_at(at + 20);
        at += 24;
        for _ in 0..matrices {
            let item = (u32_at(at + 4) & 0xff) as usize;
            let (count, columns) = (u32_at(at + 8) as usize, u32_at(at + 12) as usize);
            let data = at + 16;
            let number = |place: usize| match item {
                4 => f64::from(f32::from_bits(u32_at(data + 4 * place))),
                _ => {
                    let bytes = &bytes[data + 8 * place..][..8];
                    f64::from_be_bytes(bytes.try_into().expect("eight"))
                }
            };
            if bytes[at..].starts_with(b"RBEP") {
                rows.extend((0..count).map(|row| {
                    let first = row * columns;
                    (number(first + 1), number(first + 2))
                }));
            }
            at = data + (item * count * columns).next_multiple_of(8);
        }
    }
    rows
}

#[test]
fn files_of_sdif_are_read_whatever_sizes_their_frames_state() {
    for path in &EXAMPLES[3..] {
        let (bytes, contents) = read(path);
        assert_eq!(contents.format, FileFormat::Sdif);
        let rows = simple_sdif(&bytes);
        let is_heard = |(hz, amplitude): &&(f64, f64)| *amplitude > 0.0 && *hz > 0.0;
        let (count, sum) = heard(&contents);
        let expected: f64 = rows.iter().filter(is_heard).map(|row| row.1).sum();
        assert_eq!(
            count,
            rows.iter().filter(is_heard).count(),
            "{}",
            path.display()
        );
        assert!((sum / expected - 1.0).abs() < 1e-9, "{}", path.display());
        let told = contents
            .remarks
            .iter()
            .any(|told| told.starts_with("3046 of 3047 frames"));
        assert_eq!(
            told,
            path.ends_with("clarinet.sdif"),
            "{:?}",
            contents.remarks
        );
    }
}
