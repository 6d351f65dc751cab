//! Imports that fail: what they say, and that they leave nothing.

use super::*;
#[cfg(unix)]
use crate::saving::full_disk;

fn beside(source: &Path, first: &NamedBank, folder: &BankFolder) -> Outcome {
    let request = ImportRequest {
        source: source.to_owned(),
        fit: ImportFit::Musical,
        beside: Some(first.clone()),
    };
    let job = ImportJob::start(request, folder.clone(), Arc::default());
    outcome(job.expect("a thread"))
}

fn told(outcome: Outcome) -> String {
    match outcome {
        Err(ImportError::Failed(told)) => told,
        other => panic!("{other:?}"),
    }
}

/// Whatever is imported, and however it is written.
#[cfg(unix)]
#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    const SOURCES: [&str; 4] = ["tone A4.wav", "long.txt", "whole.aliquot", "large.aliquot"];
    let prepare = |folder: &Path| {
        let [whole, large] = [610.0, 611.0].map(|hz| bank(hz, 20.0));
        let text = spear::write_partials(&bank(609.0, 20.0).to_tracks(0));
        let (tone, large) = (wave(12.0), streamed_file(&large));
        let contents = [&tone[..], text.as_bytes(), whole.bytes(), &large];
        for (name, content) in SOURCES.into_iter().zip(contents) {
            fs::write(folder.join(name), content).expect("a file");
        }
        fs::write(folder.join("short.aliquot"), bank(612.0, 0.1).bytes()).expect("a file");
    };
    full_disk::run(prepare, |folder| {
        let banks = BankFolder::in_data(Some(&folder.join("data")));
        let place = banks.path().expect("a folder");
        let check = |source: &Path, outcome: Outcome| {
            let told = told(outcome);
            let [source, shown] = [source, place].map(|path| path.display().to_string());
            let begins = format!("{source}: Cannot write its bank to {shown}: ");
            assert!(
                told.starts_with(&begins) && told.ends_with(full_disk::REASON),
                "{told}"
            );
            // Not even a hidden file.
            let left = fs::read_dir(place).expect("a folder").count();
            assert_eq!(left, 0, "{told}");
        };
        for name in SOURCES {
            let source = folder.join(name);
            check(&source, imported(&source, &banks));
            check(&source, beside(&source, &named(613.0), &banks));
        }
        // What is large is written in pieces.
        let (is_cancelled, progress) = (AtomicBool::new(false), AtomicU32::new(0));
        let state = ImportState {
            is_cancelled: &is_cancelled,
            progress: &progress,
        };
        let long = bank(614.0, 20.0);
        assert!(long.file_bytes() > full_disk::MOST_BYTES);
        let joined = JoinedSounds::new(&named(615.0), &long, "Flute").expect("two");
        for content in [
            BankContent::Pieces(long.clone()),
            BankContent::Joined(&joined),
        ] {
            let saved = saved(folder, "long", content, &banks, &state);
            let outcome = saved.map(|bank| ImportedBank {
                bank,
                original: None,
                kept: Vec::new(),
                remarks: Vec::new(),
            });
            check(folder, outcome);
        }
        // There is room for a short one.
        let short = imported(&folder.join("short.aliquot"), &banks).expect("room");
        assert_eq!(short.bank.file(), "short.aliquot");
    });
}

/// Each with its file, the place and the reason.
#[test]
fn damaged_banks_are_told_and_leave_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let source = data.path().join("flute.aliquot");
    let whole = bank(616.0, 0.3).bytes().to_vec();
    let large = streamed_file(&bank(617.0, 0.3));
    let flipped = |file: &[u8], byte: usize| {
        let mut file = file.to_vec();
        file[byte] ^= 1;
        file
    };
    let last = whole.len() - 1;
    let bytes = |found: usize, of: &[u8]| format!("found {found} bytes, expected {}", of.len());
    for (file, place, reason) in [
        (whole[..last].to_vec(), 16, bytes(last, &whole)),
        (flipped(&whole, last), 24, "the hash is wrong".to_owned()),
        (flipped(&whole, 8), 8, "version".to_owned()),
        (whole[..20].to_vec(), 20, "ends too early".to_owned()),
        (large[..3_000].to_vec(), 16, bytes(3_000, &large)),
        (
            flipped(&large, large.len() - 1),
            24,
            "the hash is wrong".to_owned(),
        ),
    ] {
        fs::write(&source, file).expect("a file");
        let begins = format!("{}: byte {place}: ", source.display());
        for outcome in [
            imported(&source, &folder),
            beside(&source, &named(618.0), &folder),
        ] {
            let told = told(outcome);
            assert!(
                told.starts_with(&begins) && told.contains(&reason),
                "{told}"
            );
        }
        assert_eq!(folder.list(), []);
    }
}

/// What is wrong within the pieces of a large bank is found when two are joined. The message says which bank it is.
#[test]
fn damaged_pieces_are_told_when_they_are_joined() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = BankFolder::in_data(Some(data.path()));
    let source = data.path().join("flute.aliquot");
    let file = streamed_file(&bank(619.0, 1.0));
    // The directory at the end stays as it was.
    let mut damaged = file.clone();
    damaged[1_024..2_048].fill(0x55);
    fs::write(&source, &damaged).expect("a file");
    let added = told(beside(&source, &named(620.0), &folder));
    let begins = format!("{}: byte ", source.display());
    assert!(
        added.starts_with(&begins) && added.contains("hash"),
        "{added}"
    );
    // The one that is loaded is damaged after it was loaded.
    fs::write(&source, &file).expect("a file");
    let loaded = folder.read(&source).expect("a bank");
    fs::write(&source, &damaged).expect("a file");
    let other = data.path().join("oboe.aliquot");
    fs::write(&other, bank(621.0, 0.1).bytes()).expect("a file");
    let joined = told(beside(&other, &loaded, &folder));
    let begins = "The loaded bank flute cannot be read: byte ";
    assert!(
        joined.starts_with(begins) && joined.contains("hash"),
        "{joined}"
    );
    assert_eq!(folder.list(), []);
}

/// One of the folder that is damaged is not the bank, although it says so: nor where only a piece is damaged that is
/// streamed later.
#[test]
fn a_damaged_file_of_the_folder_does_not_stand_for_what_is_imported() {
    let whole = bank(622.0, 0.3).bytes().to_vec();
    let cut = whole[..whole.len() - 1].to_vec();
    let large = streamed_file(&bank(623.0, 3.0));
    let mut late = large.clone();
    let middle = large.len() / 2;
    late[middle..middle + 64].fill(0x55);
    for (file, damaged) in [(whole, cut), (large, late)] {
        let data = tempfile::tempdir().expect("a folder");
        let folder = BankFolder::in_data(Some(data.path()));
        let place = folder.path().expect("a folder");
        let source = data.path().join("oboe.aliquot");
        fs::write(&source, &file).expect("a file");
        fs::create_dir_all(place).expect("made");
        let broken = place.join("broken.aliquot");
        fs::write(&broken, &damaged).expect("a file");
        let imported = imported(&source, &folder).expect("a bank");
        assert_eq!(imported.bank.file(), "oboe.aliquot");
        assert!(fs::read(place.join("oboe.aliquot")).expect("a file") == file);
        // It is the user's.
        assert!(fs::read(&broken).expect("a file") == damaged);
    }
}
