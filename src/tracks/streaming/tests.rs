use std::io::Cursor;

use super::*;
use crate::tracks::bank_file::pieces::BankWriter;
use crate::tracks::bank_file::{FrameGrid, KeyZone};
use crate::tracks::{Breakpoint, Track, Tracks};

const GRID: FrameGrid = FrameGrid {
    sample_rate_hz: 48_000.0,
    hop: 128,
};

/// A bank of two sounds in pieces of 16 frames, of which the first is in memory.
pub(super) fn bank() -> Arc<TrackBank> {
    let tracks = Tracks {
        duration_s: 1.0,
        tracks: vec![Track {
            label: Some(1),
            breakpoints: vec![
                Breakpoint::new(0.0, 440.0, 0.5),
                Breakpoint::new(1.0, 440.0, 0.1),
            ],
        }],
        ..Tracks::default()
    };
    let mut writer = BankWriter::new(Cursor::new(Vec::new()), 2).expect("a bank");
    writer.cut_into(0.0, 0.0);
    for _ in 0..2 {
        let added = writer.add_tracks(KeyZone::default(), &tracks, GRID);
        added.expect("a sound");
    }
    let (file, _) = writer.finish().expect("a bank");
    Arc::new(TrackBank::from_bytes(&file.into_inner()).expect("a bank"))
}

fn key(sound: u32, piece: u32) -> PieceKey {
    PieceKey { sound, piece }
}

/// Both ends, of which the reader's is served by hand.
fn stream(most_bytes: u64) -> (PieceStream, ReaderEnd, PiecePool, Arc<TrackBank>) {
    let bank = bank();
    let (mut stream, end) = ends(bank.clone(), most_bytes);
    let mut pool = PiecePool::default();
    stream.exchange(&mut pool);
    (stream, end, pool, bank)
}

fn serve(end: &mut ReaderEnd, bank: &TrackBank) -> usize {
    let mut served = 0;
    while end.serve(|key| bank.read_piece(key).map(Arc::new)) {
        served += 1;
    }
    served
}

#[test]
fn what_is_wanted_comes_once_and_stays() {
    let (mut stream, mut end, mut pool, bank) = stream(POOL_BYTES);
    // The first piece is in memory; frames 10 to 40 are in three.
    for _ in 0..3 {
        stream.begin_tick(&mut pool);
        stream.want(&mut pool, Need::Soon, 0, (10, 40));
    }
    assert!(!stream.has_come());
    assert!(pool.piece(&bank, key(0, 0)).is_some() && pool.piece(&bank, key(0, 1)).is_none());
    assert_eq!(serve(&mut end, &bank), 2);
    assert!(stream.has_come());
    stream.begin_tick(&mut pool);
    let of_pieces = [1, 2].map(|piece| bank.piece_bytes(key(0, piece)));
    assert_eq!(stream.bytes(), of_pieces.iter().sum::<u64>());
    for piece in 0..3 {
        assert!(pool.piece(&bank, key(0, piece)).is_some(), "{piece}");
    }
    stream.want(&mut pool, Need::Soon, 0, (10, 40));
    assert_eq!(serve(&mut end, &bank), 0);
    // Neither a sound that is not there, nor frames past the end, are asked for.
    stream.want(&mut pool, Need::Soon, 2, (0, 40));
    stream.want(&mut pool, Need::Soon, 0, (900_000, 900_001));
    assert!(serve(&mut end, &bank) <= 1);
    // A pool without the stream's pieces has those in memory alone, unless it may wait.
    let mut other = PiecePool::default();
    assert!(other.piece(&bank, key(0, 1)).is_none());
    other.set_waiting(true);
    assert!(other.piece(&bank, key(0, 1)).is_some());
}

/// Of a long wish the pieces that are nearest are asked for, in either direction.
#[test]
fn the_nearest_are_asked_for() {
    for (frames, nearest) in [((32, 350), 2), ((350, 32), 21)] {
        let (mut stream, mut end, mut pool, bank) = stream(POOL_BYTES);
        stream.begin_tick(&mut pool);
        stream.want(&mut pool, Need::Soon, 0, frames);
        serve(&mut end, &bank);
        stream.begin_tick(&mut pool);
        assert_eq!(pool.count(), 8);
        assert!(pool.piece(&bank, key(0, nearest)).is_some(), "{nearest}");
    }
}

