"""Files of partials between aliquot-analyse and Loris, by way of loristrck.

`ALIQUOT_ANALYSE` is the program. Loris's columns are time, frequency, amplitude, phase, bandwidth.
"""

import os
import struct
import subprocess
from pathlib import Path

import loristrck
import numpy as np
import pytest
from loristrck import _core

LABELS = [1, 2, 7]
PROGRAM = os.environ["ALIQUOT_ANALYSE"]


def partials():
    """Three partials with times on no grid; of the phases only differences are heard."""
    result = []
    for index, count in enumerate([40, 25, 3]):
        times = 0.1 * index + np.arange(count) * 0.0073
        frequencies = 220.0 * (index + 1) + np.sin(np.arange(count))
        amplitudes = 0.3 / (index + 1) * np.hanning(count)
        turns = np.cumsum(frequencies) * 0.0073
        phases = 2 * np.pi * (turns - np.round(turns))
        bandwidths = np.linspace(0, 0.5, count)
        result.append(np.column_stack([times, frequencies, amplitudes, phases, bandwidths]))
    return result


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def spear(folder: Path, name: str):
    """What a text of SPEAR holds: rows of time, frequency and amplitude for each partial."""
    lines = (folder / name).read_text().splitlines()[4:]
    rows = [np.array(line.split(), dtype=float).reshape(-1, 3) for line in lines[1::2]]
    return sorted(rows, key=lambda row: row[0, 0])


def by_time(found):
    return sorted(found, key=lambda row: row[0, 0])


@pytest.fixture(name="written")
def _written(tmp_path):
    """A folder with the partials as Loris itself writes them; loristrck writes no labels."""
    _core._write_sdif(partials(), outfile=str(tmp_path / "loris.sdif"), rbep=True)
    return tmp_path


def extended_text() -> str:
    """The partials in RTcmix's dialect of SPEAR's text, with labels."""
    lines = [
        "par-text-partials-extended-format",
        "point-type time frequency amplitude bandwidth",
        "partials-count 3",
        "partials-data",
    ]
    for index, (partial, label) in enumerate(zip(partials(), LABELS, strict=True)):
        start, end, phase = partial[0, 0], partial[-1, 0], partial[0, 3]
        lines.append(f"{index} {len(partial)} {start} {end} {phase} {label}")
        lines.append(" ".join(str(number) for number in partial[:, [0, 1, 2, 4]].flatten()))
    return "\n".join(lines) + "\n"


def test_we_read_what_loris_writes(written):
    # Each frame of breakpoints states the size of f32 and holds f64.
    data = (written / "loris.sdif").read_bytes()
    place = data.index(b"RBEP", data.index(b"RBEP") - 4)
    (size,) = struct.unpack(">I", data[place + 4 : place + 8])
    assert size == 16 + 16 + 6 * 4
    remarks = run(written, "loris.sdif", "ours.txt")
    assert "state a wrong size" in remarks
    for ours, theirs in zip(spear(written, "ours.txt"), by_time(partials()), strict=True):
        np.testing.assert_allclose(ours, theirs[:, :3], atol=2e-9)


def test_loris_reads_the_breakpoints_that_we_write(written):
    run(written, "loris.sdif", "ours.sdif")
    found, _ = loristrck.read_sdif(str(written / "ours.sdif"))
    for ours, theirs in zip(by_time(found), by_time(partials()), strict=True):
        ours = np.asarray(ours)
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours[:, [0, 1, 2, 4]], theirs[:, [0, 1, 2, 4]], atol=1e-9)
        turns = (ours[:, 3] - theirs[:, 3]) / (2 * np.pi)
        np.testing.assert_allclose(turns, np.round(turns), atol=1e-9)


def test_loris_reads_the_labels_that_we_write(tmp_path):
    (tmp_path / "text.txt").write_text(extended_text())
    run(tmp_path, "text.txt", "ours.sdif")
    run(tmp_path, "ours.sdif", "bank.aliquot")
    run(tmp_path, "bank.aliquot", "back.sdif")
    for name in ["ours.sdif", "back.sdif"]:
        found, labels = loristrck.read_sdif(str(tmp_path / name))
        by_start = sorted(zip(found, labels, strict=True), key=lambda pair: pair[0][0, 0])
        assert [label for _, label in by_start] == LABELS, name
        # The phases that follow the first are those of the frequencies.
        assert np.abs(by_start[0][0][0, 3] - partials()[0][0, 3]) < 1e-3


def test_loris_reads_the_tracks_that_we_write(written):
    run(written, "loris.sdif", "ours.sdif", "--format", "sdif-1trc", "--hop", "2")
    found, _ = loristrck.read_sdif(str(written / "ours.sdif"))
    assert len(found) == 3
    for ours, theirs in zip(by_time(found), by_time(partials()), strict=True):
        ours = np.asarray(ours)
        inside = (ours[:, 0] >= theirs[0, 0]) & (ours[:, 0] <= theirs[-1, 0])
        assert inside.sum() >= 3
        for column, tolerance in [(1, 1.0), (2, 1e-6)]:
            expected = np.interp(ours[inside, 0], theirs[:, 0], theirs[:, column])
            np.testing.assert_allclose(ours[inside, column], expected, atol=tolerance)


def test_loris_hears_the_same_out_of_a_bank(written):
    """By way of a bank the sound is Loris's own but for the bank's frames."""
    run(written, "loris.sdif", "bank.aliquot", "--hop", "1")
    run(written, "bank.aliquot", "back.sdif")
    found, _ = loristrck.read_sdif(str(written / "back.sdif"))
    plain = [partial.copy() for partial in partials()]
    sounds = []
    for all_partials in (plain, [np.asarray(partial).copy() for partial in found]):
        for partial in all_partials:
            partial[:, 4] = 0
        sounds.append(np.asarray(loristrck.synthesize(by_time(all_partials), 48000)))
    length = min(len(sound) for sound in sounds)
    a, b = (sound[:length] for sound in sounds)
    error = 10 * np.log10(np.sum(a**2) / np.sum((a - b) ** 2))
    assert error > 30, error
