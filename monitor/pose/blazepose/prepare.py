"""What is done to the graphs once, when the models are brought, so that each look costs less.

Cut out of the landmark graph is whatever feeds only outputs that nobody reads: it also draws a mask
of the body, and costs three fifths without. In both graphs the weights that cost more to read than
what they are multiplied with are kept in 8 bits.
"""

from collections.abc import Collection, Sequence
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from monitor.pose.blazepose.graph import Shape, Tensor

IDENTIFIER = b"TFL3"

SAME = 1e-4
"""The largest difference, in pixels of the crop, metres or shares, that is no difference."""

_LOOKS = 4

DEEP = range(7, 17)
"""Cells a side where convolutions are quantized. On wider layers that gains little or nothing; on
narrower ones little, and the landmarks in metres move by 2 cm (docs/engines.md)."""

BOTTLENECK = 4
"""Times by which those widen or narrow that are quantized: the two round each depthwise convolution
of the encoder (inverted bottlenecks, Sandler et al. 2018). The others, which join scales and feed
the heads, take a tenth of the time and make more than half of the error (docs/engines.md)."""

_LARGEST = 127
"""Of a weight of 8 bits: symmetric about zero, as TFLite's quantization specification asks."""


def trimmed_to(model: bytes, outputs: Collection[Shape]) -> bytes:
    """The graph with the outputs of these shapes alone, in their old order; the same input, the
    same bytes. Raises ValueError when it has no such outputs."""
    whole = _opened(model)
    (graph,) = whole.subgraphs
    kept = [t for t in graph.outputs if tuple(graph.tensors[t].shape) in outputs]
    if len(kept) != len(outputs):
        raise ValueError("it is no BlazePose landmark graph: its outputs are others")
    graph.outputs = kept
    return _packed(whole)


def quantized(model: bytes) -> bytes:
    """The graph with the weights of its deep bottlenecks in 8 bits for each output channel, as far
    apart as the largest needs; the same input, the same bytes.

    What they are multiplied with is quantized as it comes (TFLite's dynamic-range quantization):
    nothing has to be calibrated. What rounding adds in the mean is taken off again (bias
    correction, Nagel et al. 2019), the mean being that of noise, which does as well as pictures.
    """
    whole = _opened(model)
    (graph,) = whole.subgraphs
    made = _run_once(model)
    for convolution in graph.operators:
        if _is_deep_bottleneck(whole, convolution):
            pixels, weights, bias = (made.get_tensor(int(tensor)) for tensor in convolution.inputs)
            steps = _steps(weights)
            rounded = np.rint(weights / steps)
            added = (weights - rounded * steps)[:, 0, 0] @ pixels.mean(axis=(0, 1, 2))
            convolution.inputs = [
                convolution.inputs[0],
                _eight_bits(whole, rounded, steps),
                _constant(whole, bias + added, schema.TensorType.FLOAT32),
            ]
    return _packed(whole)


def check_same(one: bytes, other: bytes, outputs: Collection[Shape]) -> None:
    """Raises ValueError when two graphs answer differently to the same noise."""
    for seed in range(_LOOKS):
        pair = [_answers(model, seed) for model in (one, other)]
        if any(np.abs(pair[0][shape] - pair[1][shape]).max() > SAME for shape in outputs):
            raise ValueError("without its mask it gives other landmarks")


def _answers(model: bytes, seed: int) -> dict[Shape, Tensor]:
    interpreter = Interpreter(model_content=model)
    _look_at_noise(interpreter, seed)
    return {
        tuple(answer["shape"]): interpreter.get_tensor(answer["index"])
        for answer in interpreter.get_output_details()
    }


def _look_at_noise(interpreter: Interpreter, seed: int) -> None:
    interpreter.allocate_tensors()
    (looks,) = interpreter.get_input_details()
    noise = np.random.default_rng(seed).random(looks["shape"], np.float32)
    interpreter.set_tensor(looks["index"], noise)
    interpreter.invoke()


def _opened(model: bytes) -> Any:
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))


def _packed(whole: Any) -> bytes:
    """Without what its outputs do not need."""
    (graph,) = whole.subgraphs
    graph.operators = _feeding(graph.operators, graph.outputs)
    whole.signatureDefs = []
    _drop_tensors(graph)
    _drop_buffers(whole, graph)
    builder = flatbuffers.Builder()
    builder.Finish(whole.Pack(builder), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def _run_once(model: bytes) -> Interpreter:
    """Every tensor can be read of it, also the weights that operators make of packed ones."""
    interpreter = Interpreter(
        model_content=model,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    _look_at_noise(interpreter, seed=0)
    return interpreter


def _is_deep_bottleneck(whole: Any, operator: Any) -> bool:
    """Whether it is a 1 × 1 convolution of few cells, and of many more channels on one side."""
    if whole.operatorCodes[operator.opcodeIndex].builtinCode != schema.BuiltinOperator.CONV_2D:
        return False
    (graph,) = whole.subgraphs
    after, height, width, before = graph.tensors[operator.inputs[1]].shape
    cells = graph.tensors[operator.outputs[0]].shape[1]
    return (
        height == width == 1
        and cells in DEEP
        and max(before, after) >= BOTTLENECK * min(before, after)
    )


def _steps(weights: Tensor) -> Tensor:
    """(channels, 1, 1, 1) what one of 8 bits is worth."""
    steps = np.abs(weights).max(axis=(1, 2, 3), keepdims=True) / _LARGEST
    return np.asarray(np.where(steps == 0, 1.0, steps), np.float32)


def _eight_bits(whole: Any, rounded: Tensor, steps: Tensor) -> int:
    quantization = schema.QuantizationParametersT()
    quantization.scale = steps.ravel()
    quantization.zeroPoint = np.zeros(len(steps), np.int64)
    return _constant(whole, rounded.astype(np.int8), schema.TensorType.INT8, quantization)


def _constant(whole: Any, values: NDArray[Any], kind: int, quantization: Any = None) -> int:
    """Adds a tensor; its number."""
    (graph,) = whole.subgraphs
    buffer, tensor = schema.BufferT(), schema.TensorT()
    buffer.data = np.frombuffer(values.tobytes(), np.uint8)
    tensor.shape, tensor.type = values.shape, kind
    tensor.buffer, tensor.quantization = len(whole.buffers), quantization
    whole.buffers.append(buffer)
    graph.tensors.append(tensor)
    return len(graph.tensors) - 1


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
