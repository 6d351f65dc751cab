"""Measures the exported audio against the song."""

import warnings

import numpy as np
from scipy.io import wavfile

import song
import sound
from ardour import Failure
from sound import SAMPLE_RATE_HZ, cents, decibels
from spectrum import FRAMES, SEPARATION_HZ, Spectrum

CENTS = 0.5
DECIBELS = 0.1
# Ardour evaluates automation once in a process cycle, of 1024 frames when it exports.
LATE_FRAMES = 1024 + 2 * sound.BLOCK_FRAMES
SAME_DB = -120.0

# The lone note's level is read over six periods of its fundamental, short beside the ramp and long
# enough to keep the other partials out.
CURVE_PERIODS = 6


def read(path):
    """The two channels of a WAV file at the song's rate."""
    with warnings.catch_warnings():
        # Ardour adds a chunk of its own.
        warnings.simplefilter("ignore", wavfile.WavFileWarning)
        rate, audio = wavfile.read(path)
    if rate != SAMPLE_RATE_HZ or audio.ndim != 2 or audio.dtype != np.float32:
        raise Failure(f"{path.name}: {rate} Hz, {audio.shape}, {audio.dtype}")
    expected = song.END_BEAT * song.BEAT_FRAMES
    if len(audio) != expected:
        raise Failure(f"{path.name} has {len(audio)} frames, the session {expected}")
    return audio.T.astype(np.float64)


def chord(audio, level_db, first_beat, last_beat, what):
    """Compares the chord's partials in the middle of these beats with the patch."""
    middle = (first_beat + last_beat) * song.BEAT_FRAMES // 2
    steady = audio[:, middle - FRAMES // 2 : middle + FRAMES // 2]
    patch = song.PATCH | {song.AUTOMATED: level_db}
    partials = [p for key, v in song.CHORD for p in sound.partials(patch, key, v)]
    frequencies = sorted(p.frequency_hz for p in partials)
    assert min(np.diff(frequencies)) > SEPARATION_HZ
    worst_cents = worst_db = 0.0
    for channel, samples in zip(("left", "right"), steady):
        spectrum = Spectrum(samples)
        for partial in partials:
            frequency, amplitude = spectrum.peak(partial.frequency_hz)
            worst_cents = max(worst_cents, abs(cents(frequency, partial.frequency_hz)))
            written = getattr(partial, channel)
            worst_db = max(worst_db, abs(decibels(amplitude / written)))
    within(
        f"{what}: {len(partials)} partials",
        [(worst_cents, CENTS, "cent"), (worst_db, DECIBELS, "dB")],
    )


def ramp(audio):
    """Compares the automated partial's level along the ramp with what was written."""
    number = 3
    partials = sound.partials(song.PATCH, *song.LONE)
    lone = partials[number - 1]
    width = round(CURVE_PERIODS * SAMPLE_RATE_HZ / partials[0].frequency_hz)
    worst_db = 0.0
    frames = range(
        song.RAMP_BEATS[0] * song.BEAT_FRAMES + 2_000,
        song.RAMP_BEATS[1] * song.BEAT_FRAMES - 2_000,
        500,
    )
    window = np.hanning(width)
    for frame in frames:
        piece = audio[0, frame - width // 2 : frame - width // 2 + width]
        turns = np.arange(width) * (lone.frequency_hz / SAMPLE_RATE_HZ)
        amplitude = 2 / window.sum() * abs(np.dot(piece * window, np.exp(-2j * np.pi * turns)))
        heard = decibels(amplitude / lone.left)
        near = [song.ramp_db((frame + d) / song.BEAT_FRAMES) for d in (-LATE_FRAMES, 0)]
        worst_db = max(worst_db, near[0] - heard, heard - near[1])
    within(f"ramp of {song.AUTOMATED}, {len(frames)} times", [(worst_db, DECIBELS, "dB outside")])


def same(first, second):
    """Compares the two exports."""
    difference = np.abs(first - second).max()
    loudest = np.abs(first).max()
    figure = decibels(difference / loudest)
    print("  second export: " + ("the same bits" if difference == 0 else f"{figure:.1f} dB apart"))
    if not figure <= SAME_DB:
        raise Failure(f"the second export is {figure:.1f} dB apart, more than {SAME_DB}")


def within(what, figures):
    """Prints figures with their bounds; fails if one exceeds its bound."""
    shown = ", ".join(f"{figure:.4f} {unit} (≤ {bound})" for figure, bound, unit in figures)
    print(f"  {what}: {shown}")
    for figure, bound, unit in figures:
        if not figure <= bound:
            raise Failure(f"{what}: {figure:.4f} {unit}, more than {bound}")
