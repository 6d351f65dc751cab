//! Loom runs the threads below in every order that the memory model allows.

use loom::thread;

use super::tests::bank;
use super::*;

/// The audio thread asks for two pieces of which there is room for one; the reader reads them. Each comes whole, the
/// limit holds, and the reader is the last to hold what has given way.
#[test]
fn pieces_come_and_go() {
    loom::model(|| {
        let bank = bank();
        let key = |piece| PieceKey { sound: 0, piece };
        let (mut stream, mut end) = ends(bank.clone(), bank.piece_bytes(key(1)));
        let reader = {
            let bank = bank.clone();
            thread::spawn(move || {
                for _ in 0..2 {
                    end.serve(|key| bank.read_piece(key).map(Arc::new));
                }
                end
            })
        };
        let mut pool = PiecePool::default();
        stream.exchange(&mut pool);
        for wanted in [1, 1, 2, 2] {
            stream.begin_tick(&mut pool);
            stream.want_piece(&mut pool, Need::Soon, key(wanted));
            assert!(pool.count() <= 1 && stream.bytes() <= stream.most_bytes);
        }
        let mut end = reader.join().expect("no thread has panicked");
        for wanted in [1, 2] {
            if let Some(found) = pool.piece(&bank, key(wanted)) {
                let rows = bank.rows_of_pieces(0, [Some(&found), None]);
                assert!(rows.is_some_and(|rows| !rows.amplitudes(16 * wanted).is_empty()));
            }
        }
        while end.serve(|key| bank.read_piece(key).map(Arc::new)) {}
        stream.begin_tick(&mut pool);
        assert!(pool.count() <= 1);
        for left in &end.leaving {
            assert_eq!(Arc::strong_count(left), 1);
        }
    });
}
