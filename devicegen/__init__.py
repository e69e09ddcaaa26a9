"""From a synapse device (a simulated magnet, measured pulses, a response in words) to its table."""

__version__ = "0.1.0"
