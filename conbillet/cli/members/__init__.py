"""The tasks of `conbillet members`."""