#[test]
fn what_was_wanted_longest_ago_gives_way_but_nothing_that_is_wanted() {
    let bytes = bank().piece_bytes(key(0, 1));
    let (mut stream, mut end, mut pool, bank) = stream(3 * bytes + bytes / 2);
    let known = bank.clone();
    let mut tick = |stream: &mut PieceStream, pool: &mut PiecePool, wanted: &[u32]| {
        stream.begin_tick(pool);
        for &piece in wanted {
            stream.want(pool, Need::Soon, 0, (16 * piece, 16 * piece + 1));
        }
        serve(&mut end, &bank);
        stream.begin_tick(pool);
        assert!(stream.bytes() <= 3 * bytes + bytes / 2);
    };
    let there = |pool: &PiecePool| {
        let pieces = (1..20).filter(|piece| pool.piece(&known, key(0, *piece)).is_some());
        pieces.collect::<Vec<u32>>()
    };
    tick(&mut stream, &mut pool, &[1, 2]);
    tick(&mut stream, &mut pool, &[2, 3]);
    assert_eq!(there(&pool), [1, 2, 3]);
    // All are wanted: none gives way.
    tick(&mut stream, &mut pool, &[1, 2, 3, 4]);
    assert_eq!(there(&pool), [1, 2, 3]);
    tick(&mut stream, &mut pool, &[2, 3]);
    tick(&mut stream, &mut pool, &[2, 3, 4]);
    tick(&mut stream, &mut pool, &[2, 3, 4]);
    assert_eq!(there(&pool), [2, 3, 4]);
}

/// What is read ahead gives way to what is needed now, which does not give way to anything.
#[test]
fn what_is_needed_now_comes_before_what_is_read_ahead() {
    let bytes = bank().piece_bytes(key(0, 1));
    let (mut stream, mut end, mut pool, bank) = stream(3 * bytes + bytes / 2);
    let known = bank.clone();
    let there = |pool: &PiecePool| {
        let pieces = (1..20).filter(|piece| pool.piece(&known, key(0, *piece)).is_some());
        pieces.collect::<Vec<u32>>()
    };
    let mut tick = |pool: &mut PiecePool, now: &[u32], soon: &[u32]| {
        stream.begin_tick(pool);
        for (need, wanted) in [(Need::Now, now), (Need::Soon, soon)] {
            for &piece in wanted {
                stream.want(pool, need, 0, (16 * piece, 16 * piece + 1));
            }
        }
        assert!(stream.bytes() <= 3 * bytes + bytes / 2);
        serve(&mut end, &bank)
    };
    // One voice has read ahead as far as there is room.
    for _ in 0..4 {
        tick(&mut pool, &[1], &[2, 3, 4, 5]);
    }
    assert_eq!(there(&pool), [1, 2, 3]);
    // Another begins elsewhere: it is read at once, and stays.
    assert_eq!(tick(&mut pool, &[1, 10], &[2, 3, 4, 11]), 1);
    for _ in 0..4 {
        assert_eq!(
            tick(&mut pool, &[1, 10], &[2, 3, 4, 11]),
            0,
            "nothing is read in vain"
        );
    }
    assert!(there(&pool).len() == 3 && [1, 10].iter().all(|of| there(&pool).contains(of)));
    // All that there is room for is needed: the next waits until one is not.
    tick(&mut pool, &[1, 10, 12], &[2]);
    tick(&mut pool, &[1, 10, 12, 13], &[2]);
    tick(&mut pool, &[1, 10, 12, 13], &[2]);
    assert_eq!(there(&pool), [1, 10, 12]);
}

/// What is needed now is read before what was asked for earlier and is needed soon.
#[test]
fn what_is_needed_now_is_read_first() {
    let (mut stream, mut end, mut pool, bank) = stream(POOL_BYTES);
    stream.begin_tick(&mut pool);
    stream.want(&mut pool, Need::Soon, 0, (16, 60));
    stream.want(&mut pool, Need::Now, 1, (32, 33));
    let mut first = None;
    end.serve(|key| {
        first = Some(key);
        bank.read_piece(key).map(Arc::new)
    });
    assert_eq!(first, Some(key(1, 2)));
    assert_eq!(serve(&mut end, &bank), 3);
}

