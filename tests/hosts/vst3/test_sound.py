"""What the hosts hear, measured against the patch."""

import itertools

import numpy as np
import pytest

import hosts
import sound
from sound import SAMPLE_RATE_HZ, cents, decibels
from spectrum import FRAMES, SEPARATION_HZ, Spectrum, frequency_curve

SETTLED = 24_000
"""Frames after which a held note is steady."""

CENTS = 0.5
DECIBELS = 0.1
NOTHING_DB = -110.0
"""How far below the loudest partial all must be that is no partial."""

# Each sound: a patch, and notes as key and velocity. Keys are such that no two partials meet.
PLAIN = {"Partials": 20, "Protect": 0}, [(60, 100), (64, 80), (68, 127)]

SHAPED = {
    "Partials": 20,
    "Tilt": -3.0,
    "Odd Even Balance": -0.25,
    "Strike Position": 0.22,
    "Strike Depth": 0.6,
    "Inharmonicity": 0.0003,
    "Octave Stretch": 15.0,
    "Fine Tune": 12.5,
    "Coarse Tune": 5,
    "Velocity to Level": 0.4,
    "Output Level": -9.0,
    "Protect": 0,
    "Partial 2 Level": 4.5,
    "Partial 3 Level": sound.LEVEL_OFF_DB,
    "Partial 4 Tune": 31.0,
    "Partial 5 Pan": -0.6,
    "Partial 6 Level": -18.0,
    "Partial 7 Tune": -45.0,
    "Partial 8 Pan": 1.0,
}, [(45, 100), (63, 64), (69, 120)]

# Most of this one's partials would be above Nyquist.
BRIGHT = {"Partials": 512, "Tilt": 0.0, "Protect": 0}, [(45, 100)]


def steady(instrument, patch, notes, midi=()):
    """The steady part of held notes: two channels of `FRAMES` frames."""
    for name, plain in patch.items():
        instrument.set(name, plain)
    frames = SETTLED + FRAMES
    events = list(midi)
    for key, velocity in notes:
        events += hosts.note(key, velocity, 0, frames - 1)
    return instrument.render(events, frames)[:, SETTLED:]


@pytest.mark.parametrize("patch, notes", [PLAIN, SHAPED, BRIGHT], ids=["plain", "shaped", "bright"])
def test_a_chord_has_the_partials_of_its_patch(open_host, patch, notes):
    partials = [p for key, velocity in notes for p in sound.partials(patch, key, velocity)]
    frequencies = sorted(p.frequency_hz for p in partials)
    apart = min(b - a for a, b in itertools.pairwise(frequencies))
    assert apart > SEPARATION_HZ, f"two partials are only {apart:.2f} Hz apart"

    audio = steady(open_host(), patch, notes)
    loudest = max(max(p.left, p.right) for p in partials)
    # From here to Nyquist partials fade; what would be above it must not come back down.
    fading_hz = sound.FADING_FROM * SAMPLE_RATE_HZ / 2
    for channel, samples in zip(("left", "right"), audio):
        spectrum = Spectrum(samples)
        # A partial panned wholly to the other side must not be heard here.
        heard = [p for p in partials if getattr(p, channel) > 1e-9]
        worst_cents = worst_db = 0.0
        for partial in heard:
            frequency, measured = spectrum.peak(partial.frequency_hz)
            worst_cents = max(worst_cents, abs(cents(frequency, partial.frequency_hz)))
            worst_db = max(worst_db, abs(decibels(measured / getattr(partial, channel))))
        where, besides = spectrum.loudest_besides([p.frequency_hz for p in heard], fading_hz)
        print(
            f"{channel}: {len(heard)} partials within {worst_cents:.4f} cent and "
            f"{worst_db:.4f} dB; besides, {decibels(besides / loudest):.1f} dB at {where:.0f} Hz"
        )
        assert worst_cents <= CENTS
        assert worst_db <= DECIBELS
        assert decibels(besides / loudest) <= NOTHING_DB


@pytest.mark.parametrize("bend, semitones", [(0x3FFF, 7), (0x0000, -7), (0x3000, 3.5)])
def test_pitch_bend(open_host, bend, semitones):
    midi = [(0, bytes([0xE0, bend & 0x7F, bend >> 7]))]
    patch = {"Partials": 4, "Bend Range": 7, "Protect": 0}
    audio = steady(open_host(), patch, [(57, 100)], midi)
    frequency, amplitude = Spectrum(audio[0]).peak(220 * 2 ** (semitones / 12))
    assert amplitude > 0.01
    # The wheel's upper half has one step less than its lower.
    assert abs(cents(frequency, 220) - 100 * semitones) <= 0.5 + abs(semitones) / 8191 * 100


@pytest.mark.parametrize(
    "number, value, semitones",
    [
        pytest.param(0, (12, 0), 12.0, id="bend-range"),
        pytest.param(1, (96, 0), 0.5, id="fine-tune"),
        pytest.param(2, (67, 0), 3.0, id="coarse-tune"),
    ],
)
def test_a_registered_parameter_sent_at_one_instant(open_host, number, value, semitones):
    """These hosts sort the controllers of one instant by number, the value before the selection."""
    controllers = [(101, 0), (100, number), (6, value[0]), (38, value[1])]
    midi = [(0, bytes([0xB0, controller, data])) for controller, data in controllers]
    # The bend comes later: its range is the one that the registered parameter has set.
    midi.append((2_000, bytes([0xE0, 0x7F, 0x7F])))
    bent = semitones if number == 0 else 2.0 + semitones
    audio = steady(open_host(), {"Partials": 1, "Protect": 0}, [(57, 100)], midi)
    wanted = 220.0 * 2 ** (bent / 12)
    frequency, _ = Spectrum(audio[0]).peak(wanted)
    assert abs(cents(frequency, wanted)) < CENTS


