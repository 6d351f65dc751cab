"""Recordings in a state, as the hosts hear them.

A bank is known by its hash, and whoever in a process loads one that is in memory gets that one. So each test has
banks of its own: it hears what is in its folder or its state, and not what another test has loaded.
"""

import base64
import itertools
import json
import struct
import subprocess
import sys
import wave

import numpy as np
import pytest

import hosts
import juce_state
from other_process import PHRASE, PHRASE_FRAMES, rendered_elsewhere
from sound import SAMPLE_RATE_HZ, cents, decibels
from spectrum import FRAMES, Spectrum

SETTLED = 24_000
"""Frames after which a held note is steady."""
CENTS = 0.5
DECIBELS = 0.1

ROOT = "A4"
ROOT_KEY = 69
RECORDED = {440.0: 0.3, 1_144.0: 0.2, 1_892.0: 0.1}
"""Frequencies in Hz and amplitudes of the partials that are heard of all recordings: no harmonics."""

HASH_AT = 24
"""Where a bank's file has its hash, as eight bytes."""
MAX_EMBEDDED_BYTES = 1 << 20
"""States hold banks of fewer bytes, and of others the names alone."""

RECORDING = 44
"""The index of the body that plays them."""
PATCH = {
    "Body A": RECORDING,
    # Exactly steady for as long as the note is held.
    "Freeze": 1.0,
    "Recording Position": 0.5,
    "Partials": 512,
    "Velocity to Level": 0.0,
    "Output Level": 0.0,
    "Protect": 0,
}

numbers = itertools.count()


def write_sound(path):
    """A second of the partials as a sound file, another duration each time."""
    frames = SAMPLE_RATE_HZ + 100 * next(numbers)
    turns = np.arange(frames) / SAMPLE_RATE_HZ
    samples = sum(a * np.sin(2 * np.pi * hz * turns) for hz, a in RECORDED.items())
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(np.round(32_767 * samples).astype("<i2").tobytes())


def write_partials(path):
    """Ten seconds of the partials among many that are not heard, as SPEAR's text, another duration each time."""
    end_s = 10 + 0.1 * next(numbers)
    faint = {39.0 * n: 1e-5 for n in range(1, 501)}
    partials = RECORDED | faint
    lines = [
        "par-text-partials-format",
        "point-type time frequency amplitude",
        f"partials-count {len(partials)}",
        "partials-data",
    ]
    for index, (hz, amplitude) in enumerate(partials.items()):
        lines.append(f"{index} 2 0 {end_s}")
        lines.append(f"0 {hz} {amplitude} {end_s} {hz} {amplitude}")
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def make_bank(bundle, tmp_path):
    """The bytes of a bank that the program beside the plugin makes of a file."""
    ending = ".exe" if sys.platform == "win32" else ""
    program = bundle.with_name("aliquot-analyse" + ending)

    def make(write, ending):
        source, path = tmp_path / f"{ROOT}.{ending}", tmp_path / "made.aliquot"
        write(source)
        subprocess.run([program, source, path], check=True, capture_output=True)
        return path.read_bytes()

    return make


