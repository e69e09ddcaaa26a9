"""Pulse files as laboratories have them, made anew from a device model, with what a right reader finds in them.

`every()` are the kinds that the reader is made for, `odd()` those that nobody made it for. Each is written from arrays
that are the truth too: nothing is read back.
"""

from kinds.bench import Bench, Kind, Refusal, Say, Truth, every, odd

__all__ = ["Bench", "Kind", "Refusal", "Say", "Truth", "every", "odd"]
