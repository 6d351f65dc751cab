"""The two hosts behind one face.

Both are built on JUCE; they differ in what they let a script do.
MIDI is a list of (frame, bytes), audio an array of two channels.
"""

import re
import struct
import tempfile
from pathlib import Path

import numpy as np

import sound
from sound import SAMPLE_RATE_HZ


def note(key, velocity, first_frame, last_frame, channel=0):
    """A note from its first frame to its release."""
    return [
        (first_frame, bytes([0x90 | channel, key, velocity])),
        (last_frame, bytes([0x80 | channel, key, 0])),
    ]


def only_attributes_besides(pattern):
    """pedalboard makes attributes of no parameters whose names begin like this.

    It asks for a thousand texts of each that it does make one of: 90 seconds' worth, since the
    framework stands for MIDI controllers with 2,080 parameters.
    """
    from pedalboard import _pedalboard

    _pedalboard.PARAMETER_NAME_REGEXES_TO_IGNORE.clear()
    _pedalboard.PARAMETER_NAME_REGEXES_TO_IGNORE.add(re.compile(pattern))


class Pedalboard:
    """Spotify's pedalboard."""

    name = "pedalboard"

    def __init__(self, bundle, buffer_frames=512):
        import pedalboard

        # No attributes at all: what is below them serves as well.
        only_attributes_besides("")
        self._plugin = pedalboard.load_plugin(str(bundle))
        self._buffer_frames = buffer_frames

    @property
    def is_instrument(self):
        return self._plugin.is_instrument and not self._plugin.is_effect

    @property
    def product(self):
        return self._plugin.name

    @property
    def latency_frames(self):
        return self._plugin.reported_latency_samples

    def parameter_names(self):
        names = (parameter.name for parameter in self._plugin._parameters)
        return [name for name in names if not name.startswith("MIDI Ch.")]

    def _parameter(self, name):
        # Looked up every time, since it does not outlive a render.
        return self._plugin._get_parameter(name)

    def set(self, name, plain):
        self._parameter(name).raw_value = sound.normalized(name, plain)

    def text(self, name):
        parameter = self._parameter(name)
        return _with_unit(parameter.string_value, parameter.label)

    def normalized_from_text(self, name, text):
        return self._parameter(name).get_raw_value_for_text(text)

    def render(self, midi, frames, reset=True):
        return self._plugin(
            # Half a frame later, since it cuts off what is behind the point.
            [(data, (frame + 0.5) / SAMPLE_RATE_HZ) for frame, data in midi],
            duration=(frames + 0.5) / SAMPLE_RATE_HZ,
            sample_rate=SAMPLE_RATE_HZ,
            num_channels=2,
            buffer_size=self._buffer_frames,
            reset=reset,
        )

    def save(self):
        return self._plugin.raw_state

    def load(self, state):
        self._plugin.raw_state = state


class DawDreamer:
    """DBraun's DawDreamer."""

    name = "dawdreamer"

    def __init__(self, bundle, buffer_frames=512):
        import dawdreamer

        self._engine = dawdreamer.RenderEngine(SAMPLE_RATE_HZ, buffer_frames)
        self._plugin = self._engine.make_plugin_processor("instrument", str(bundle))
        self._engine.load_graph([(self._plugin, [])])
        parameters = [
            p
            for p in self._plugin.get_parameters_description()
            if not p["name"].startswith("MIDI Ch.")
        ]
        self._by_name = {p["name"]: p["index"] for p in parameters}
        self._labels = {p["name"]: p["label"] for p in parameters}

    @property
    def is_instrument(self):
        return (
            self._plugin.get_num_input_channels() == 0
            and self._plugin.get_num_output_channels() == 2
        )

    @property
    def latency_frames(self):
        return self._plugin.get_latency_samples()

    def parameter_names(self):
        return list(self._by_name)

    def set(self, name, plain):
        assert self._plugin.set_parameter(self._by_name[name], sound.normalized(name, plain))

    def automate(self, name, plain_by_frame):
        """Writes a plain value for every frame of the next render."""
        curve = np.array([sound.normalized(name, v) for v in plain_by_frame], dtype=np.float32)
        assert self._plugin.set_automation(self._by_name[name], curve)

    def text(self, name):
        text = self._plugin.get_parameter_text(self._by_name[name])
        return _with_unit(text, self._labels[name])

    def render(self, midi, frames):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "notes.mid")
            path.write_bytes(midi_file(midi))
            assert self._plugin.load_midi(str(path), beats=False, all_events=True)
        assert self._engine.render(frames / SAMPLE_RATE_HZ)
        return self._engine.get_audio()

    def save(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "state")
            self._plugin.save_state(str(path))
            return path.read_bytes()

    def load(self, state):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "state")
            path.write_bytes(state)
            self._plugin.load_state(str(path))

    def open_editor(self):
        """Opens the editor and returns when its window has been closed."""
        self._plugin.open_editor()


def _with_unit(text, unit):
    return " ".join(f"{text} {unit}".split())


HOSTS = {host.name: host for host in (Pedalboard, DawDreamer)}


def midi_file(midi):
    """A format 0 file of 24,000 ticks a quarter note at 240 beats a minute: two ticks a frame."""
    assert SAMPLE_RATE_HZ == 48_000
    track = _variable_length(0) + b"\xff\x51\x03" + (250_000).to_bytes(3, "big")
    last = 0
    for frame, data in sorted(midi, key=lambda event: event[0]):
        # Half a frame later, since the host cuts off what is behind the point.
        tick = 2 * frame + 1
        track += _variable_length(tick - last) + data
        last = tick
    track += _variable_length(0) + b"\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, SAMPLE_RATE_HZ // 2)
    return head + b"MTrk" + struct.pack(">I", len(track)) + track


def _variable_length(number):
    septets = [number & 0x7F]
    while number > 0x7F:
        number >>= 7
        septets.append(number & 0x7F | 0x80)
    return bytes(reversed(septets))
