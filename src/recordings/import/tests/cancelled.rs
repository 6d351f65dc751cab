//! Imports that are cancelled, at any time.

use super::*;
use crate::cancelled::looks;

/// The folder of banks in a folder of data, with one bank in it.
fn folder(data: &Path) -> BankFolder {
    let folder = BankFolder::in_data(Some(data));
    let place = folder.path().expect("a folder");
    fs::create_dir_all(place).expect("made");
    let there = place.join("there.aliquot");
    fs::write(there, bank(630.0, 0.1).bytes()).expect("a file");
    folder
}

/// Does work that goes to a folder of banks, and cancels it at many places: it stops there, and the folder is as it was.
fn cancel_everywhere<T>(
    told: &str,
    work: impl Fn(&BankFolder, &ImportState) -> Result<T, ImportError>,
) {
    let data = tempfile::tempdir().expect("a folder");
    let progress = AtomicU32::new(0);
    let begin = |folder: &BankFolder, is_cancelled: &AtomicBool| {
        let state = ImportState {
            is_cancelled,
            progress: &progress,
        };
        work(folder, &state)
    };
    let whole = folder(&data.path().join("whole"));
    // What it made is not held: the same bank would not be read again.
    let (outcome, looks) = looks::count(|flag| begin(&whole, flag).map(drop));
    assert!(outcome.is_ok(), "{told}");
    assert_eq!(whole.list().len(), 2, "{told}");
    let cancelled = folder(&data.path().join("cancelled"));
    for look in looks::places(&looks, 10) {
        let (outcome, count) = looks::stop_at(look, |flag| begin(&cancelled, flag));
        assert!(
            matches!(outcome, Err(ImportError::Cancelled)),
            "{told}: look {look}"
        );
        // Whether an error is that it was cancelled is asked once or twice.
        assert!(count <= look + 3, "{told}: {count} looks, set at {look}");
        let place = cancelled.path().expect("a folder");
        let left: Vec<_> = fs::read_dir(place).expect("a folder").collect();
        assert_eq!(left.len(), 1, "{told}: not even a hidden file");
        let there = fs::read(place.join("there.aliquot")).expect("a file");
        assert!(there == bank(630.0, 0.1).bytes(), "{told}");
    }
}

#[test]
fn it_stops_at_once_and_the_folder_is_as_it_was() {
    let data = tempfile::tempdir().expect("a folder");
    let [of_text, whole, large] = [631.0, 632.0, 633.0].map(|hz| bank(hz, 0.3));
    let text = spear::write_partials(&of_text.to_tracks(0));
    let (tone, large) = (wave(0.3), streamed_file(&large));
    for (name, content) in [
        ("tone A4.wav", &tone[..]),
        ("oboe.txt", text.as_bytes()),
        ("flute.aliquot", whole.bytes()),
        ("large.aliquot", &large),
    ] {
        let source = data.path().join(name);
        fs::write(&source, content).expect("a file");
        for beside in [None, Some(named(634.0))] {
            let told = format!("{name}, beside {beside:?}");
            let request = ImportRequest {
                source: source.clone(),
                fit: ImportFit::Musical,
                beside,
            };
            cancel_everywhere(&told, |folder, state| import(&request, folder, state));
        }
    }
}

/// What is large is written in pieces.
#[test]
fn large_banks_stop_while_they_are_written() {
    let one = bank(635.0, 0.5);
    let joined = JoinedSounds::new(&named(636.0), &one, "Flute").expect("two");
    for told in ["pieces", "joined"] {
        cancel_everywhere(told, |folder, state| {
            let content = match told {
                "pieces" => BankContent::Pieces(one.clone()),
                _ => BankContent::Joined(&joined),
            };
            saved(Path::new("one.wav"), "one", content, folder, state)
        });
    }
}
