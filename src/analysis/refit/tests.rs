use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use super::kernel::{self, Piece, Scratch, Value};
use super::*;
use crate::analysis::metrics::srer_db;
use crate::analysis::testing::white_noise;

const RATE_HZ: f64 = 44_100.0;
const HOP: usize = 128;
static GO_ON: AtomicBool = AtomicBool::new(false);

fn level() -> SimdLevel {
    SimdLevel::available().last().expect("a level")
}

fn refit(samples: &[f32]) -> Refit<'_> {
    Refit::new(
        level(),
        Grid::new(HOP, samples.len()),
        samples,
        RATE_HZ,
        &GO_ON,
    )
}

/// Rounds of complex fit, and a real one.
fn fit(refit: &Refit<'_>, courses: &mut [Course], rounds: usize) {
    for round in 0..rounds {
        refit
            .round(courses, &Effort::FULL, round, &mut |_| ())
            .expect("a round");
    }
    refit
        .polish(courses, &Effort::FULL, &mut |_| ())
        .expect("a fit");
}

/// A course of this many knots with a frequency in Hz and an amplitude, open at both ends.
fn course(first: usize, knots: usize, hz: f64, amplitude: f32) -> Course {
    let turns = hz / RATE_HZ;
    Course {
        first,
        onset: None,
        is_open_start: true,
        is_open_end: true,
        phases: (0..knots)
            .map(|knot| (first + knot) as f64 * HOP as f64 * turns)
            .collect(),
        frequencies: vec![turns; knots],
        amplitudes: vec![amplitude; knots],
        is_between: Vec::new(),
    }
}

/// Courses with curved phases, one of them with an onset.
fn curved() -> Vec<Course> {
    let mut courses = vec![
        course(0, 33, 300.0, 0.3),
        course(3, 20, 2_345.0, 0.2),
        course(10, 15, 9_000.0, 0.1),
    ];
    for (index, course) in courses.iter_mut().enumerate() {
        for knot in 0..course.knots() {
            course.phases[knot] += 0.3 * libm::sin(0.7 * knot as f64 + index as f64);
            course.amplitudes[knot] *= 1.0 + 0.5 * libm::sinf(1.3 * knot as f32);
        }
        fold::set_frequencies(course, HOP);
    }
    courses[2].onset = Some(10 * HOP + 77);
    courses
}

/// Sample by sample, in f64.
fn reference(courses: &[Course], samples: usize) -> Vec<f64> {
    let mut sum = vec![0.0; samples];
    for course in courses {
        for knot in 0..course.knots() - 1 {
            let [p0, p1, p2, p3] = course.cubic(knot, HOP);
            for i in 0..HOP {
                let at = (course.first + knot) * HOP + i;
                if at >= samples || course.onset.is_some_and(|onset| at < onset) {
                    continue;
                }
                let (x, u) = (i as f64, i as f64 / HOP as f64);
                let (a, b) = (
                    f64::from(course.amplitudes[knot]),
                    f64::from(course.amplitudes[knot + 1]),
                );
                let turns = p0 + x * (p1 + x * (p2 + x * p3));
                sum[at] += (a + u * (b - a)) * libm::cos(TAU * turns);
            }
        }
    }
    sum
}

#[test]
fn synthesis_is_the_model() {
    let silence = vec![0.0; 32 * HOP];
    let courses = curved();
    let found = refit(&silence).synthesis(&courses).expect("not cancelled");
    let expected = reference(&courses, silence.len());
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!(
            (f64::from(*found) - expected).abs() < 1e-5,
            "{at}: {found} {expected}"
        );
    }
}

/// Values from −1 to 1.
fn values(seed: u64, count: usize) -> Vec<Value> {
    let noise = white_noise(seed, 2 * count);
    noise
        .chunks(2)
        .map(|pair| Value {
            re: pair[0],
            im: pair[1],
        })
        .collect()
}

