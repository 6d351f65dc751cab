mod cancelled;
mod failures;

use std::fs;
use std::io::Cursor;

use super::*;
use crate::state::tests::bank;
use crate::tracks::bank_file::pieces::BankWriter;
use crate::tracks::files::spear;
use crate::tracks::{Breakpoint, Track};

fn outcome(mut job: ImportJob) -> Outcome {
    loop {
        if let Some(outcome) = job.take_outcome() {
            return outcome;
        }
        std::thread::yield_now();
    }
}

fn started(source: &Path, fit: ImportFit, folder: &BankFolder) -> ImportJob {
    let request = ImportRequest {
        source: source.to_owned(),
        fit,
        beside: None,
    };
    let job = ImportJob::start(request, folder.clone(), Arc::default());
    job.expect("a thread")
}

fn imported(source: &Path, folder: &BankFolder) -> Outcome {
    outcome(started(source, ImportFit::Musical, folder))
}

/// A WAV file of one channel.
pub fn wave_file(rate_hz: u32, samples: impl Iterator<Item = f64>) -> Vec<u8> {
    let full_scale = f64::from(i16::MAX);
    let samples: Vec<u8> = samples
        .flat_map(|sample| ((full_scale * sample) as i16).to_le_bytes())
        .collect();
    let size = samples.len() as u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(rate_hz.to_le_bytes());
    bytes.extend((2 * rate_hz).to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(samples);
    bytes
}

/// A short WAV file of a tone of two partials.
fn wave(seconds: f64) -> Vec<u8> {
    let rate_hz = 8_000_u32;
    let times = (0..(seconds * f64::from(rate_hz)) as u32).map(|n| f64::from(n) / 8_000.0);
    let samples = times.map(|time_s| {
        let phase = std::f64::consts::TAU * 440.0 * time_s;
        0.25 * (phase.sin() + 0.5 * (2.0 * phase).sin())
    });
    wave_file(rate_hz, samples)
}

/// The file of a bank of one sound in pieces, which is streamed.
fn streamed_file(bank: &TrackBank) -> Vec<u8> {
    let mut writer = BankWriter::new(Cursor::new(Vec::new()), 1).expect("room");
    let added = writer.add_sound(KeyZone::default(), bank, 0);
    added.expect("a sound");
    writer.finish().expect("room").0.into_inner()
}

#[test]
fn a_sound_becomes_a_bank_in_the_folder() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let source = data.path().join("tone: A4.wav");
    fs::write(&source, wave(0.4)).expect("a file");
    let imported = imported(&source, &folder).expect("a bank");
    let bank = imported.bank.bank().expect("at hand");
    assert_eq!(imported.bank.file(), "tone- A4.aliquot");
    let sound = &bank.sounds()[0];
    assert_eq!(sound.root_hz, Some(440.0), "of the name");
    assert!(
        sound.source.starts_with("tone: A4.wav, musical fit"),
        "{}",
        sound.source
    );
    assert!((sound.duration_s - 0.4).abs() < 0.01);
    // The same again is the same file.
    let again = super::tests::imported(&source, &folder).expect("a bank");
    assert_eq!(again.bank, imported.bank);
    assert_eq!(folder.list().len(), 1);
}

#[test]
fn partials_and_banks_are_taken_over() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let [partials, whole] = ["oboe C4.txt", "oboe C4.aliquot"].map(|name| data.path().join(name));
    let bank = bank(601.0, 0.1);
    fs::write(&whole, bank.bytes()).expect("a file");
    fs::write(&partials, spear::write_partials(&bank.to_tracks(0))).expect("a file");
    let [of_partials, of_bank] = [&partials, &whole].map(|path| {
        let imported = imported(path, &folder).expect("a bank");
        imported.bank
    });
    // Both have a name of their own.
    assert_eq!(of_partials.file(), "oboe C4.aliquot");
    assert_eq!(of_bank.file(), "oboe C4 2.aliquot");
    assert_eq!(of_bank.hash(), bank.hash());
    let root_hz = of_partials.bank().and_then(|bank| bank.sounds()[0].root_hz);
    assert!(
        root_hz.is_some_and(|hz| (hz - 261.63).abs() < 0.01),
        "of the name"
    );
}

