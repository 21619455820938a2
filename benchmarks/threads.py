"""One thread for BLAS and its kin. Two on a busy machine were measured thirty times slower: their barriers spin.

Import this before NumPy, or give ONE_THREAD to a new process as its environment.
"""

import os

NAMES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
ONE_THREAD = dict.fromkeys(NAMES, "1")


def pin() -> None:
    os.environ.update(ONE_THREAD)
