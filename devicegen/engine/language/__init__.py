"""The script language of MuMax3 (a subset of Go): text to a checked program. Knows no magnet and no array."""
