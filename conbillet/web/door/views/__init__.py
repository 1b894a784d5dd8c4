"""One module for each group of door pages."""
