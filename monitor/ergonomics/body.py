"""Where the methods' words about a body ("upright", "twisted") become degrees."""

UPRIGHT_DEG = 5.0
"""RULA and REBA score an exactly upright trunk; a camera needs a tolerance. ±5° is read in a
public implementation of REBA (dki97k); the methods name none. EN 1005-4 is given the same."""

TURNED_DEG = 10.0
"""From here a trunk counts as twisted or bent sideways: the tolerance of EN 1005-4 and of the
published ISO 11226 bands (read); RULA and REBA name none."""
