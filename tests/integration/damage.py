"""Films as a bad line delivers them."""

from pathlib import Path

import numpy as np

DELIMITER = b"\x00\x00\x00\x01\x09"


def with_flipped_bits(film: Path, one_in: int, seed: int = 0) -> Path:
    """A raw H.264 film in which one byte of so many has a bit flipped; its pictures stay apart."""
    random = np.random.default_rng(seed)
    data = np.frombuffer(film.read_bytes(), np.uint8).copy()
    hit = np.nonzero(random.random(len(data)) < 1.0 / one_in)[0]
    data[hit] ^= np.uint8(1) << random.integers(0, 8, len(hit)).astype(np.uint8)
    damaged = film.with_name(f"flipped-{one_in}-{film.name}")
    damaged.write_bytes(DELIMITER + data[len(DELIMITER) :].tobytes())
    return damaged
