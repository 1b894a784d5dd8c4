"""Demo data: three associations, last year's convention and this year's, and people to sign in as."""

from .build import ensure_demo_data
from .people import LOGIN_HELP

__all__ = ["LOGIN_HELP", "ensure_demo_data"]
