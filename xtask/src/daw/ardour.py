"""Running Ardour without a display, with its own home folder."""

import os
import re
import struct
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import song

LIMIT_S = 180
"""Longest that one of Ardour's programs may take; each takes seconds."""

_TICKS_A_BEAT = 1920
# Ardour's unit of time for beats and frames.
_SUPERCLOCKS_A_SECOND = 282_240_000


class Failure(Exception):
    """An error with a one-line message."""


class Interrupted(Failure):
    """A program that did not finish."""


class Ardour:
    """The newest Ardour of the system, its settings and caches under `home`."""

    def __init__(self, home, plugins):
        found = {}
        for folder in os.get_exec_path():
            for path in Path(folder).glob("ardour*-lua"):
                if version := re.fullmatch(r"ardour(\d+)-lua", path.name):
                    found[int(version[1])] = path
        if not found or max(found) < 7:
            raise Failure("there is no Ardour 7 or newer (Debian's package `ardour`)")
        self.version = max(found)
        self._home = home
        configuration = home / ".config" / f"ardour{self.version}"
        configuration.mkdir(parents=True)
        root = ElementTree.Element("Ardour")
        options = ElementTree.SubElement(root, "Config")
        ElementTree.SubElement(options, "Option", name="plugin-path-vst3", value=str(plugins))
        ElementTree.ElementTree(root).write(configuration / "config", encoding="UTF-8")

    def scan(self, bundle):
        """Runs Ardour's scanner on a VST3 and returns its output."""
        libraries = Path(f"/usr/lib/ardour{self.version}")
        scanner = libraries / "ardour-vst3-scanner"
        return self._run([scanner, "-f", "-v", bundle], {"LD_LIBRARY_PATH": str(libraries)})

    def lua(self, script, *arguments):
        """Runs a script, which must print its last word, and returns its output."""
        return self._run([f"ardour{self.version}-lua", script, *arguments])

    def export(self, session, path):
        """Exports the session's range to a 32-bit WAV file, faster than real time.

        One in twenty exports of Ardour 7.3 waits for its own butler thread for ever or finds its
        own heap broken, without any plugin in the session too and more often on a busy machine, so
        each gets five attempts. A crash that names our plugin is none of these.
        """
        command = [f"ardour{self.version}-export", "-b", "float", "-o", path, session, "song"]
        for attempts_left in (4, 3, 2, 1, 0):
            path.unlink(missing_ok=True)
            try:
                self._run(command)
            except Interrupted as interrupted:
                # The session's own path may hold the name as well.
                said = str(interrupted).replace(str(self._home.parent), "").replace(str(path), "")
                if not attempts_left or re.search("liquot|panicked", said):
                    raise
                print(f"  again, since {str(interrupted).splitlines()[0]}", flush=True)
            else:
                break
        if not path.is_file():
            raise Failure(f"Ardour exported nothing to {path}")

    def _run(self, command, more_environment=()):
        environment = dict(os.environ, HOME=str(self._home), **dict(more_environment))
        for name in ("CONFIG", "CACHE", "DATA"):
            environment.pop(f"XDG_{name}_HOME", None)
        environment.pop("DISPLAY", None)
        shown = f"`{Path(command[0]).name} {Path(command[1]).name}`"
        try:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=LIMIT_S,
            )
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"").decode(errors="replace")
            raise Interrupted(f"{shown} took more than {LIMIT_S} s\n{said}") from None
        if done.returncode < 0:
            raise Interrupted(f"{shown} ended by signal {-done.returncode}\n{done.stdout}")
        if done.returncode != 0:
            raise Failure(f"{shown} ended with status {done.returncode}\n{done.stdout}")
        return done.stdout


def write_notes(session):
    """Adds the song's notes as a MIDI region to the session's track, and marks its range.

    Ardour's scripts can make neither without its editor's window, so this writes them as Ardour
    would.
    """
    name = "notes.mid"
    (session / "interchange" / session.name / "midifiles" / name).write_bytes(_midi_file())

    path = session / "song.ardour"
    tree = ElementTree.parse(path)
    root = tree.getroot()
    first = int(root.get("id-counter"))
    source, whole, region, location = (str(first + i) for i in range(1, 5))
    root.set("id-counter", str(first + 10))

    # Times: b is for ticks of a beat, a for superclocks; a length has its position behind the @.
    shape = {
        "type": "midi",
        "name": "notes",
        "start": "b0",
        "length": f"b{song.END_BEAT * _TICKS_A_BEAT}@b0",
        "sync-position": "b0",
        "source-0": source,
        "master-source-0": source,
        "opaque": "1",
        "stretch": "1",
        "shift": "1",
        "layering-index": "0",
    }
    for flag in ("muted", "locked", "video-locked", "automatic", "import", "external"):
        shape[flag] = "0"
    for flag in ("sync-marked", "hidden", "position-locked"):
        shape[flag] = "0"
    end = song.END_BEAT * song.BEAT_FRAMES * (_SUPERCLOCKS_A_SECOND // song.SAMPLE_RATE_HZ)
    additions = {
        "Sources": ("Source", {"id": source, "name": name, "type": "midi", "origin": "notes"}),
        "Regions": ("Region", {"id": whole, "whole-file": "1", **shape}),
        "Playlists/Playlist[@type='midi']": ("Region", {"id": region, "whole-file": "0", **shape}),
        "Locations": (
            "Location",
            {"id": location, "name": "session", "start": "a0", "end": f"a{end}"}
            | {"flags": "IsSessionRange", "locked": "0", "cue": "0", "timestamp": "0"},
        ),
    }
    additions["Sources"][1]["flags"] = "Writable,CanRename"
    for place, (tag, attributes) in additions.items():
        parent = root.find(place)
        if parent is None:
            raise Failure(f"Ardour's session has no {place}: its format is unknown")
        ElementTree.SubElement(parent, tag, attributes)
    tree.write(path, encoding="UTF-8", xml_declaration=True)


def _midi_file():
    """The notes as a format 0 file of 480 ticks a beat."""
    events = []
    for key, velocity, first, last in song.notes():
        events.append((round(first * 480), bytes([0x90, key, velocity])))
        events.append((round(last * 480), bytes([0x80, key, 0])))
    track, now = b"", 0
    for at, message in sorted(events):
        track += _variable_length(at - now) + message
        now = at
    track += _variable_length(song.END_BEAT * 480 - now) + b"\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480)
    return head + b"MTrk" + struct.pack(">I", len(track)) + track


def _variable_length(number):
    septets = [number & 0x7F]
    while number > 0x7F:
        number >>= 7
        septets.append(number & 0x7F | 0x80)
    return bytes(reversed(septets))
