"""Pages of the platform's own staff."""
