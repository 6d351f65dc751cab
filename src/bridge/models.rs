//! Loom runs the threads below in every order that the memory model allows. The queues have room for
//! two messages here, so that they can be full.

use loom::thread;

use super::{KeyReceiver, KeySender, OutputSender, ScreenKeys, Sender};
use crate::sync::{Arc, AtomicUsize, Ordering};
use crate::synth::Event;

/// Receives, and keeps account of the keys that sound.
fn receive(receiver: &mut KeyReceiver, sounding: &mut Vec<u8>) {
    receiver.receive(|event| match event {
        Event::NoteOn { key, .. } => sounding.push(key),
        Event::NoteOff { note, .. } => {
            let key = note.key.expect("a key");
            let place = sounding.iter().position(|&sounds| sounds == key);
            sounding.remove(place.expect("a key ends that does not sound"));
        }
        other => panic!("{other:?}"),
    });
}

/// Whatever the audio thread has heard of by when, no note hangs. What `play` returns is still open
/// then.
fn no_key_hangs(play: fn(&KeySender) -> Option<ScreenKeys>) {
    loom::model(move || {
        let mut receiver = KeyReceiver::new();
        let sender = receiver.sender();
        let screen = thread::spawn(move || play(&sender));
        let mut sounding = Vec::new();
        for _ in 0..2 {
            receive(&mut receiver, &mut sounding);
        }
        let open = screen.join().expect("the screen does not panic");
        receive(&mut receiver, &mut sounding);
        assert!(sounding.is_empty(), "{sounding:?}");
        drop(open);
    });
}

#[test]
fn a_window_that_closes_lets_go_of_its_keys() {
    no_key_hangs(|sender| {
        let keys = sender.open();
        keys.press(60, 1.0);
        keys.press(62, 1.0);
        None
    });
}

#[test]
fn a_release_that_finds_the_queue_full_is_not_lost() {
    no_key_hangs(|sender| {
        let keys = sender.open();
        keys.press(60, 1.0);
        keys.press(62, 1.0);
        keys.release(60);
        keys.release(62);
        Some(keys)
    });
}

#[test]
fn a_second_window_plays_on_after_the_first() {
    loom::model(|| {
        let mut receiver = KeyReceiver::new();
        let sender = receiver.sender();
        let screen = thread::spawn(move || {
            let first = sender.open();
            first.press(60, 1.0);
            drop(first);
            let second = sender.open();
            second.press(62, 1.0);
            second
        });
        let mut sounding = Vec::new();
        for _ in 0..2 {
            receive(&mut receiver, &mut sounding);
        }
        let second = screen.join().expect("the screen does not panic");
        receive(&mut receiver, &mut sounding);
        assert_eq!(sounding, [62]);
        drop(second);
        receive(&mut receiver, &mut sounding);
        assert!(sounding.is_empty(), "{sounding:?}");
    });
}

/// A reset in between: what it drops does not sound later, what is still down does.
#[test]
fn a_reset_leaves_what_is_still_down() {
    loom::model(|| {
        let mut receiver = KeyReceiver::new();
        let sender = receiver.sender();
        let screen = thread::spawn(move || {
            let keys = sender.open();
            keys.press(60, 1.0);
            keys.release(60);
            keys
        });
        let mut sounding = Vec::new();
        receive(&mut receiver, &mut sounding);
        receiver.reset();
        // The engine is reset as well.
        sounding.clear();
        receive(&mut receiver, &mut sounding);
        let keys = screen.join().expect("the screen does not panic");
        receive(&mut receiver, &mut sounding);
        assert!(sounding.is_empty(), "{sounding:?}");
        drop(keys);
    });
}

/// Both halves of a message belong together, and newer messages come later.
#[test]
fn news_is_whole_and_in_order_and_the_last_is_not_lost() {
    const LAST: usize = 3;
    loom::model(|| {
        let mut sender = Sender::<(usize, usize)>::new();
        let mut watch = sender.receiver().watch();
        let audio = thread::spawn(move || {
            for place in 1..=LAST {
                sender.publish(|news| *news = (place, 10 * place));
            }
        });
        let mut before = 0;
        for _ in 0..2 {
            if let Some((place, other)) = watch.news() {
                assert!(other == 10 * place && place > before, "{place}, {other}");
                before = place;
            }
        }
        audio.join().expect("the audio thread does not panic");
        if let Some((place, _)) = watch.news() {
            before = place;
        }
        assert_eq!(before, LAST);
    });
}

/// A window that opens while the audio thread publishes is shown nothing from before, and everything
/// from then on.
#[test]
fn a_window_that_opens_meanwhile_is_told_of_what_comes_then() {
    loom::model(|| {
        let mut sender = Sender::<usize>::new();
        let receiver = sender.receiver();
        let first = receiver.watch();
        let published = Arc::new(AtomicUsize::new(0));
        let screen = {
            let published = published.clone();
            thread::spawn(move || {
                drop(first);
                let before = published.load(Ordering::Acquire);
                let mut watch = receiver.watch();
                if let Some(seen) = watch.news() {
                    assert!(
                        seen > before,
                        "{seen} was published before the window opened"
                    );
                }
                watch
            })
        };
        for place in 1..=2 {
            sender.publish(|news| *news = place);
            published.store(place, Ordering::Release);
        }
        let mut watch = screen.join().expect("the screen does not panic");
        sender.publish(|news| *news = 3);
        assert_eq!(watch.news(), Some(3));
        drop(watch);
        sender.publish(|_| panic!("nobody looks"));
    });
}

/// If there is no room, the end of what was sent at once is missing, not its middle.
#[test]
fn a_full_queue_leaves_no_gap_within_what_was_sent_at_once() {
    loom::model(|| {
        let mut sender = OutputSender::new();
        let watch = sender.receiver().watch();
        let audio = thread::spawn(move || {
            sender.send(&[1.0, 2.0], &[-1.0, -2.0]);
            sender.send(&[3.0, 4.0], &[-3.0, -4.0]);
        });
        let mut frames: Vec<f32> = Vec::new();
        watch.take(|[left, _]| frames.push(left));
        audio.join().expect("the audio thread does not panic");
        watch.take(|[left, _]| frames.push(left));
        let are_right = [&[1.0, 2.0][..], &[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]];
        assert!(are_right.contains(&&*frames), "{frames:?}");
    });
}

/// Frames come whole, in order and once.
#[test]
fn frames_come_in_order_and_once() {
    loom::model(|| {
        let mut sender = OutputSender::new();
        let receiver = sender.receiver();
        let first = receiver.watch();
        let audio = thread::spawn(move || {
            sender.send(&[1.0, 2.0], &[-1.0, -2.0]);
            sender.send(&[3.0, 4.0], &[-3.0, -4.0]);
            sender
        });
        // Another window follows the first while frames are on their way.
        let mut frames: Vec<f32> = Vec::new();
        let mut each = |[left, right]: super::output::OutputFrame| {
            assert_eq!(left, -right);
            frames.push(left);
        };
        first.take(&mut each);
        drop(first);
        let second = receiver.watch();
        second.take(&mut each);
        let mut sender = audio.join().expect("the audio thread does not panic");
        second.take(&mut each);
        assert!(frames.is_sorted_by(|a, b| a < b), "{frames:?}");
        frames.clear();
        // Whatever happened before, the window that looks now gets all.
        sender.send(&[5.0, 6.0], &[-5.0, -6.0]);
        second.take(|[left, _]| frames.push(left));
        assert_eq!(frames, [5.0, 6.0]);
    });
}
