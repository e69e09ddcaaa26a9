"""MuMax3, or a program that behaves like it: finding it, running scripts with it, reading what it writes."""
