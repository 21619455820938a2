"""A lesson on a projector (`screen.py`), its notes in a window or on a phone (`notes.py`), and how both follow."""