#[test]
fn what_fails_leaves_nothing_and_says_why() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let text = data.path().join("notes.txt");
    fs::write(&text, "no sound").expect("a file");
    for path in [
        &text,
        &data.path().join("gone.wav"),
        &data.path().to_owned(),
    ] {
        let Err(ImportError::Failed(told)) = imported(path, &folder) else {
            panic!("{} was imported", path.display());
        };
        assert!(told.starts_with(&path.display().to_string()), "{told}");
    }
    let whole = data.path().join("a.aliquot");
    fs::write(&whole, bank(602.0, 0.1).bytes()).expect("a file");
    let nowhere = imported(&whole, &BankFolder::default());
    assert!(nowhere.is_err_and(|told| told.to_string().contains("no folder")));
    assert_eq!(folder.list(), []);
}

#[test]
fn a_cancelled_import_leaves_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let source = data.path().join("long.wav");
    fs::write(&source, wave(30.0)).expect("a file");
    let job = started(&source, ImportFit::Exact, &folder);
    job.cancel();
    assert_eq!(outcome(job), Err(ImportError::Cancelled));
    // A drop ends it as well, whatever it is doing. The last owner of its thread waits for that.
    drop(started(&source, ImportFit::Exact, &folder));
    assert_eq!(folder.list(), []);
}

/// What is cancelled while it is saved leaves nothing, and while a bank is read too.
#[test]
fn the_last_steps_can_be_cancelled() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let source = data.path().join("oboe.aliquot");
    let bank = bank(603.0, 0.1);
    fs::write(&source, bank.bytes()).expect("a file");
    let saved = |is_cancelled: bool| {
        let state = ImportState {
            is_cancelled: &AtomicBool::new(is_cancelled),
            progress: &AtomicU32::new(0),
        };
        super::saved(
            &source,
            "oboe",
            BankContent::Whole(bank.clone()),
            &folder,
            &state,
        )
    };
    assert_eq!(saved(true), Err(ImportError::Cancelled));
    assert_eq!(folder.list(), []);
    assert!(saved(false).is_ok());
    // It is there already, and still the answer is that it was cancelled.
    assert_eq!(saved(true), Err(ImportError::Cancelled));
    assert_eq!(folder.list().len(), 1);
}

#[test]
fn what_is_missing_of_a_sound_is_remarked() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let source = data.path().join("cut.wav");
    let whole = wave(0.6);
    fs::write(&source, &whole[..whole.len() / 2]).expect("a file");
    let imported = imported(&source, &folder).expect("a bank");
    let told = imported.remarks.join("\n");
    let expected = "cut.wav is damaged at 0.2";
    assert!(
        told.starts_with(expected) && told.contains("of 0.600 s"),
        "{told}"
    );
    let sound = &imported.bank.bank().expect("at hand").sounds()[0];
    assert!(
        (0.2..0.31).contains(&sound.duration_s),
        "{}",
        sound.duration_s
    );
}

/// A large bank of another folder is copied as it is: it is not in memory to be written.
#[test]
fn a_streamed_bank_is_copied() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(&data.path().join("data")));
    let source = data.path().join("large.aliquot");
    let file = streamed_file(&bank(604.0, 0.5));
    fs::write(&source, &file).expect("a file");
    let imported = imported(&source, &folder).expect("a bank");
    assert!(imported.bank.bank().is_some_and(|bank| bank.is_streamed()));
    let files = folder.list();
    assert_eq!(files.len(), 1);
    assert!(fs::read(&files[0].path).expect("a file") == file);
}

/// Songs know a bank by its hash, so one of version 1 is not written anew, however large it is.
#[test]
fn a_large_bank_of_version_1_keeps_its_bytes() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(&data.path().join("data")));
    let source = data.path().join("old.aliquot");
    let tracks = Tracks {
        // As long as a text can make it, which is quick.
        source: "x".repeat(33 << 20),
        ..bank(608.0, 0.1).to_tracks(0)
    };
    let grid = FrameGrid::of([&tracks]);
    let large = TrackBank::from_tracks(&tracks, grid).expect("a bank").0;
    assert!(large.file_bytes() > 32 << 20 && !large.is_streamed());
    fs::write(&source, large.bytes()).expect("a file");
    let imported = imported(&source, &folder).expect("a bank");
    assert_eq!(imported.bank.hash(), large.hash());
    let files = folder.list();
    assert_eq!(files.len(), 1);
    assert!(fs::read(&files[0].path).expect("a file") == large.bytes());
}

