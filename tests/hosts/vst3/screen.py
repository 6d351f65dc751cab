"""The display as a test sees it: windows, their pictures, the pointer."""

import subprocess

import numpy as np
from Xlib import X, display, error
from Xlib.ext import damage
from Xlib.protocol import event

from other_process import HANGS_S

SEEN_FRAMES = 2
"""Frames after which a window has drawn what the pointer did before: the first may have begun earlier,
and the second looks at all input that came until then."""


def xdotool(*words):
    return subprocess.run(
        ["xdotool", *map(str, words)], capture_output=True, text=True, timeout=HANGS_S
    ).stdout


class Frames:
    """Counts what a window draws: the server tells of each change of its picture."""

    def __init__(self, window):
        self._display = display.Display()
        self._display.damage_query_version()
        drawable = self._display.create_resource_object("window", window)
        # Once for each time that it is found changed: what is told anew after the last was
        # acknowledged.
        self._damage = drawable.damage_create(damage.DamageReportNonEmpty)
        self._display.sync()

    def take(self):
        """How many came since the last call."""
        frames = 0
        while self._display.pending_events():
            if self._display.next_event().type == self._display.extension_event.DamageNotify:
                frames += 1
                self._display.damage_subtract(self._damage)
        self._display.sync()
        return frames


class Screen:
    """The display that the environment names."""

    def __init__(self):
        self._display = display.Display()
        # A window may be gone when it is asked for; the next answer tells.
        self._display.set_error_handler(lambda *_: None)

    def window_of(self, process_id):
        """The window of a process that is seen, by its number."""
        found = xdotool("search", "--onlyvisible", "--pid", process_id).split()
        return int(found[0]) if found else None

    def editor_in(self, window):
        """The plugin's window inside the host's, where it is seen."""
        try:
            for child in self._window(window).query_tree().children:
                is_seen = child.get_attributes().map_state == X.IsViewable
                if is_seen and child.get_wm_name() == "Aliquot":
                    return child.id
                if found := self.editor_in(child.id):
                    return found
        except error.XError:
            pass
        return None

    def frames(self, window):
        """What this window draws from here on."""
        return Frames(window)

    def size(self, window):
        """Width and height in pixels."""
        geometry = self._window(window).get_geometry()
        return geometry.width, geometry.height

    def picture(self, window):
        """Its pixels: rows of columns of four bytes."""
        width, height = self.size(window)
        image = self._window(window).get_image(0, 0, width, height, X.ZPixmap, 0xFFFFFFFF)
        return np.frombuffer(image.data, np.uint8).reshape(height, width, 4)

    def is_drawn(self, window):
        """Whether it shows many colours, and the window's own ground in all four corners."""
        try:
            picture = self.picture(window)
        except error.XError:
            return False
        corners = picture[[1, 1, -2, -2], [1, -2, 1, -2], :3]
        colours = np.unique(picture.reshape(-1, 4), axis=0)
        return len(colours) > 16 and corners.any() and (corners == corners[0]).all()

    def ask_to_close(self, window):
        """As the button on its frame does."""
        atom = self._display.intern_atom
        request = event.ClientMessage(
            window=self._window(window),
            client_type=atom("WM_PROTOCOLS"),
            data=(32, [atom("WM_DELETE_WINDOW"), X.CurrentTime, 0, 0, 0]),
        )
        self._window(window).send_event(request)
        self._display.flush()

    def destroy(self, window):
        """Takes the window away from its program, with all that is inside it."""
        self._window(window).destroy()
        self._display.flush()

    def point(self, *words):
        """Moves the pointer and its buttons, in the words of `xdotool`."""
        xdotool(*words)

    def _window(self, number):
        return self._display.create_resource_object("window", number)
