"""What the tests do with the plugin in a process of its own, which may crash or hang.

python other_process.py render HOST BUNDLE STATE AUDIO: loads a state, writes the phrase's audio.
python other_process.py editor HOST BUNDLE AUDIO: opens the editor twice, then writes the audio.
"""

import ctypes
import sys
from pathlib import Path

import numpy as np

import hosts

PHRASE = [
    *hosts.note(48, 90, 100, 40_000),
    *hosts.note(55, 70, 5_037, 30_011),
    *hosts.note(64, 120, 11_111, 44_444),
]
"""Three notes whose frames are multiples of nothing."""

PHRASE_FRAMES = 60_000


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


def main(command, host, bundle, *files):
    instrument = hosts.HOSTS[host](bundle)
    if command == "render":
        state, audio = files
        instrument.load(Path(state).read_bytes())
    elif command == "editor":
        (audio,) = files
        survive_x_errors()
        for opening in ("first", "second"):
            print(f"opening: {opening}", flush=True)
            instrument.open_editor()
            print(f"closed: {opening}", flush=True)
    else:
        raise SystemExit(f"{command!r} is no command")
    np.save(audio, instrument.render(PHRASE, PHRASE_FRAMES))


if __name__ == "__main__":
    main(*sys.argv[1:])
