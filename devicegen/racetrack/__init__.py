"""The domain-wall racetrack synapse: geometry, programming protocol, ensemble and its reduction to a table.

Source: Al Misba et al., "Voltage controlled energy efficient domain wall synapses with stochastic
distribution of quantized weights in the presence of thermal noise and edge roughness" and its training
paper of 2022 (IEEE Access 10), called Al Misba 2022 in this package. ``docs/devices/racetrack.md`` says
what is modelled, what is assumed and what is not modelled.
"""
