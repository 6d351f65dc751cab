//! The audio thread does not allocate or free memory, tested with a counting allocator.

mod counting;
mod performance;

use aliquot::bridge::{HostBuffers, LoadMeter, ProcessCall, TelemetrySender};
use aliquot::dsp::random::bits;
use aliquot::synth::{Engine, Param, Patch, Transport};
use counting::calls_during;
use performance::{engine, random_event};

#[test]
fn the_allocator_counts_calls() {
    assert_eq!(calls_during(|| drop(std::hint::black_box(Box::new(1)))), 2);
}

#[test]
fn rendering_neither_allocates_nor_frees() {
    let patches: Vec<Patch> = (0..8)
        .map(|seed| {
            let mut patch = Patch::default();
            for param in Param::all() {
                let part = (bits(seed, param.index() as u64) >> 40) as f32 / (1 << 24) as f32;
                patch.set_normalized(param, part * param.range().top());
            }
            patch.set(Param::VOICES, 4.0 + seed as f32);
            patch
        })
        .collect();
    let mut engine: Engine = engine(48_000.0, &patches[0]);
    let (mut left, mut right) = (vec![0.0; 1_000], vec![0.0; 1_000]);
    let calls = calls_during(|| {
        let mut place = 0;
        for round in 0..400_u64 {
            let patch = &patches[(round % 8) as usize];
            if round % 5 == 0 {
                engine.load_patch(patch);
            } else {
                engine.set_patch(patch);
            }
            engine.set_transport(&Transport {
                tempo_bpm: 60.0 + round as f64,
                position_beats: Some(round as f64),
                playing: round % 3 != 0,
            });
            for _ in 0..round % 20 {
                place += 1;
                engine.push(random_event(place));
            }
            let frames = 1 + (bits(9, round) % 999) as usize;
            engine.render(&mut left[..frames], &mut right[..frames]);
            engine.render_mono(&mut left[..7]);
            while engine.next_ended().is_some() {}
            std::hint::black_box((engine.statistics(), engine.is_silent()));
            if round % 100 == 99 {
                engine.reset();
            }
        }
    });
    assert_eq!(calls, 0);
}

/// The plugin's calls around the engine, with a window open, closed and open again.
#[test]
fn telemetry_neither_allocates_nor_frees() {
    let mut engine = engine(48_000.0, &Patch::default());
    let mut buffers = HostBuffers::new(512);
    let mut meter = LoadMeter::sliding(48_000.0);
    let mut sender = TelemetrySender::new();
    let receiver = sender.receiver();
    let (mut left, mut right) = (vec![0.0; 512], vec![0.0; 512]);
    let (mut filled, mut now_ns) = (0, 0);
    // 16 s in total, longer than the load meter's 10 s, so that it drops old entries.
    for place in 0..3_u64 {
        let watch = (place != 1).then(|| receiver.watch());
        let calls = calls_during(|| {
            for round in 0..500_u64 {
                engine.push(random_event(500 * place + round));
                engine.render(&mut left, &mut right);
                let start_ns = now_ns + bits(1, round) % 20_000_000;
                now_ns = start_ns + bits(2, round) % 20_000_000;
                let call = ProcessCall {
                    start_ns,
                    end_ns: now_ns,
                    frames: 512,
                };
                if let Some(buffer) = buffers.add(call) {
                    meter.add(buffer.time_ns(), buffer.frames);
                }
                sender.publish(|telemetry| {
                    filled += 1;
                    telemetry.statistics = engine.statistics();
                    telemetry.load = meter.load();
                });
            }
        });
        assert_eq!(calls, 0);
        drop(watch);
    }
    assert_eq!(filled, 1_000);
    assert!(meter.load().overruns > 0);
}
