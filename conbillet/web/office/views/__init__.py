"""One module for each group of office pages."""
