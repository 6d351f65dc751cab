"""The editor's window, opened and closed as a musician does, on a screen that nobody sees."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from other_process import PHRASE, PHRASE_FRAMES

LIMIT_S = 40


@pytest.fixture
def display():
    """A screen with a window manager; without one a window cannot be asked to close."""
    if not shutil.which("xdotool"):
        pytest.fail("xdotool is not installed", pytrace=False)
    if not os.environ.get("DISPLAY"):
        pytest.fail("no DISPLAY: run `cargo xtask test`, or xvfb-run with openbox", pytrace=False)


def windows_of(process_id):
    """The visible windows of a process, by their X ids."""
    search = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--pid", str(process_id)],
        capture_output=True,
        text=True,
        timeout=10,
    )
    return search.stdout.split()


def wait_for(what, condition, process, log, deadline):
    while not (found := condition()):
        if process.poll() is not None:
            why = f"the host ended with status {process.returncode}, waiting for {what}"
            pytest.fail(f"{why}\n{log.read_text()}", pytrace=False)
        if time.monotonic() > deadline:
            why = f"{LIMIT_S} s went by, waiting for {what}"
            pytest.fail(f"{why}\n{log.read_text()}", pytrace=False)
        time.sleep(0.1)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="the windows are found by X's means")
@pytest.mark.timeout(2 * LIMIT_S)
def test_the_editor_opens_and_closes_twice(display, open_dawdreamer, bundle, tmp_path):
    audio = tmp_path / "audio.npy"
    log = tmp_path / "log"
    deadline = time.monotonic() + LIMIT_S
    program = Path(__file__).with_name("other_process.py")
    with log.open("w") as output:
        host = subprocess.Popen(
            [sys.executable, program, "editor", "dawdreamer", bundle, audio],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        for opening in ("first", "second"):
            shown = wait_for(
                f"the {opening} window", lambda: windows_of(host.pid), host, log, deadline
            )
            # Long enough to be drawn.
            time.sleep(1.0)
            assert f"closed: {opening}" not in log.read_text(), "the window closed by itself"
            # The window manager makes of this key the request to close that a click would.
            subprocess.run(
                ["xdotool", "windowactivate", "--sync", shown[0], "key", "alt+F4"],
                check=True,
                timeout=10,
            )
            wait_for(
                f"the {opening} window to close",
                lambda: f"closed: {opening}" in log.read_text(),
                host,
                log,
                deadline,
            )
        assert host.wait(timeout=LIMIT_S) == 0, log.read_text()
    finally:
        host.kill()
        host.wait()
    assert "panicked" not in log.read_text()

    # The sound is as it is without an editor.
    unopened = open_dawdreamer().render(PHRASE, PHRASE_FRAMES)
    assert np.array_equal(np.load(audio), unopened)
