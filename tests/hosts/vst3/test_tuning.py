"""Scales in a state, as the hosts hear them."""

import json

import pytest

import hosts
import juce_state
from sound import cents
from spectrum import FRAMES, Spectrum

SETTLED = 24_000
"""Frames after which a held note is steady."""
CENTS = 0.1

MEANTONE = """meanquar
12
76.04900
193.15686
310.26471
5/4
503.42157
579.47057
696.57843
25/16
889.73529
1006.84314
1082.89214
2/1
"""
FIVE = "5 equal steps\n5\n240.\n480.\n720.\n960.\n2/1\n"
BOHLEN_PIERCE = "13 equal steps of 3/1\n13\n" + "".join(
    f"{1901.955000865 * step / 13:.6f}\n" for step in range(1, 14)
)
# Each scale: its text, and frequencies of keys: key 60 has 261.625565 Hz.
SCALES = {
    "meantone": (MEANTONE, [(61, 273.374313), (69, 437.398902)]),
    "five steps": (FIVE, [(61, 300.529353), (65, 523.251131)]),
    "Bohlen-Pierce": (BOHLEN_PIERCE, [(61, 284.696294), (73, 784.876696)]),
}


def with_scale(state, scl):
    """A host's state of the plugin with this scale loaded."""
    own = json.loads(juce_state.component(state))
    own["fields"]["tuning"] = json.dumps({"name": "x", "scl": scl})
    return juce_state.with_component(state, json.dumps(own).encode())


def test_a_hosts_state_is_taken_apart_and_put_together(open_host):
    state = open_host().save()
    own = juce_state.component(state)
    assert juce_state.component(juce_state.with_component(state, own)) == own
    assert "params" in json.loads(own)


@pytest.mark.parametrize("name", SCALES)
def test_keys_sound_at_the_pitches_of_a_scale(open_host, name):
    scl, keys = SCALES[name]
    instrument = open_host()
    instrument.set("Partials", 1)
    instrument.set("Protect", 0)
    instrument.load(with_scale(instrument.save(), scl))
    frames = SETTLED + FRAMES
    for key, expected_hz in keys:
        sound = instrument.render(hosts.note(key, 127, 0, frames - 1), frames)
        heard_hz, _ = Spectrum(sound[0][SETTLED : SETTLED + FRAMES]).peak(expected_hz)
        assert abs(cents(heard_hz, expected_hz)) < CENTS, f"key {key}: {heard_hz} Hz"
    # What the host saves now has the scale.
    other = open_host()
    other.load(instrument.save())
    own = json.loads(juce_state.component(other.save()))
    assert scl in json.loads(own["fields"]["tuning"])["scl"]
