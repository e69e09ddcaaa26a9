"""MuMax3's names bound to the magnet: what a script can say, and what it does."""
