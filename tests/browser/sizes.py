"""The windows in which pages are looked at."""

import pytest

VIEWPORTS = {
    "phone": {"width": 390, "height": 844},
    "small": {"width": 320, "height": 640},
    "desktop": {"width": 1280, "height": 900},
}

at_every_size = pytest.mark.parametrize("viewport", list(VIEWPORTS), indirect=True)
light_and_dark = pytest.mark.parametrize("colour_scheme", ["light", "dark"], indirect=True)
