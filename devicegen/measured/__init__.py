"""Measured and artificial devices: pulse files, or a response in words, to jump-tables."""
