"""Makes the files that the engines read of the models brought, and tries them out.

Run as a program of its own (`python -m monitor.pose.bundle`), so that a broken file brought by
hand can crash nothing but this process.
"""

import argparse
import zipfile
from pathlib import Path

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
from mediapipe.tasks.metadata import schema_py_generated as schema

from monitor.pose.blazepose.engine import BlazePoseEngine
from monitor.pose.blazepose.landmarks import OUTPUTS
from monitor.pose.blazepose.prepare import check_same, quantized, trimmed_to
from monitor.pose.models import DETECTOR, LANDMARKS, PREPARED_DETECTOR, PREPARED_LANDMARKS, Graphs

_ALIGNMENT = 4
_ZIP_HEADER, _EXTRA_HEADER = 30, 4
"""Bytes of a zip entry's header without its name, and of one extra field's (PKWARE's APPNOTE)."""

_METADATA_NAME = b"TFLITE_METADATA"
_METADATA_IDENTIFIER = b"M001"
_MODEL_IDENTIFIER = b"TFL3"


def build(detector: bytes, landmarks: bytes, task: Path) -> None:
    """Writes the two models of the pinned wheel as one bundle; the same input, the same bytes.

    The graph of MediaPipe 0.10.21 feeds the detector pixels from -1 to 1 and the landmark model
    pixels from 0 to 1 (mediapipe/modules/pose_detection and pose_landmark); the Tasks API wants
    to read that from the models themselves.
    """
    with zipfile.ZipFile(task, "w") as bundle:
        _store(bundle, DETECTOR, _with_normalization(detector, mean=127.5, std=127.5))
        _store(bundle, LANDMARKS, _with_normalization(landmarks, mean=0.0, std=255.0))


def prepare(detector: bytes, landmarks: bytes, folder: Path) -> None:
    """Writes the graphs that `blazepose` looks with, and looks at a grey picture with them. Raises
    ValueError or ModelError when they are no such graphs."""
    trimmed = trimmed_to(landmarks, OUTPUTS)
    check_same(landmarks, trimmed, OUTPUTS)
    made = Graphs("tried out", folder / PREPARED_DETECTOR, folder / PREPARED_LANDMARKS)
    made.detector.write_bytes(quantized(detector))
    made.landmarks.write_bytes(quantized(trimmed))
    BlazePoseEngine(made).find(np.full((256, 256, 3), 128, np.uint8))


def _store(bundle: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Uncompressed and aligned, so that MediaPipe can map it; dated 1980, so that bytes repeat."""
    entry = zipfile.ZipInfo(name)
    assert bundle.fp is not None
    start = bundle.fp.tell() + _ZIP_HEADER + len(name) + _EXTRA_HEADER
    padding = -start % _ALIGNMENT
    entry.extra = b"\x00\x00" + padding.to_bytes(2, "little") + bytes(padding)
    bundle.writestr(entry, content)


def _with_normalization(model: bytes, *, mean: float, std: float) -> bytes:
    """A `.tflite` model that tells the Tasks API how its input is scaled: (pixel - mean) / std."""
    whole = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    note = schema.BufferT()
    note.data = np.frombuffer(_normalization(mean, std), np.uint8)
    entry = schema.MetadataT()
    entry.name = _METADATA_NAME
    entry.buffer = len(whole.buffers)
    whole.buffers.append(note)
    whole.metadata = [*(whole.metadata or []), entry]
    builder = flatbuffers.Builder(len(model) + 4096)
    builder.Finish(whole.Pack(builder), file_identifier=_MODEL_IDENTIFIER)
    return bytes(builder.Output())


def _normalization(mean: float, std: float) -> bytes:
    options = metadata.NormalizationOptionsT()
    options.mean, options.std = [mean], [std]
    unit = metadata.ProcessUnitT()
    unit.optionsType = metadata.ProcessUnitOptions.NormalizationOptions
    unit.options = options
    picture = metadata.TensorMetadataT()
    picture.processUnits = [unit]
    graph = metadata.SubGraphMetadataT()
    graph.inputTensorMetadata = [picture]
    whole = metadata.ModelMetadataT()
    whole.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(whole.Pack(builder), file_identifier=_METADATA_IDENTIFIER)
    return bytes(builder.Output())


def main() -> None:
    parser = argparse.ArgumentParser(description="Make what is derived of a model, try it out.")
    parser.add_argument("models", type=Path, help="folder of the bare models")
    parser.add_argument("made", type=Path, help="folder for the prepared ones")
    parser.add_argument("--bundle", type=Path, help="a .task file of both to make")
    given = parser.parse_args()
    detector, landmarks = ((given.models / name).read_bytes() for name in (DETECTOR, LANDMARKS))
    prepare(detector, landmarks, given.made)
    if given.bundle:
        build(detector, landmarks, given.bundle)


if __name__ == "__main__":
    main()
