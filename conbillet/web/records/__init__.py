"""The documents that the law wants and the data map makes: see `documents.py`."""