fn named(hz: f64) -> NamedBank {
    NamedBank::new("Oboe", "", bank(hz, 0.3)).expect("a name")
}

#[test]
fn a_sound_is_put_beside_a_bank() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let source = data.path().join("tone A4.wav");
    fs::write(&source, wave(0.4)).expect("a file");
    let request = ImportRequest {
        source: source.clone(),
        fit: ImportFit::Musical,
        beside: Some(named(605.0)),
    };
    let begin = || {
        let job = ImportJob::start(request.clone(), folder.clone(), Arc::default());
        job.expect("a thread")
    };
    let job = begin();
    job.cancel();
    assert_eq!(outcome(job), Err(ImportError::Cancelled));
    assert_eq!(folder.list(), []);
    let imported = outcome(begin()).expect("a bank");
    assert_eq!(imported.bank.file(), "Oboe + tone A4.aliquot");
    assert_eq!(
        (&imported.kept[..], imported.original),
        (&[0][..], Some(source))
    );
    let bank = imported.bank.bank().expect("at hand");
    let roots = [0, 1].map(|sound| bank.sounds()[sound].root_hz);
    assert_eq!(roots, [Some(605.0), Some(440.0)]);
    // Nothing else is in the folder, and the same again is the same file.
    assert_eq!(outcome(begin()).expect("a bank").bank, imported.bank);
    assert_eq!(folder.list().len(), 1);
}

/// What is large is written in pieces, and found again though its hash is known only once it is written.
#[test]
fn large_banks_are_written_in_pieces_once() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let source = data.path().join("tone.wav");
    let (is_cancelled, progress) = (AtomicBool::new(false), AtomicU32::new(0));
    let state = ImportState {
        is_cancelled: &is_cancelled,
        progress: &progress,
    };
    let one = bank(606.0, 0.5);
    let joined = JoinedSounds::new(&named(607.0), &one, "Flute").expect("two");
    for _ in 0..2 {
        let pieces = saved(
            &source,
            "one",
            BankContent::Pieces(one.clone()),
            &folder,
            &state,
        );
        let both = saved(
            &source,
            "both",
            BankContent::Joined(&joined),
            &folder,
            &state,
        );
        for (saved, sounds) in [(pieces, 1), (both, 2)] {
            let saved = saved.expect("a bank");
            let bank = saved.bank().expect("at hand");
            assert!(bank.is_streamed() && bank.sounds().len() == sounds);
            let last = bank.read_tracks(sounds - 1).expect("a sound");
            assert_eq!(last.tracks, one.to_tracks(0).tracks);
        }
        assert_eq!(folder.list().len(), 2);
    }
    is_cancelled.store(true, Ordering::Relaxed);
    for content in [
        BankContent::Pieces(one.clone()),
        BankContent::Joined(&joined),
    ] {
        let other = BankFolder::in_data(Some(&data.path().join("other")));
        let outcome = saved(&source, "a", content, &other, &state);
        assert_eq!(outcome, Err(ImportError::Cancelled));
        let place = other.path().expect("a folder");
        let left = fs::read_dir(place).map_or(0, Iterator::count);
        assert_eq!(left, 0, "not even a hidden file");
    }
}

/// 200 s of 512 partials, out of a file of partials.
#[test]
fn an_import_of_more_than_32_mb_is_streamed() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let source = data.path().join("long.txt");
    let track = |n: u32| Track {
        label: None,
        breakpoints: [0.0, 200.0]
            .map(|time_s| Breakpoint::new(time_s, 39.0 * f64::from(n), 0.001))
            .to_vec(),
    };
    let tracks = Tracks {
        duration_s: 200.0,
        tracks: (1..=512).map(track).collect(),
        ..Tracks::default()
    };
    fs::write(&source, spear::write_partials(&tracks)).expect("a file");
    let imported = imported(&source, &folder).expect("a bank");
    let bank = imported.bank.bank().expect("at hand");
    assert!(
        bank.is_streamed() && bank.file_bytes() >= 32 << 20,
        "{}",
        bank.file_bytes()
    );
    assert_eq!(imported.bank.file(), "long.aliquot");
}
