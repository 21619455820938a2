"""How results are told, and where they go: `benchmarks/results/`, not part of the repository."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def short(value: Any) -> Any:
    """Plain values with no more than four digits of each number that is not whole."""
    if isinstance(value, dict):
        return {name: short(one) for name, one in value.items()}
    if isinstance(value, list):
        return [short(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def write_json(name: str, document: dict[str, Any]) -> None:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written: {path}")
