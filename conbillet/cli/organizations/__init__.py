"""The tasks of `conbillet organizations`."""
