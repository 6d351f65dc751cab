"""The editor's window in a host built on JUCE, handled as a musician does, on a screen that nobody
sees."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from other_process import HANGS_S, LOW_KEY, PARTIALS, PHRASE, PHRASE_FRAMES
from sound import SAMPLE_RATE_HZ
from spectrum import FRAMES

KNOWN = (
    # Said by the window layer (baseview 0.4.2) of every window that is closed.
    r" *WARN Error while closing window: Request to X11 thread failed: Could not receive response "
    r"\(X11 thread disconnected\)",
    # Asked by it of a window that has gone with its parent.
    r" *WARN (X11 error|Error while closing window: X server replied with error:) "
    r"X11Error \{ error_kind: Window, error_code: 3, .*request_name: "
    r'Some\("(MapWindow|DestroyWindow|SelectInput|NotifyMSC)"\) \}',
)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the windows are found by X's means"),
    pytest.mark.timeout(3 * HANGS_S),
]


@pytest.fixture
def screen():
    """A screen with a window manager; without one a window cannot be asked to close."""
    if not shutil.which("xdotool"):
        pytest.fail("xdotool is not installed", pytrace=False)
    if not os.environ.get("DISPLAY"):
        pytest.fail("no DISPLAY: run `cargo xtask test`, or xvfb-run with openbox", pytrace=False)
    from screen import Screen

    return Screen()


class Host:
    """A process that opens the editor, and what it says."""

    def __init__(self, log, command, *words):
        self.log = log
        program = Path(__file__).with_name("other_process.py")
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, program, command, "dawdreamer", *words],
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def said(self):
        return self.log.read_text()

    def wait_for(self, what, condition):
        deadline = time.monotonic() + HANGS_S
        while not (found := condition()):
            why = None
            if self.process.poll() is not None:
                why = f"the host ended with status {self.process.returncode}, waiting for {what}"
            elif time.monotonic() > deadline:
                why = f"{HANGS_S} s went by, waiting for {what}"
            if why:
                pytest.fail(f"{why}\n{self.said()}", pytrace=False)
            time.sleep(0.02)
        return found

    def opened(self, screen):
        """The host's window and the editor inside it, once it is drawn."""
        window = self.wait_for("the window", lambda: screen.window_of(self.process.pid))
        editor = self.wait_for("the editor", lambda: screen.editor_in(window))
        self.wait_for("the editor to be drawn", lambda: screen.is_drawn(editor))
        return window, editor

    def sees(self, frames):
        """Waits until the window has drawn what the pointer has done."""
        from screen import SEEN_FRAMES

        frames.take()
        seen = []

        def has_drawn():
            seen.append(frames.take())
            return sum(seen) >= SEEN_FRAMES

        self.wait_for("the window to draw", has_drawn)

    def ends(self):
        assert self.process.wait(timeout=HANGS_S) == 0, self.said()

    def assert_no_complaint(self):
        """It has said nothing of X but what is known, no warning and no error."""
        bad = re.compile(r"^ *(WARN|ERROR)|X11|X Error|XIO|BadWindow|panicked|Traceback")
        lines = self.said().splitlines()
        known = [re.compile(pattern) for pattern in KNOWN]
        complaints = [
            line
            for line in lines
            if bad.search(line) and not any(pattern.fullmatch(line) for pattern in known)
        ]
        assert not complaints


def test_it_opens_draws_follows_its_frame_and_leaves_nothing_behind(
    screen, open_dawdreamer, bundle, tmp_path
):
    audio = tmp_path / "audio.npy"
    times = 4
    with Host(tmp_path / "log", "editor", bundle, str(times), audio) as host:
        for opening in range(1, times + 1):
            window, editor = host.opened(screen)
            sizes = [(800, 500), (1500, 1000), (1120, 700)] if opening == 1 else []
            for size in sizes:
                # The window manager gives the host's window another size, as a hand at its frame.
                screen.point("windowsize", window, *size)
                host.wait_for("the window to follow", lambda: screen.size(editor) == size)
                host.wait_for("the window to be drawn", lambda: screen.is_drawn(editor))
            assert f"closed {opening}" not in host.said(), "the window closed by itself"
            screen.ask_to_close(window)
            host.wait_for("the window to close", lambda: f"closed {opening}" in host.said())
        host.ends()
        host.assert_no_complaint()
        held = re.findall(r"closed \d+: (\d+) threads, (\d+) descriptors", host.said())
    # The first time, libraries set themselves up for good. The framework (nice-plug 0.4.2) keeps a
    # pair of sockets of each of its VST3 views, as its source says.
    assert len(held) == times
    first, *rest = [(int(threads), int(descriptors)) for threads, descriptors in held[1:]]
    for later, (threads, descriptors) in enumerate(rest, 1):
        assert (threads, descriptors - 2 * later) == first, held

    # The sound is as it is without an editor.
    unopened = open_dawdreamer().render(PHRASE, PHRASE_FRAMES)
    assert np.array_equal(np.load(audio), unopened)


def test_what_the_mouse_draws_sounds(screen, bundle, tmp_path):
    sounds = tmp_path / "sounds.npz"
    with Host(tmp_path / "log", "draw", bundle, sounds) as host:
        window, editor = host.opened(screen)
        width, height = screen.size(editor)
        frames = screen.frames(editor)
        for step in range(21):
            # From high on the left to lower on the right, in the upper half of the window.
            along = step / 20
            x, y = round(width * (0.2 + 0.6 * along)), round(height * (0.2 + 0.15 * along))
            screen.point("mousemove", "--window", editor, x, y)
            if step == 0:
                screen.point("mousedown", 1)
            host.sees(frames)
        screen.point("mouseup", 1)
        host.sees(frames)
        screen.ask_to_close(window)
        host.ends()
        host.assert_no_complaint()

    written = np.load(sounds)
    texts = [str(text).removesuffix(" dB").replace("−", "-") for text in written["levels"]]
    drawn_db = np.array([float(text) for text in texts])
    touched = np.flatnonzero(drawn_db)
    assert len(touched) > 25, drawn_db
    assert drawn_db[touched[0]] - drawn_db[touched[-1]] > 6, "a line that falls"

    def levels_db(sound):
        start = SAMPLE_RATE_HZ // 3
        window = np.blackman(len(sound) - start - 1_000)
        bins = np.abs(np.fft.rfft(sound[start : start + len(window)] * window, FRAMES))
        hertz = 440 * 2 ** ((LOW_KEY - 69) / 12) * np.arange(1, PARTIALS + 1)
        return 20 * np.log10(bins[np.round(hertz / SAMPLE_RATE_HZ * FRAMES).astype(int)])

    heard_db = levels_db(written["after"]) - levels_db(written["before"])
    assert np.abs(heard_db - drawn_db).max() < 0.5, heard_db - drawn_db


def test_the_host_survives_the_loss_of_the_windows(screen, bundle, tmp_path):
    with Host(tmp_path / "log", "editor", bundle, "1", tmp_path / "audio.npy") as host:
        window, _ = host.opened(screen)
        # With all that is in it: the editor's window goes with its parent.
        screen.destroy(window)
        time.sleep(2.0)
        assert host.process.poll() is None, host.said()
        # It ends as it is told to, with the editor open.
        host.process.terminate()
        assert host.process.wait(timeout=HANGS_S) == -15, host.said()
        host.assert_no_complaint()