/// ⟨F c, r⟩ = ⟨c, Fᵀ r⟩, for one segment.
#[test]
fn the_adjoint_is_one() {
    let courses = curved();
    let pieces: Vec<Piece> = courses
        .iter()
        .enumerate()
        .map(|(index, course)| Piece {
            cubic: course.cubic(2, HOP),
            start: if index == 1 { 41 } else { 0 },
            end: if index == 1 { HOP - 9 } else { usize::MAX },
            slot: 2 * index,
        })
        .collect();
    let given = values(1, 6);
    let rest = white_noise(2, HOP);
    let mut forward = vec![0.0; HOP];
    kernel::synthesise(level(), &pieces, &given, &mut forward);
    let mut adjoint = vec![Value::default(); 6];
    let mut samples = rest.clone();
    let silent = vec![Value::default(); 6];
    kernel::pass(
        level(),
        &pieces,
        &silent,
        1.0,
        &mut samples,
        &mut adjoint,
        &mut Scratch::default(),
    );
    let left: f64 = forward
        .iter()
        .zip(&rest)
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum();
    let right = product(&given, &adjoint);
    let scale = libm::sqrt(
        forward
            .iter()
            .map(|a| f64::from(*a) * f64::from(*a))
            .sum::<f64>()
            * HOP as f64,
    );
    assert!((left - right).abs() < 1e-5 * scale, "{left} {right}");
    assert!(left.abs() > 0.01, "the test says nothing: {left}");
}

#[test]
fn every_level_gives_the_same_bits() {
    let sound = white_noise(4, 40 * HOP);
    let outcome = |level| {
        let refit = Refit::new(level, Grid::new(HOP, sound.len()), &sound, RATE_HZ, &GO_ON);
        let mut courses = curved();
        refit
            .round(&mut courses, &Effort::FULL, 0, &mut |_| ())
            .expect("a round");
        courses
    };
    let first = outcome(SimdLevel::PORTABLE);
    for level in SimdLevel::available() {
        assert!(outcome(level) == first, "{level:?}");
    }
}

/// What is minimised, in f64.
fn objective(sound: &[f32], courses: &[Course], start: &[Course], ridge: f64) -> f64 {
    let square = |(x, y): (&f32, &f64)| (f64::from(*x) - y) * (f64::from(*x) - y);
    let error: f64 = sound
        .iter()
        .zip(&reference(courses, sound.len()))
        .map(square)
        .sum();
    let moved = courses
        .iter()
        .zip(start)
        .flat_map(|(a, b)| a.amplitudes.iter().zip(&b.amplitudes));
    let distance: f64 = moved
        .map(|(a, b)| f64::from(a - b) * f64::from(a - b))
        .sum();
    error + ridge * HOP as f64 * distance
}

#[test]
fn conjugate_gradients_descend() {
    let sound: Vec<f32> = reference(&curved(), 32 * HOP)
        .iter()
        .map(|x| *x as f32)
        .collect();
    let refit = refit(&sound);
    let mut start = curved();
    for course in &mut start {
        course.amplitudes.fill(0.25);
    }
    let mut before = objective(&sound, &start, &start, 0.1);
    for polish in 1..8 {
        let mut courses = start.clone();
        let effort = Effort {
            polish,
            ..Effort::FULL
        };
        refit
            .polish(&mut courses, &effort, &mut |_| ())
            .expect("a fit");
        let now = objective(&sound, &courses, &start, 0.1);
        // At the minimum it may rise by what the couplings leave out.
        let most = if polish < 5 { 1e-6 } else { 1e-5 };
        assert!(
            now < before * (1.0 + most),
            "{polish}: {now} after {before}"
        );
        before = now;
    }
    assert!(before < 0.5 * objective(&sound, &start, &start, 0.1));
}

/// Courses 0.4 to 1.9 turns a hop from each other, one of them with an onset.
fn near() -> Vec<Course> {
    let turn_hz = RATE_HZ / HOP as f64;
    let mut courses: Vec<Course> = [0.0, 0.4, 1.0, 1.9]
        .iter()
        .map(|turns| course(0, 33, 2_000.0 + turns * turn_hz, 0.2))
        .collect();
    courses.push(course(10, 15, 2_000.0 + 2.6 * turn_hz, 0.3));
    for (index, course) in courses.iter_mut().enumerate() {
        for knot in 0..course.knots() {
            course.phases[knot] += 0.1 * libm::sin(0.7 * knot as f64 + index as f64);
            course.amplitudes[knot] *= 1.0 + 0.5 * libm::sinf(1.3 * knot as f32 + index as f32);
        }
        fold::set_frequencies(course, HOP);
    }
    courses[4].onset = Some(10 * HOP + 77);
    courses
}

#[test]
fn the_fit_is_the_least_squares_solution() {
    for (courses, most_db) in [(curved(), 0.01), (near(), 0.05), (thinned(), 0.05)] {
        let above_db = above_minimum_db(&courses);
        assert!((0.0..most_db).contains(&above_db), "{above_db} dB");
    }
}

