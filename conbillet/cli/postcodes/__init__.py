"""The tasks of `conbillet postcodes`."""
