import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import hosts  # noqa: E402


@pytest.fixture(scope="session")
def bundle():
    """The VST3 bundle under test."""
    repository = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("ALIQUOT_BUNDLE_DIR", repository / "target" / "bundled"))
    path = folder / "Aliquot.vst3"
    if not path.is_dir():
        what = f"{path} is not there: run `cargo xtask bundle aliquot --release`"
        pytest.fail(what, pytrace=False)
    return path


@pytest.fixture(params=list(hosts.HOSTS))
def open_host(request, bundle):
    """Opens a new instance of the plugin in one host, then in the other."""
    return lambda **options: hosts.HOSTS[request.param](bundle, **options)


@pytest.fixture
def open_dawdreamer(bundle):
    """Opens a new instance in the host that can automate."""
    return lambda **options: hosts.DawDreamer(bundle, **options)


@pytest.fixture
def open_pedalboard(bundle):
    """Opens a new instance in the host that can go on rendering where it stopped."""
    return lambda **options: hosts.Pedalboard(bundle, **options)