@pytest.mark.parametrize("is_registered_first", [True, False])
def test_an_nrpn_at_the_instant_of_an_rpn_sets_no_bend_range(open_host, is_registered_first):
    """Of each controller these hosts deliver the last value only: the data may be the NRPN's."""
    registered = [(101, 0), (100, 0), (6, 12)]
    other = [(99, 1), (98, 8), (6, 24)]
    controllers = registered + other if is_registered_first else other + registered
    midi = [(0, bytes([0xB0, controller, data])) for controller, data in controllers]
    # Nor do data that come later, as long as nothing else is selected.
    midi.append((1_000, bytes([0xB0, 6, 7])))
    midi.append((2_000, bytes([0xE0, 0x7F, 0x7F])))
    audio = steady(open_host(), {"Partials": 1, "Protect": 0}, [(57, 100)], midi)
    wanted = 220.0 * 2 ** (2.0 / 12)
    frequency, _ = Spectrum(audio[0]).peak(wanted)
    assert abs(cents(frequency, wanted)) < CENTS


# The cents of keys above middle C, by fifths and octaves.
@pytest.mark.parametrize("fifth", [696.578, 720.0, 685.714], ids=["meantone", "five", "seven"])
def test_keys_and_partials_follow_the_fifth(open_host, fifth):
    middle_c = 440 * 2 ** (-9 / 12)
    for key, above in [(67, fifth), (64, 4 * fifth - 2_400), (61, 7 * fifth - 4_800)]:
        patch = {"Partials": 3, "Tuning": 3, "Fifth": fifth, "Match": 1.0, "Protect": 0}
        spectrum = Spectrum(steady(open_host(), patch, [(key, 100)])[0])
        fundamental = middle_c * 2 ** (above / 1_200)
        for partial in [0.0, 1_200.0, 1_200.0 + fifth]:
            wanted = fundamental * 2 ** (partial / 1_200)
            frequency, amplitude = spectrum.peak(wanted)
            assert amplitude > 1e-3
            assert abs(cents(frequency, wanted)) < 0.1


def test_modulation_wheel_is_vibrato(open_host):
    patch = {"Partials": 1, "Wheel to Vibrato": 50.0, "Protect": 0}
    deviations = []
    for wheel in (0, 127):
        instrument = open_host()
        audio = steady(instrument, patch, [(69, 100)], [(0, bytes([0xB0, 1, wheel]))])
        curve = frequency_curve(audio[0], 440)[2_000:-2_000]
        deviations.append((cents(curve.min(), 440), cents(curve.max(), 440)))
    still, moved = deviations
    assert max(map(abs, still)) < 0.5
    assert -55 < moved[0] < -45 and 45 < moved[1] < 55


@pytest.mark.parametrize(
    "message", [bytes([0xD0, 127]), bytes([0xA0, 57, 127])], ids=["channel", "key"]
)
def test_pressure_is_level(open_host, message):
    patch = {"Partials": 4, "Pressure to Level": 9.0, "Protect": 0}
    rest = steady(open_host(), patch, [(57, 100)])
    # Behind the note-on, since a key's pressure is that of a note that sounds.
    pressed = steady(open_host(), patch, [(57, 100)], [(1_000, message)])
    levels = [Spectrum(audio[0]).peak(220)[1] for audio in (rest, pressed)]
    assert abs(decibels(levels[1] / levels[0]) - 9.0) <= DECIBELS


def test_brightness_is_tilt(open_host):
    patch = {"Partials": 8, "Brightness to Tilt": 6.0, "Protect": 0}
    slopes = []
    for brightness in (64, 127):
        audio = steady(open_host(), patch, [(57, 100)], [(0, bytes([0xB0, 74, brightness]))])
        spectrum = Spectrum(audio[0])
        octave = spectrum.peak(440)[1] / spectrum.peak(220)[1]
        slopes.append(decibels(octave))
    assert 5.0 < slopes[1] - slopes[0] < 6.1


def test_sustain_pedal_holds_a_released_note(open_host):
    levels = []
    for pedal in (0, 127):
        instrument = open_host()
        midi = [(0, bytes([0xB0, 64, pedal])), *hosts.note(69, 100, 100, 9_600)]
        audio = instrument.render(midi, 48_000)
        levels.append(np.abs(audio[:, 40_000:]).max())
    assert levels[0] < 1e-6
    assert levels[1] > 0.01


def test_a_parameter_moved_while_a_note_sounds(open_pedalboard):
    instrument = open_pedalboard()
    for name, plain in {"Partials": 8, "Protect": 0}.items():
        instrument.set(name, plain)
    frames = 8_192
    step = 512
    first = instrument.render([(0, bytes([0x90, 69, 100]))], frames, reset=True)
    instrument.set("Output Level", -12.0)
    second = instrument.render([], frames, reset=False)
    joined = np.concatenate([first, second], axis=1)[0].astype(np.float64)
    loud = np.sqrt(np.mean(joined[frames - 4 * step : frames] ** 2))
    soft = np.sqrt(np.mean(joined[-4 * step :] ** 2))
    assert abs(decibels(soft / loud) + 6.0) < 0.2
    # No click: the tone does not jump further where the level moves than where it stood still.
    held = np.abs(np.diff(joined[frames - 4 * step : frames])).max()
    assert np.abs(np.diff(joined[frames - step : frames + step])).max() < 1.1 * held
