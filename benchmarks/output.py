"""Where results go: `benchmarks/results/`, not part of the repository."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def write_json(name: str, document: dict[str, Any]) -> None:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written: {path}")
