"""The tasks of `conbillet backup`."""
