"""`python -m lab`: the same job without a browser."""

import os
import sys

# One BLAS thread, as everywhere, so that numbers are the same to the last bit. Must stand before NumPy is imported.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[name] = "1"

from lab.cli import main  # noqa: E402

sys.exit(main())
