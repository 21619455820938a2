"""What a figure was measured on: processor, its load, BLAS kernel, versions."""

import importlib.metadata
import importlib.util
import os
import platform
import time
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "keras", "torch", "jax", "jaxlib", "scikit-learn")


def processor() -> str:
    """Its name as the system gives it."""
    table = Path("/proc/cpuinfo")
    lines = table.read_text().splitlines() if table.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def load_average() -> list[float]:
    """Processes that wanted a core, over 1, 5 and 15 minutes; empty where the system does not say."""
    return [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else []


def blas_kernel() -> str:
    """The kernel that NumPy's BLAS chose for this processor, as threadpoolctl names it."""
    if importlib.util.find_spec("threadpoolctl") is None:
        return "unknown: threadpoolctl is not installed"
    import numpy as np  # loaded, so that its library is found
    import threadpoolctl

    np.dot(np.ones((2, 2)), np.ones((2, 2)))
    libraries = [one for one in threadpoolctl.threadpool_info() if one.get("user_api") == "blas"]
    return ", ".join(f"{one['internal_api']} {one['version']} {one.get('architecture', '')}" for one in libraries)


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def described() -> dict[str, Any]:
    return {
        "time": time.strftime("%Y-%m-%d %H:%M"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "load_average": load_average(),
        "blas": blas_kernel(),
        "versions": versions(),
    }
