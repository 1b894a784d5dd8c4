"""A mail server that delivers to nobody: it keeps every mail and shows it to people and scripts."""
