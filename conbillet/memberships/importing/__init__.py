"""The register from a file: read and judged whole before a row is stored."""
