"""One `.tflite` graph on LiteRT, its tensors checked once when it is loaded."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from monitor.errors import ModelError
from monitor.posture.model import Floats, Image

Tensor = NDArray[np.float32]
Shape = tuple[int, ...]

_MEND = "run `plumbline models fetch`"


class Graph:
    """Square pictures in, tensors out. Not for two threads at once."""

    def __init__(self, path: Path, side: int, outputs: Sequence[Shape], threads: int = 1):
        """side: pixels of the square it looks at. outputs: shapes of the tensors that are read,
        no two alike. Raises ModelError when the file is no such graph."""
        self._path = path
        try:
            self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as e:
            raise ModelError(f"the pose model {path} cannot be loaded; {_MEND}") from e
        details = self._interpreter.get_input_details()
        self._pixels = self._interpreter.tensor(self._index(details, (1, side, side, 3)))
        details = self._interpreter.get_output_details()
        self._outputs = [self._index(details, shape) for shape in outputs]

    def __call__(self, picture: Image, scale: float, shift: float) -> list[Tensor]:
        """The tensors for pixels × scale + shift, in the order asked for, without their batch.

        Raises ModelError when the graph answers with something that is no number.
        """
        pixels = self._pixels()[0]
        np.multiply(picture, np.float32(scale), out=pixels)
        if shift:
            pixels += np.float32(shift)
        del pixels
        self._interpreter.invoke()
        tensors = [self._interpreter.get_tensor(index)[0] for index in self._outputs]
        if not all(np.isfinite(tensor).all() for tensor in tensors):
            raise ModelError(f"the pose model {self._path} gives what is no number; {_MEND}")
        return tensors

    def _index(self, details: Sequence[dict[str, object]], shape: Shape) -> int:
        for detail in details:
            if tuple(detail["shape"]) == shape and detail["dtype"] == np.float32:  # type: ignore[arg-type]
                return int(detail["index"])  # type: ignore[call-overload, no-any-return]
        held = ", ".join("×".join(map(str, detail["shape"])) for detail in details)  # type: ignore[call-overload]
        raise ModelError(
            f"the pose model {self._path} is of another kind: it has no tensor of "
            f"{'×'.join(map(str, shape))} but {held}; {_MEND}"
        )


def sigmoid(logits: Tensor | Floats) -> Floats:
    """0..1; by the hyperbolic tangent, which does not overflow."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * logits), np.float64)
