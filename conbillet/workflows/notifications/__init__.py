"""What we write to people, and when. Queued in the transaction of its reason; written when it is sent.

`queueing.py` says who gets which mail, `letters.py` what it says: one function a kind of mail.
"""
