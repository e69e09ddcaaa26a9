"""Synapses: floating point, quantized domain wall, conductance pair; one file each, its kernel inside."""
