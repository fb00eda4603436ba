"""Cuts out of a graph whatever feeds only outputs that nobody reads.

The landmark graph also draws a mask of the body; without it a look costs three fifths. Done once,
when the models are brought.
"""

from collections.abc import Collection, Sequence
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from monitor.pose.blazepose.graph import Shape, Tensor

IDENTIFIER = b"TFL3"

SAME = 1e-4
"""The largest difference, in pixels of the crop, metres or shares, that is no difference."""

_LOOKS = 4


def trimmed_to(model: bytes, outputs: Collection[Shape]) -> bytes:
    """The graph with the outputs of these shapes alone, in their old order; the same input, the
    same bytes. Raises ValueError when it has no such outputs."""
    whole = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    (graph,) = whole.subgraphs
    kept = [t for t in graph.outputs if tuple(graph.tensors[t].shape) in outputs]
    if len(kept) != len(outputs):
        raise ValueError("it is no BlazePose landmark graph: its outputs are others")
    graph.outputs = kept
    graph.operators = _feeding(graph.operators, kept)
    whole.signatureDefs = []
    _drop_tensors(graph)
    _drop_buffers(whole, graph)
    builder = flatbuffers.Builder(len(model))
    builder.Finish(whole.Pack(builder), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def check_same(one: bytes, other: bytes, outputs: Collection[Shape]) -> None:
    """Raises ValueError when two graphs answer differently to the same noise."""
    for seed in range(_LOOKS):
        pair = [_answers(model, seed) for model in (one, other)]
        if any(np.abs(pair[0][shape] - pair[1][shape]).max() > SAME for shape in outputs):
            raise ValueError("without its mask it gives other landmarks")


def _answers(model: bytes, seed: int) -> dict[Shape, Tensor]:
    interpreter = Interpreter(model_content=model)
    interpreter.allocate_tensors()
    (looks,) = interpreter.get_input_details()
    noise = np.random.default_rng(seed).random(looks["shape"], np.float32)
    interpreter.set_tensor(looks["index"], noise)
    interpreter.invoke()
    return {
        tuple(answer["shape"]): interpreter.get_tensor(answer["index"])
        for answer in interpreter.get_output_details()
    }


def _feeding(operators: Sequence[Any], outputs: Sequence[int]) -> list[Any]:
    """Operators stand in the order of their execution: the needed ones are seen backwards."""
    wanted, needed = set(outputs), []
    for operator in reversed(operators):
        if wanted.intersection(operator.outputs):
            wanted.update(operator.inputs)
            needed.append(operator)
    return needed[::-1]


def _drop_tensors(graph: Any) -> None:
    used = {int(t) for o in graph.operators for t in (*o.inputs, *o.outputs) if t >= 0}
    number = {old: new for new, old in enumerate(sorted(used.union(map(int, graph.inputs))))}
    graph.tensors = [graph.tensors[old] for old in number]
    for part in (graph, *graph.operators):
        part.inputs = [number.get(int(t), -1) for t in part.inputs]
        part.outputs = [number[int(t)] for t in part.outputs]


def _drop_buffers(whole: Any, graph: Any) -> None:
    """The first buffer is the empty one by definition of the format."""
    used = {0, *(t.buffer for t in graph.tensors), *(m.buffer for m in whole.metadata or [])}
    number = {old: new for new, old in enumerate(sorted(used))}
    whole.buffers = [whole.buffers[old] for old in number]
    for part in (*graph.tensors, *(whole.metadata or [])):
        part.buffer = number[part.buffer]
