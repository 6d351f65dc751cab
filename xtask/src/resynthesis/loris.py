"""Analyses sounds with loristrck, as `cargo xtask resynthesis` calls it.

usage: loris.py FOLDER

FOLDER has NAME.f32 files, raw samples of one channel at 44.1 kHz or the rate in NAME.rate. For each and
each setting of the grid it writes NAME.N.sdif, the breakpoints, NAME.N.f32, Loris's own synthesis,
NAME.N.slow.f32, the same four times as long, and NAME.N.time, the seconds that the analysis took.
"""

import importlib.util  # noqa: F401  loristrck uses it without importing it
import pathlib
import sys
import time

import loristrck
import numpy

RESOLUTIONS_HZ = (30.0, 60.0, 100.0, 180.0)
WIDTHS = (1.0, 2.0)


def main():
    folder = pathlib.Path(sys.argv[1])
    for rate_file in sorted(folder.glob("*.rate")):
        name = rate_file.stem
        rate = float(rate_file.read_text())
        samples = numpy.fromfile(folder / f"{name}.f32", "<f4").astype(float)
        settings = [(r, w) for r in RESOLUTIONS_HZ for w in WIDTHS]
        for number, (resolution, width) in enumerate(settings):
            begin = time.process_time()
            partials = loristrck.analyze(
                samples, rate, resolution, windowsize=resolution * width
            )
            seconds = time.process_time() - begin
            partials = [partial for partial in partials if len(partial) > 1]
            stem = f"{name}.{number}"
            if not partials:
                continue
            # The public writer loses the last frames with pysdif3, and writes 1TRC without it.
            loristrck._core._write_sdif(
                partials, outfile=str(folder / f"{stem}.sdif"), labels=None, rbep=True
            )
            sound = loristrck.synthesize(partials, int(rate))
            numpy.asarray(sound).astype("<f4").tofile(folder / f"{stem}.f32")
            for partial in partials:
                partial[:, 0] *= 4.0
            slow = loristrck.synthesize(partials, int(rate))
            numpy.asarray(slow).astype("<f4").tofile(folder / f"{stem}.slow.f32")
            (folder / f"{stem}.time").write_text(f"{seconds}")


main()