@pytest.fixture
def banks(monkeypatch, tmp_path):
    """The folder of banks of the instances that are opened from here on."""
    monkeypatch.setenv("ALIQUOT_DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "data" / "banks"
    folder.mkdir(parents=True)
    return folder


def named(bank, name, file):
    """How a state names a bank."""
    (number,) = struct.unpack_from("<Q", bank, HASH_AT)
    return {"bank": name, "file": file, "hash": f"{number:016x}"}


def with_recordings(state, fields):
    """A host's state of the plugin with this bank of recordings loaded."""
    own = json.loads(juce_state.component(state))
    own["fields"]["recordings"] = json.dumps(fields)
    return juce_state.with_component(state, json.dumps(own).encode())


def recordings_of(state):
    """What a host's state of the plugin says of the recordings."""
    own = json.loads(juce_state.component(state))
    return json.loads(own["fields"]["recordings"])


def heard(instrument):
    """The key of the recordings, held."""
    frames = SETTLED + FRAMES
    return instrument.render(hosts.note(ROOT_KEY, 127, 0, frames - 1), frames)


def without_recordings(open_host, patch):
    """A new instance with this patch, what is heard of it, and its state."""
    instrument = open_host()
    for name, plain in patch.items():
        instrument.set(name, plain)
    # The hosts deliver the values when they render.
    rest = heard(instrument)
    return instrument, rest, instrument.save()


def assert_recorded(audio, above=1.0):
    """The partials of the recordings are heard, at frequencies so many times theirs."""
    spectrum = Spectrum(audio[0][SETTLED:])
    for recorded_hz, recorded in RECORDED.items():
        expected_hz = above * recorded_hz
        found_hz, found = spectrum.peak(expected_hz)
        assert abs(decibels(found / recorded)) < DECIBELS, f"{expected_hz} Hz: {found}"
        assert abs(cents(found_hz, expected_hz)) < CENTS, f"{expected_hz} Hz: {found_hz} Hz"


def test_a_bank_in_a_state_plays_without_a_file(open_host, make_bank, banks):
    bank = make_bank(write_sound, "wav")
    assert len(bank) < MAX_EMBEDDED_BYTES
    fields = named(bank, "Tone", "") | {"data": base64.b64encode(bank).decode()}
    instrument, rest, without = without_recordings(open_host, PATCH)
    assert not rest.any(), "there is nothing to play"

    instrument.load(with_recordings(without, fields))
    whole = heard(instrument)
    assert_recorded(whole)
    # What the host saves has the bank in it. A state without one takes it away.
    saved = instrument.save()
    assert recordings_of(saved) == fields
    instrument.load(without)
    assert not heard(instrument).any(), "the bank is still there"
    instrument.load(saved)
    assert np.array_equal(heard(instrument), whole)
    assert not list(banks.iterdir()), "a state is no reason to write a file"


def test_a_state_names_a_bank_of_the_folder(open_host, make_bank, banks, bundle, tmp_path):
    bank = make_bank(write_partials, "txt")
    assert len(bank) > MAX_EMBEDDED_BYTES
    fields = named(bank, "Long", "wood/Long.aliquot")
    file = banks / fields["file"]
    file.parent.mkdir()
    file.write_bytes(bank)
    instrument, rest, without = without_recordings(open_host, PATCH)
    assert not rest.any(), "there is nothing to play"

    instrument.load(with_recordings(without, fields))
    assert_recorded(heard(instrument))
    saved = instrument.save()
    assert recordings_of(saved) == fields
    # Where nobody has the bank in memory, its file is read before the state is loaded. It may have moved.
    file.rename(banks / "Other.aliquot")
    phrase = instrument.render(PHRASE, PHRASE_FRAMES)
    elsewhere = rendered_elsewhere(instrument.name, bundle, saved, tmp_path)
    assert np.abs(phrase).max() > 0.05
    assert np.array_equal(elsewhere, phrase)


def test_a_missing_bank_is_kept_and_the_rest_sounds(open_host, make_bank, banks):
    bank = make_bank(write_partials, "txt")
    # Of half the root of the bank itself.
    fields = named(bank, "Gone", "wood/Gone.aliquot") | {"edits": "1 root 220"}
    instrument, rest, without = without_recordings(open_host, PATCH | {"Morph X": 0.5})
    assert np.abs(rest).max() > 0.01, "the other half of the sound is computed"

    instrument.load(with_recordings(without, fields))
    assert np.array_equal(heard(instrument), rest)
    saved = instrument.save()
    assert recordings_of(saved) == fields
    # Once the file is there, nothing has been lost.
    file = banks / fields["file"]
    file.parent.mkdir()
    file.write_bytes(bank)
    instrument.load(saved)
    assert not np.array_equal(heard(instrument), rest)
    instrument.set("Morph X", 0.0)
    assert_recorded(heard(instrument), above=2.0)
    assert recordings_of(instrument.save()) == fields
