"""The embedded micromagnetic engine: MuMax3's scripts and physics for one layer, on the processor."""
