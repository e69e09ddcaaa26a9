"""``device.yaml``: what the files of a measured device hold, as a model, and the units in it."""
