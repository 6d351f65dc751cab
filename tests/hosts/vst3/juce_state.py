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
    bits = 0
    for place, digit in enumerate(digits):
        bits |= _ALPHABET.index(digit) << 6 * place
    return bits.to_bytes(max(int(count), (bits.bit_length() + 7) // 8), "little")[: int(count)]


def _encoded(data):
    bits = int.from_bytes(data, "little")
    digits = (8 * len(data) + 5) // 6
    text = "".join(_ALPHABET[bits >> 6 * place & 63] for place in range(digits))
    return f"{len(data)}.{text}"
