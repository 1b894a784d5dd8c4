"""Deletion: what would happen (`plan.py`), doing it (`erase.py`), and doing it again after a restore (`replay.py`)."""
