"""What a patch sounds like, worked out from its description and not from the plugin's code.

A patch is a dictionary from parameter name to plain value in the parameter's unit (percentages as
parts of one, choices as their index). What it leaves out is at its default.
"""

import math
from dataclasses import dataclass

SAMPLE_RATE_HZ = 48_000
BLOCK_FRAMES = 64
"""H, the distance of two ticks at this rate."""
FADING_FROM = 0.95
"""Partials fade out from this part of Nyquist on."""

EDITABLE_PARTIALS = 64
LEVEL_OFF_DB = -72.0
SOURCE_RMS = 0.25


@dataclass(frozen=True)
class Linear:
    low: float
    high: float

    def normalized(self, plain):
        return (plain - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class SignedSquare:
    """Fine around zero: the sign times the square of the way from the middle."""

    high: float

    def normalized(self, plain):
        return 0.5 + math.copysign(0.5 * math.sqrt(abs(plain) / self.high), plain)


@dataclass(frozen=True)
class Quartic:
    """Exact zero, and fine steps near it."""

    high: float

    def normalized(self, plain):
        return (plain / self.high) ** 0.25


# Of each parameter that the tests use: its range, its default and the text of that default.
PARAMETERS = {
    "Partials": (Linear(1, 1024), 128, "128"),
    "Tilt": (Linear(-24, 12), -6.0, "-6.00 dB/oct"),
    "Odd Even Balance": (Linear(-1, 1), 0.0, "0.0 %"),
    "Strike Position": (Linear(0, 0.5), 0.125, "12.5 %"),
    "Strike Depth": (Linear(0, 1), 0.0, "0.0 %"),
    "Phases": (Linear(0, 15), 0, "Zero"),
    "Inharmonicity": (Quartic(0.1), 0.0, "0"),
    "Octave Stretch": (SignedSquare(1200), 0.0, "0.00 ct"),
    "Coarse Tune": (Linear(-48, 48), 0, "0 st"),
    "Fine Tune": (Linear(-100, 100), 0.0, "0.00 ct"),
    "Amp Release": (Quartic(60), 0.15, "150.00 ms"),
    "LFO 1 to Pitch": (SignedSquare(1200), 0.0, "0.00 ct"),
    "LFO 1 to Level": (Linear(-24, 24), 0.0, "0.00 dB"),
    "Bend Range": (Linear(0, 96), 2, "2 st"),
    "Velocity to Level": (Linear(0, 1), 0.7, "70.0 %"),
    "Pressure to Level": (Linear(-24, 24), 6.0, "6.00 dB"),
    "Brightness to Tilt": (Linear(0, 12), 6.0, "6.00 dB/oct"),
    "Wheel to Vibrato": (Linear(0, 200), 50.0, "50.00 ct"),
    "Output Level": (Linear(-60, 12), -6.0, "-6.00 dB"),
    "Protect": (Linear(0, 1), 1, "On"),
    "Tuning": (Linear(0, 15), 0, "Auto"),
    "Fifth": (Linear(685, 721), 700.0, "700.00 ct"),
    "Match": (Linear(0, 1), 0.0, "0.0 %"),
    "Body A": (Linear(0, 63), 0, "Harmonic"),
    "Morph X": (Linear(0, 1), 0.0, "0.0 %"),
    "Freeze": (Linear(0, 1), 0.0, "0.0 %"),
    "Recording Position": (Linear(-1, 1), 0.0, "0.0 %"),
}
for _n in range(1, EDITABLE_PARTIALS + 1):
    PARAMETERS[f"Partial {_n} Level"] = (Linear(LEVEL_OFF_DB, 24), 0.0, "0.00 dB")
    PARAMETERS[f"Partial {_n} Tune"] = (SignedSquare(1200), 0.0, "0.00 ct")
    PARAMETERS[f"Partial {_n} Pan"] = (Linear(-1, 1), 0.0, "C")


def normalized(name, plain):
    """The 0-to-1 value that a host sets for a plain one."""
    return PARAMETERS[name][0].normalized(plain)


def gain(db):
    return 10 ** (db / 20)


def decibels(amplitude):
    return 20 * math.log10(max(amplitude, 1e-12))


def cents(frequency_hz, reference_hz):
    return 1200 * math.log2(frequency_hz / reference_hz)


@dataclass(frozen=True)
class Partial:
    frequency_hz: float
    left: float
    right: float


def partials(patch, key, velocity):
    """The partials of a held note, those faded near Nyquist left out.

    `velocity` is MIDI's, 1 to 127.
    """

    def value(name):
        return patch.get(name, PARAMETERS[name][1])

    count = value("Partials")
    position, depth = value("Strike Position"), value("Strike Depth")
    balance = value("Odd Even Balance")

    def source(n):
        amplitude = n ** (value("Tilt") / (20 * math.log10(2)))
        quieter = -balance if n % 2 == 0 else balance
        amplitude *= 1 - max(quieter, 0)
        return amplitude * (1 - depth + depth * abs(math.sin(n * math.pi * position)))

    amplitudes = [source(n) for n in range(1, count + 1)]
    norm = SOURCE_RMS / math.sqrt(sum(a * a for a in amplitudes))
    d = value("Velocity to Level")
    loudness = (1 - d + d * (velocity / 127) ** 2) * gain(value("Output Level"))
    tune_cents = 100 * value("Coarse Tune") + value("Fine Tune")
    f0 = 440 * 2 ** ((key - 69) / 12 + tune_cents / 1200)

    sounding = []
    for n, amplitude in enumerate(amplitudes, start=1):
        level_db, own_cents, pan = 0.0, 0.0, 0.0
        if n <= EDITABLE_PARTIALS:
            level_db = value(f"Partial {n} Level")
            own_cents = value(f"Partial {n} Tune")
            pan = value(f"Partial {n} Pan")
        own_cents += value("Octave Stretch") * math.log2(n)
        frequency = n * f0 * math.sqrt(1 + value("Inharmonicity") * n * n) * 2 ** (own_cents / 1200)
        if level_db <= LEVEL_OFF_DB or frequency >= FADING_FROM * SAMPLE_RATE_HZ / 2:
            continue
        a = amplitude * norm * loudness * gain(level_db)
        angle = (pan + 1) * math.pi / 4
        left, right = math.sqrt(2) * math.cos(angle), math.sqrt(2) * math.sin(angle)
        sounding.append(Partial(frequency, a * left, a * right))
    return sounding
