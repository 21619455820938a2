"""Lessons as data: a folder with `lesson.toml`, `ko.md` and `en.md` (docs/writing-a-lesson.md), and what is made of it.

`reader.py` opens one, `shelf.py` lists those that come along, `asked.py` runs one, `said.py` tells what may be said.
"""
