"""Automation of one partial's level at audio rate, heard where it was written.

A partial that is automated adds to the same others as one that is not, so the difference of two
renders is that partial alone, and its quotient by the partial at 0 dB is its gain, frame by frame.
"""

import numpy as np
import pytest

import hosts
import sound
from sound import BLOCK_FRAMES, SAMPLE_RATE_HZ, gain

FRAMES = 48_000
NAME = "Partial 3 Level"
PATCH = {"Partials": 12, "Protect": 0}
# The host sets a parameter once a buffer.
BUFFER_FRAMES = 16


@pytest.fixture
def heard(open_dawdreamer):
    """Renders a held note with this curve of partial 3's level in decibels, one value a frame."""

    def render(curve_db):
        instrument = open_dawdreamer(buffer_frames=BUFFER_FRAMES)
        for name, plain in PATCH.items():
            instrument.set(name, plain)
        instrument.automate(NAME, curve_db)
        return instrument.render(hosts.note(60, 127, 0, FRAMES), FRAMES)[0].astype(np.float64)

    return render


def held(db):
    return np.full(FRAMES, db)


@pytest.mark.parametrize("step_at", [24_016, 30_048, 33_024])
def test_a_step_is_heard_at_the_next_tick(heard, step_at):
    curve = held(0.0)
    curve[step_at:] = -12.0
    stepped, loud, soft = heard(curve), heard(held(0.0)), heard(held(-12.0))

    changed = int(np.argmax(stepped != loud))
    assert stepped[changed] != loud[changed], "the step is not heard"
    assert 0 <= changed - step_at <= BLOCK_FRAMES + 1
    # One tick to begin, one block to get there.
    there = step_at + 2 * BLOCK_FRAMES
    assert np.abs(stepped[there:] - soft[there:]).max() < 1e-6
    assert np.abs(loud[there:] - soft[there:]).max() > 1e-2


def test_a_curve_is_heard_as_it_was_written(heard):
    seconds = np.arange(FRAMES) / SAMPLE_RATE_HZ
    curve = -20 + 18 * np.sin(2 * np.pi * 1.3 * seconds)
    silent = heard(held(sound.LEVEL_OFF_DB))
    moving, unmoved = heard(curve) - silent, heard(held(0.0)) - silent
    assert np.abs(unmoved).max() > 1e-2

    window = np.ones(48) / 48
    power = np.convolve(unmoved * unmoved, window, mode="same")
    gains = np.convolve(moving * unmoved, window, mode="same") / power
    for frame in range(4_000, FRAMES - 200, 7):
        near = curve[frame - BLOCK_FRAMES : frame + BLOCK_FRAMES + 1]
        low, high = gain(near.min() - 0.05), gain(near.max() + 0.05)
        assert low <= gains[frame] <= high, (
            f"frame {frame}: {sound.decibels(gains[frame]):.2f} dB heard, "
            f"{curve[frame]:.2f} dB written"
        )
