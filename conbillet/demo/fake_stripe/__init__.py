"""A fake Stripe with a memory: the part of the API that ConBillet uses, its checkout page and its webhooks."""
