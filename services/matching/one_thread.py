"""Imported before numpy: sums over the world take one thread, for two that wait for each other cost twice the time."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
