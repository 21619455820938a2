"""The mark of every tab. One that is named by a word would be fetched from outside."""

from pathlib import Path
from typing import Final

ICON: Final = str(Path(__file__).with_name("icon.png"))
