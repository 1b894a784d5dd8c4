"""Every retention rule of the data map and the job that keeps it (`rules.py`), and when what goes (`calendar.py`)."""
