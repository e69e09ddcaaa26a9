"""From pulses to jump-tables, whoever gave the pulses: an instrument, or a simulated wall.

`record` holds pulses as arrays and says which no table can be made of. `jump_tables` makes the tables: `estimate` the
distribution of the change at each conductance from pulses that `histogram` counted, `bands` how certain it is, `noise`
and `deconvolve` what the reads add to it, `bounds` that nothing leaves the range. `trains` and `energies` are for
people to judge the tables by. Nothing here knows a file.
"""
