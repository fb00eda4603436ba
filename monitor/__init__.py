"""The Plumbline daemon: cameras in, unsafe postures out."""

__version__ = "0.1.0"
