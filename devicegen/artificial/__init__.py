"""Devices that nobody measured: a response in words, published devices, states, and made-up pulse files.

`response` is a jump-table from a formula or curves, `states` what programming leaves behind, `published` the presets
from papers. `examples` writes pulse files of two made-up devices; they go the way of measured ones.
"""
