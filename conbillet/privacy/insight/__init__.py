"""Insight (GDPR art. 15): everything that is stored about somebody, why, from where, to whom it went, and how long."""
