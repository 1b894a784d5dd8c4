"""One module for each group of my pages."""