/// The courses with every second, fourth or eighth knot as breakpoints, by blocks.
fn thinned() -> Vec<Course> {
    let mut courses = curved();
    for course in &mut courses {
        let is_between = |knot: usize| {
            let number = course.first + knot;
            let is_end = knot == 0 || knot + 1 == course.knots();
            !is_end && !number.is_multiple_of(2 << (number / 8 % 3))
        };
        course.is_between = (0..course.knots()).map(is_between).collect();
        course.interpolate(HOP);
    }
    courses
}

#[test]
fn knots_between_breakpoints_stay_on_the_curves() {
    let sound: Vec<f32> = reference(&curved(), 32 * HOP)
        .iter()
        .map(|x| *x as f32)
        .collect();
    let refit = refit(&sound);
    let mut courses = thinned();
    for round in 0..2 {
        refit
            .round(&mut courses, &Effort::FULL, round, &mut |_| ())
            .expect("a fit");
    }
    refit
        .polish(&mut courses, &Effort::FULL, &mut |_| ())
        .expect("a fit");
    let mut again = courses.clone();
    for (course, again) in courses.iter().zip(&mut again) {
        assert!(course.breakpoints().count() < course.knots() / 2 + 3);
        again.interpolate(HOP);
        assert_eq!(again, course);
    }
}

/// How far the fit of these courses, begun with even amplitudes, is above the minimum: that of the normal equations
/// themselves, in f64.
fn above_minimum_db(courses: &[Course]) -> f64 {
    let sound: Vec<f32> = reference(courses, 32 * HOP)
        .iter()
        .map(|x| *x as f32)
        .collect();
    let mut start = courses.to_vec();
    for course in &mut start {
        course.amplitudes.fill(0.25);
    }
    let free: Vec<(usize, usize)> = (0..start.len())
        .flat_map(|index| (0..start[index].knots()).map(move |knot| (index, knot)))
        .filter(|(index, knot)| start[*index].is_free(*knot) && start[*index].is_breakpoint(*knot))
        .collect();
    // What a breakpoint says of the sound and of the knots, those between included.
    let columns: Vec<[Vec<f64>; 2]> = free
        .iter()
        .map(|(index, knot)| {
            let mut one = start.clone();
            one.iter_mut()
                .for_each(|course| course.amplitudes.fill(0.0));
            one[*index].amplitudes[*knot] = 1.0;
            one[*index].interpolate(HOP);
            let knots = one.iter().flat_map(|course| &course.amplitudes);
            [
                reference(&one, sound.len()),
                knots.map(|a| f64::from(*a)).collect(),
            ]
        })
        .collect();
    let rest: Vec<f64> = sound
        .iter()
        .zip(reference(&start, sound.len()))
        .map(|(x, y)| f64::from(*x) - y)
        .collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let ridge = f64::from(Effort::FULL.polish_ridge) * HOP as f64;
    let mut rows: Vec<Vec<f64>> = columns
        .iter()
        .map(|[column, knots]| {
            let product =
                |[other, others]: &[Vec<f64>; 2]| dot(column, other) + ridge * dot(knots, others);
            let mut row: Vec<f64> = columns.iter().map(product).collect();
            row.push(dot(column, &rest));
            row
        })
        .collect();
    // Gauss's elimination: the matrix is positive definite.
    for at in 0..rows.len() {
        let pivot = rows[at].clone();
        for (_, row) in rows
            .iter_mut()
            .enumerate()
            .filter(|(other, _)| *other != at)
        {
            let factor = row[at] / pivot[at];
            row.iter_mut()
                .zip(&pivot)
                .for_each(|(value, pivot)| *value -= factor * pivot);
        }
    }
    let mut courses = start.clone();
    let effort = Effort {
        polish: 12,
        ..Effort::FULL
    };
    let refit = refit(&sound);
    refit
        .polish(&mut courses, &effort, &mut |_| ())
        .expect("a fit");
    let mut expected = start.clone();
    for (at, (index, knot)) in free.iter().enumerate() {
        let change = rows[at][rows.len()] / rows[at][at];
        expected[*index].amplitudes[*knot] += change as f32;
    }
    expected
        .iter_mut()
        .for_each(|course| course.interpolate(HOP));
    let ridge = f64::from(effort.polish_ridge);
    let least = objective(&sound, &expected, &start, ridge);
    let found = objective(&sound, &courses, &start, ridge);
    10.0 * libm::log10(found / least)
}

