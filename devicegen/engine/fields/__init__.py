"""The effective field of the layer and the torque it exerts."""
