"""The outside world of the demo and of the tests: a fake Stripe and a mail catcher, as processes of their own.

Nothing in here may import Django: both programs must be up within a third of a second.
"""
