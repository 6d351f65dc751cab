"""The song of the session: what is written into it, and what must therefore be measured.

Times are in beats of half a second. A patch is a dictionary from parameter name to plain value, as
in `sound`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests" / "hosts" / "vst3"))

import sound  # noqa: E402

SAMPLE_RATE_HZ = sound.SAMPLE_RATE_HZ
BEAT_FRAMES = SAMPLE_RATE_HZ // 2

PATCH = {
    "Partials": 20,
    "Tilt": -4.5,
    "Inharmonicity": 0.0002,
    "Protect": 0,
    "Partial 2 Level": 3.0,
    "Partial 4 Pan": -0.5,
}

CHORD = [(48, 100), (61, 80), (71, 120)]
"""Key and velocity; no two partials of these notes coincide."""
CHORD_BEATS = (0, 16)

LONE = (57, 110)
LONE_BEATS = (17, 22)

AUTOMATED = "Partial 3 Level"
# A step while the chord sounds, then a ramp while the lone note does. A step takes one tick of
# Ardour's musical time, 1/1920 beat.
STEP_BEAT = 8
BEFORE_DB, AFTER_DB = 0.0, -12.0
RAMP_BEATS = (18, 20)
RAMP_DB = (-24.0, 6.0)
AUTOMATION = [
    (0, BEFORE_DB),
    (STEP_BEAT, BEFORE_DB),
    (STEP_BEAT + 1 / 1920, AFTER_DB),
    (CHORD_BEATS[1], AFTER_DB),
    (RAMP_BEATS[0], RAMP_DB[0]),
    (RAMP_BEATS[1], RAMP_DB[1]),
]

END_BEAT = 23


def notes():
    """(key, velocity, first beat, last beat) of every note."""
    chord = [(key, velocity, *CHORD_BEATS) for key, velocity in CHORD]
    return [*chord, (*LONE, *LONE_BEATS)]


def ramp_db(beat):
    """The automated level in the ramp's time, decibels."""
    way = (beat - RAMP_BEATS[0]) / (RAMP_BEATS[1] - RAMP_BEATS[0])
    return RAMP_DB[0] + min(max(way, 0), 1) * (RAMP_DB[1] - RAMP_DB[0])
