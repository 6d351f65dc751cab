"""What the tests do with the plugin in a process of its own, which may crash or hang.

python other_process.py render HOST BUNDLE STATE AUDIO: loads a state, writes the phrase's audio.
python other_process.py editor HOST BUNDLE TIMES AUDIO: opens the editor so many times, tells after
each what the process holds, then writes the phrase's audio.
python other_process.py draw HOST BUNDLE SOUNDS: opens the editor once, and writes a long note before
and after, with the levels of the partials.
"""

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import hosts

HANGS_S = 300
"""Nothing takes that long on the busiest machine: what lasts longer hangs."""

PHRASE = [
    *hosts.note(48, 90, 100, 40_000),
    *hosts.note(55, 70, 5_037, 30_011),
    *hosts.note(64, 120, 11_111, 44_444),
]
"""Three notes whose frames are multiples of nothing."""

PHRASE_FRAMES = 60_000

LOW_KEY = 33
"""So low that all 64 partials sound."""

NOTE_FRAMES = 96_000
PARTIALS = 64

UNBENT = {"Partials": PARTIALS, "Velocity to Level": 0.0, "Output Level": -30.0, "Protect": 0}
"""Of a note that has its partials' levels and nothing else."""


def rendered_elsewhere(host, bundle, state, folder):
    """The phrase with this state, by a new instance in a new process."""
    state_path, audio_path = folder / "state", folder / f"{host}.npy"
    state_path.write_bytes(state)
    subprocess.run(
        [sys.executable, __file__, "render", host, bundle, state_path, audio_path],
        check=True,
        timeout=HANGS_S,
    )
    return np.load(audio_path)


def survive_x_errors():
    """Lets X's errors pass, as programs with windows do.

    JUCE asks for the children of the window manager's frame, which may be gone when a window is
    closed, and Xlib ends a process that has no handler of errors.
    """
    # It may be called on a thread that cannot wait for Python, so it is a function of C that takes
    # nothing and does nothing.
    handler = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)
    set_handler = ctypes.CDLL("libX11.so.6").XSetErrorHandler
    set_handler.argtypes = [ctypes.c_void_p]
    set_handler.restype = ctypes.c_void_p
    set_handler(handler)


def held():
    """Threads and descriptors of this process."""
    return tuple(len(os.listdir(f"/proc/self/{what}")) for what in ("task", "fd"))


def settled():
    """The same once threads that are about to end have ended: nothing changes for a second."""
    last, since = held(), time.monotonic()
    while time.monotonic() < since + 1:
        time.sleep(0.02)
        if (now := held()) != last:
            last, since = now, time.monotonic()
    return last


def main(command, host, bundle, *files):
    instrument = hosts.HOSTS[host](bundle)
    if command == "render":
        state, audio = files
        instrument.load(Path(state).read_bytes())
    elif command == "editor":
        times, audio = files
        survive_x_errors()
        for opening in range(1, int(times) + 1):
            print(f"opening {opening}", flush=True)
            instrument.open_editor()
            threads, descriptors = settled()
            print(f"closed {opening}: {threads} threads, {descriptors} descriptors", flush=True)
    elif command == "draw":
        (sounds,) = files
        survive_x_errors()
        for name, plain in UNBENT.items():
            instrument.set(name, plain)
        note = hosts.note(LOW_KEY, 127, 0, NOTE_FRAMES - 100)
        before = instrument.render(note, NOTE_FRAMES)
        instrument.open_editor()
        after = instrument.render(note, NOTE_FRAMES)
        levels = [instrument.text(f"Partial {n} Level") for n in range(1, PARTIALS + 1)]
        np.savez(sounds, before=before[0], after=after[0], levels=levels)
        return
    else:
        raise SystemExit(f"{command!r} is no command")
    np.save(audio, instrument.render(PHRASE, PHRASE_FRAMES))


if __name__ == "__main__":
    main(*sys.argv[1:])