/// All to one side, and in phase at the start, where what each says of the others adds up.
#[test]
fn shares_are_those_of_the_whole_sound() {
    let turn_hz = RATE_HZ / HOP as f64;
    let courses: Vec<Course> = (1..=25)
        .map(|harmonic| course(0, 33, 2.2 * f64::from(harmonic) * turn_hz, 0.02))
        .collect();
    let side: Vec<f32> = reference(&courses, 32 * HOP)
        .iter()
        .map(|x| *x as f32)
        .collect();
    let found = refit(&side).shares(&courses, &Effort::FULL, &mut |_| ());
    let found = found.expect("not cancelled");
    let shares = found.iter().flatten().map(|value| value.re / 0.02);
    let most = shares.map(|share| (share - 1.0).abs()).fold(0.0, f32::max);
    assert!(most < 0.1, "{most}");
}

/// Two partials 0.6 of the lobe of a window of four hops apart. The start has their frequencies to 0.3 Hz, and
/// no amplitudes.
#[test]
fn close_partials_are_separated() {
    let lobe_hz = 4.0 * RATE_HZ / (4 * HOP) as f64;
    let (low, high) = (500.0, 500.0 + 0.6 * lobe_hz);
    let value = |n: usize| {
        let turns = |hz: f64| TAU * hz * n as f64 / RATE_HZ;
        (0.4 * libm::cos(turns(low)) + 0.1 * libm::cos(turns(high) + 1.0)) as f32
    };
    let sound: Vec<f32> = (0..100 * HOP).map(value).collect();
    let refit = refit(&sound);
    let mut courses = vec![
        course(0, 101, low + 0.3, 0.25),
        course(0, 101, high - 0.3, 0.25),
    ];
    for phase in &mut courses[1].phases {
        *phase += 1.0 / TAU;
    }
    fit(&refit, &mut courses, 6);
    for (course, amplitude, hz) in [(&courses[0], 0.4, low), (&courses[1], 0.1, high)] {
        let mean_hz = course.frequencies[10..90].iter().sum::<f64>() / 80.0 * RATE_HZ;
        assert!((mean_hz - hz).abs() < 0.5, "{mean_hz} for {hz}");
        let found = &course.amplitudes[10..90];
        let mean = found.iter().sum::<f32>() / 80.0;
        assert!((mean - amplitude).abs() < 0.02, "{mean} for {amplitude}");
    }
    assert!(srer_db(&sound, &refit.synthesis(&courses).expect("not cancelled")) > 40.0);
}

/// The start of a blow is where it was, and there is nothing before.
#[test]
fn onsets_are_kept() {
    let onset = 20 * HOP + 50;
    let value = |n: usize| match n.checked_sub(onset) {
        Some(n) => (0.5 * libm::exp(-(n as f64) / 4_000.0) * libm::cos(0.1 * n as f64)) as f32,
        None => 0.0,
    };
    let sound: Vec<f32> = (0..100 * HOP).map(value).collect();
    let mut course = course(20, 81, 0.1 / TAU * RATE_HZ, 0.4);
    for phase in &mut course.phases {
        *phase -= 0.1 / TAU * onset as f64;
    }
    course.onset = Some(onset);
    let refit = refit(&sound);
    let mut courses = vec![course];
    fit(&refit, &mut courses, 10);
    let found = refit.synthesis(&courses).expect("not cancelled");
    assert!(found[..onset].iter().all(|x| *x == 0.0));
    assert!((found[onset] - 0.5).abs() < 0.03, "{}", found[onset]);
    assert!(srer_db(&sound, &found) > 45.0);
}

#[test]
fn a_sound_of_several_steps_has_no_seams() {
    let samples = 3 * STEP_SAMPLES + 1_000;
    let value = |n: usize| (0.5 * libm::cos(TAU * 440.3 / RATE_HZ * n as f64)) as f32;
    let sound: Vec<f32> = (0..samples).map(value).collect();
    let refit = refit(&sound);
    let mut courses = vec![course(0, samples.div_ceil(HOP) + 1, 440.3, 0.45)];
    fit(&refit, &mut courses, 3);
    let found = refit.synthesis(&courses).expect("not cancelled");
    for (at, (found, given)) in found
        .iter()
        .zip(&sound)
        .enumerate()
        .take(samples - 2_000)
        .skip(2_000)
    {
        assert!((found - given).abs() < 2e-3, "{at}: {found} {given}");
    }
}

#[test]
fn a_fit_can_be_cancelled() {
    let stop = AtomicBool::new(true);
    let sound = vec![0.0; 100 * HOP];
    let refit = Refit::new(level(), Grid::new(HOP, sound.len()), &sound, RATE_HZ, &stop);
    let outcome = refit.round(
        &mut [course(0, 20, 440.0, 0.1)],
        &Effort::FULL,
        0,
        &mut |_| (),
    );
    assert_eq!(outcome, Err(Cancelled));
}
