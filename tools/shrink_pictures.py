"""Makes the documentation's screenshots small: `python tools/shrink_pictures.py docs/screenshots [HEIGHT]`.

Cuts each PNG to at most HEIGHT pixels (a phone's first screens) and to 128 colours, which these pages do not miss.
"""

import sys
from pathlib import Path

from PIL import Image


def main(folder: Path, height: int) -> None:
    for path in sorted(folder.glob("*.png")):
        picture = Image.open(path).convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(picture.height, height)))
        picture.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1600)
