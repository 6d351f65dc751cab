"""A whole session in Ardour, headless: make, export, reopen in another process, export, measure.

python session.py BUNDLE FOLDER. FOLDER is emptied and then holds the session, the exports and
Ardour's own files. The exit status is 0 when every figure is within its bounds.
"""

import shutil
import sys
import time
from pathlib import Path

import song
from ardour import Ardour, Failure, write_notes

HERE = Path(__file__).resolve().parent


def main(bundle, folder):
    import measure

    folder = Path(folder).resolve()
    bundle = Path(bundle).resolve()
    if not bundle.is_dir():
        raise Failure(f"{bundle} is not there: run `cargo xtask bundle aliquot --release`")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    session = folder / "session"
    first, second = folder / "first.wav", folder / "second.wav"

    ardour = Ardour(folder / "home", bundle.parent)
    with stage(f"Ardour {ardour.version} scans {bundle.name}"):
        said = ardour.scan(bundle)
        if "Found Plugin: Aliquot" not in said:
            raise Failure(f"the scanner does not find the instrument:\n{said}")

    normalized = {name: song.sound.normalized(name, v) for name, v in song.PATCH.items()}
    with stage("a session with a track, notes and automation"):
        points = [
            f"{song.AUTOMATED}@{round(beat * song.BEAT_FRAMES)}="
            f"{song.sound.normalized(song.AUTOMATED, db):.9f}"
            for beat, db in song.AUTOMATION
        ]
        settings = [f"{name}={value:.9f}" for name, value in normalized.items()]
        said = ardour.lua(HERE / "create.lua", session, "Aliquot", *settings, *points)
        if "created" not in said:
            raise Failure(f"the session was not made:\n{said}")
        write_notes(session)

    with stage("export"):
        ardour.export(session, first)

    with stage("reopened and saved by another process"):
        said = ardour.lua(HERE / "reopen.lua", session, *normalized)
        if "reopened" not in said:
            raise Failure(f"the session was not reopened:\n{said}")
        for name, value in normalized.items():
            line = next((line for line in said.splitlines() if line.startswith(f"{name}=")), None)
            if line is None or abs(float(line.partition("=")[2]) - value) > 1e-6:
                raise Failure(f"{name} was {value:.7f} and came back as {line}")

    with stage("export again"):
        ardour.export(session, second)

    print("measured:")
    audio = measure.read(first)
    step = song.STEP_BEAT
    measure.chord(audio, song.BEFORE_DB, song.CHORD_BEATS[0], step, "chord before the step")
    measure.chord(audio, song.AFTER_DB, step, song.CHORD_BEATS[1], "chord after the step")
    measure.ramp(audio)
    measure.same(audio, measure.read(second))


class stage:
    """Prints a step and the time that it took."""

    def __init__(self, what):
        self._what = what

    def __enter__(self):
        self._began = time.monotonic()

    def __exit__(self, kind, *_):
        if kind is None:
            print(f"{self._what}: {time.monotonic() - self._began:.1f} s", flush=True)
        else:
            print(f"{self._what}: failed", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Failure as failure:
        raise SystemExit(f"error: {failure}") from None