/// Two streams whose pools have as many pieces, and have changed as often.
#[test]
fn a_pool_that_takes_the_place_of_one_alike_is_another_for_copies() {
    let filled = |piece: u32| {
        let (mut stream, mut end, mut pool, bank) = stream(POOL_BYTES);
        stream.begin_tick(&mut pool);
        stream.want(&mut pool, Need::Now, 0, (16 * piece, 16 * piece + 1));
        serve(&mut end, &bank);
        stream.begin_tick(&mut pool);
        stream.exchange(&mut pool);
        (stream, bank)
    };
    let [(mut first, bank), (mut second, _)] = [filled(1), filled(2)];
    let (mut pool, mut copy) = (PiecePool::default(), PiecePool::allocate());
    first.exchange(&mut pool);
    copy.copy_from(&pool);
    assert!(copy.piece(&bank, key(0, 1)).is_some());
    first.exchange(&mut pool);
    second.exchange(&mut pool);
    assert_eq!(pool.count(), copy.count());
    copy.copy_from(&pool);
    assert!(copy.piece(&bank, key(0, 2)).is_some() && copy.piece(&bank, key(0, 1)).is_none());
}

/// Whoever drops a stream does not wait for a disk that does not answer: the thread is left to others.
#[test]
fn a_thread_that_reads_can_be_left_to_others() {
    let left = Arc::new(std::sync::Mutex::new(Vec::new()));
    let place = left.clone();
    let settings = StreamSettings {
        leave_thread: Some(Arc::new(move |thread| {
            place.lock().expect("no panic").push(thread);
        })),
        ..StreamSettings::default()
    };
    drop(PieceStream::start(bank(), &settings).expect("a thread"));
    let mut left = left.lock().expect("no panic");
    assert_eq!(left.len(), 1);
    // It has been told to end.
    assert!(left.pop().is_some_and(|thread| thread.join().is_ok()));
}

/// Whoever holds a piece is never the last to let go of it, but for the thread that reads.
#[test]
fn what_has_given_way_is_freed_when_nobody_holds_it() {
    let bytes = bank().piece_bytes(key(0, 1));
    let (mut stream, mut end, mut pool, bank) = stream(bytes + bytes / 2);
    stream.begin_tick(&mut pool);
    stream.want(&mut pool, Need::Soon, 0, (16, 17));
    serve(&mut end, &bank);
    stream.begin_tick(&mut pool);
    let held = pool.piece(&bank, key(0, 1)).expect("a piece");
    for _ in 0..3 {
        stream.begin_tick(&mut pool);
        stream.want(&mut pool, Need::Soon, 0, (32, 33));
    }
    assert!(pool.piece(&bank, key(0, 1)).is_none());
    assert_eq!(serve(&mut end, &bank), 1);
    assert_eq!((end.leaving.len(), Arc::strong_count(&held)), (1, 2));
    let weak = Arc::downgrade(&held);
    drop(held);
    assert!(weak.upgrade().is_some());
    serve(&mut end, &bank);
    assert!(weak.upgrade().is_none());
}

#[test]
fn copies_of_a_pool_are_as_it_was() {
    let (mut stream, mut end, mut pool, bank) = stream(POOL_BYTES);
    let mut copy = PiecePool::allocate();
    stream.begin_tick(&mut pool);
    stream.want(&mut pool, Need::Soon, 0, (16, 17));
    serve(&mut end, &bank);
    stream.begin_tick(&mut pool);
    copy.copy_from(&pool);
    assert!(copy.piece(&bank, key(0, 1)).is_some());
    stream.want(&mut pool, Need::Soon, 1, (16, 17));
    serve(&mut end, &bank);
    stream.begin_tick(&mut pool);
    assert!(copy.piece(&bank, key(1, 1)).is_none());
    copy.copy_from(&pool);
    assert!(copy.piece(&bank, key(1, 1)).is_some());
    // A pool without any takes its place, and gives way to it.
    stream.exchange(&mut pool);
    copy.copy_from(&pool);
    assert_eq!(copy.count(), 0);
    stream.exchange(&mut pool);
    assert_eq!(pool.count(), 2);
    copy.copy_from(&pool);
    copy.clear();
    assert_eq!(copy.count(), 0);
}

#[test]
fn the_thread_reads_and_ends_with_its_stream() {
    let bank = bank();
    let mut stream =
        PieceStream::start(bank.clone(), &StreamSettings::default()).expect("a thread");
    let mut pool = PiecePool::default();
    stream.exchange(&mut pool);
    stream.begin_tick(&mut pool);
    stream.want(&mut pool, Need::Soon, 1, (0, 60));
    while !stream.has_come() {
        std::thread::yield_now();
    }
    stream.begin_tick(&mut pool);
    assert!(pool.piece(&bank, key(1, 3)).is_some());
    drop(stream);
    drop(pool);
    assert_eq!(Arc::strong_count(&bank), 1);
}
