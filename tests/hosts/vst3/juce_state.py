"""The state of a hosted VST3 plugin inside what a host built on JUCE saves.

That is `VC2!`, the length of the rest in four bytes, and XML: an element for each part of the plugin,
of which `IComponent` has the plugin's own bytes. They are written as their number, a point, and six
bits a character, the lowest first. The alphabet and the order are JUCE's own (`MemoryBlock`).
"""

import re
import struct

_MAGIC = b"VC2!"
_ALPHABET = ".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
_COMPONENT = re.compile(r"(<IComponent>)(.*?)(</IComponent>)", re.DOTALL)


def component(state):
    """The plugin's own bytes."""
    return _decoded(_COMPONENT.search(_xml(state)).group(2))


def with_component(state, data):
    """The same state with these bytes for the plugin's own."""
    text = _COMPONENT.sub(lambda found: found[1] + _encoded(data) + found[3], _xml(state), count=1)
    body = text.encode()
    return _MAGIC + struct.pack("<I", len(body)) + body + b"\0"


def _xml(state):
    assert state[:4] == _MAGIC, state[:4]
    (length,) = struct.unpack("<I", state[4:8])
    return state[8 : 8 + length].decode()


def _decoded(text):
    count, digits = text.split(".", 1)
    groups = (digits[at : at + 4] for at in range(0, len(digits), 4))
    return b"".join(_number(group).to_bytes(3, "little") for group in groups)[: int(count)]


def _number(digits):
    """Of at most four digits, which are three bytes."""
    return sum(_ALPHABET.index(digit) << 6 * place for place, digit in enumerate(digits))


def _encoded(data):
    text = "".join(_digits(data[at : at + 3]) for at in range(0, len(data), 3))
    return f"{len(data)}.{text}"


def _digits(data):
    """Of at most three bytes, as many as they fill."""
    bits = int.from_bytes(data, "little")
    count = (8 * len(data) + 5) // 6
    return "".join(_ALPHABET[bits >> 6 * place & 63] for place in range(count))
