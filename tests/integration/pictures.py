"""Pictures of the shared footage as arrays."""

from collections.abc import Iterator

import av
import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from monitor.posture.model import Image
from tests.media import media


def photo(name: str) -> Image:
    with Pillow.open(media(name)) as picture:
        return np.array(ImageOps.exif_transpose(picture).convert("RGB"))


def film(name: str) -> Iterator[Image]:
    """Every picture of the file, in order."""
    with av.open(str(media(name))) as container:
        for picture in container.decode(video=0):
            yield np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
