"""Frequencies and levels of steady partials, read from a long windowed Fourier transform."""

import numpy as np
from scipy.signal import get_window

from sound import SAMPLE_RATE_HZ

FRAMES = 1 << 17
"""Length of the transform: bins of 0.37 Hz at 48 kHz."""

_BETA = 22.0
_WINDOW = get_window(("kaiser", _BETA), FRAMES, fftbins=True)
# Half the width of the window's main lobe; beyond it the window is below -160 dB.
_LOBE_BINS = 8
SEPARATION_HZ = (_LOBE_BINS + 2) * SAMPLE_RATE_HZ / FRAMES
"""Partials further apart than this do not disturb each other's measurement."""


class Spectrum:
    """One channel's spectrum over `FRAMES` frames."""

    def __init__(self, signal):
        signal = np.asarray(signal, dtype=np.float64)
        assert signal.shape == (FRAMES,), f"{signal.shape} is not {FRAMES} frames"
        # Four times as many bins as frames ask for: a parabola through the logarithms of three of
        # them then finds a peak to 0.0001 bin and 0.0001 dB.
        self._padding = 4
        self._bins = np.abs(np.fft.rfft(signal * _WINDOW, self._padding * FRAMES))
        self._bins *= 2 / _WINDOW.sum()

    def _bin(self, frequency_hz):
        return frequency_hz / SAMPLE_RATE_HZ * FRAMES * self._padding

    def peak(self, near_hz):
        """(frequency in Hz, amplitude) of the strongest partial within 0.7 Hz of `near_hz`."""
        middle = round(self._bin(near_hz))
        reach = 2 * self._padding
        low = max(middle - reach, 1)
        top = low + int(np.argmax(self._bins[low : middle + reach + 1]))
        a, b, c = np.log(self._bins[top - 1 : top + 2] + 1e-30)
        bend = a - 2 * b + c
        offset = 0.5 * (a - c) / bend if bend else 0.0
        frequency = (top + offset) / (FRAMES * self._padding) * SAMPLE_RATE_HZ
        return frequency, np.exp(b - 0.25 * (a - c) * offset)

    def loudest_besides(self, frequencies_hz, fading_hz):
        """(frequency, amplitude) of the loudest thing that is none of these partials.

        What lies between `fading_hz` and Nyquist is left out.
        """
        rest = self._bins[: int(self._bin(fading_hz))].copy()
        for frequency in [0.0, *frequencies_hz]:
            middle = self._bin(frequency)
            reach = _LOBE_BINS * self._padding
            rest[max(int(middle - reach), 0) : int(middle + reach) + 2] = 0
        top = int(np.argmax(rest))
        return top / (FRAMES * self._padding) * SAMPLE_RATE_HZ, rest[top]


def frequency_curve(signal, frequency_hz, cycles=8):
    """The frequency in Hz of a lone partial near `frequency_hz` over time, one value a frame."""
    frames = round(cycles * SAMPLE_RATE_HZ / frequency_hz)
    turns = np.arange(len(signal)) * (frequency_hz / SAMPLE_RATE_HZ)
    demodulated = np.asarray(signal, dtype=np.float64) * np.exp(-2j * np.pi * turns)
    smooth = np.convolve(demodulated, np.hanning(frames), mode="same")
    return frequency_hz + np.gradient(np.unwrap(np.angle(smooth))) / (2 * np.pi) * SAMPLE_RATE_HZ
