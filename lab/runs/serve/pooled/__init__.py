"""The engine of the server: runs in worker processes. The door is PoolEngine."""

from lab.runs.serve.pooled.engine import PoolEngine

__all__ = ["PoolEngine"]
