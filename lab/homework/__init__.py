"""Homework: a task out of any experiment, what students hand in, and whether it comes out again (docs/homework.md).

`schema.py` is what stands in the files, `files.py` reads and writes them, `work.py` is a student at it, `judging.py`
computes what was handed in anew, `table.py` lays it out for the teacher.
"""
