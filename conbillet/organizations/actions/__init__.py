"""The verbs of organizations: one a file."""
