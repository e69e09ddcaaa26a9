"""Look-up tables in CrossSim's form, to a device table and back.

Two text files, one for each direction. Line 1 is a title, line 2 the conductances [S], line 3 cumulative
probabilities, and then one line for each probability: the conductance change [S] at each conductance.
CrossSim interpolates between the probabilities; so does the CDF that is made of them. Three parts: the text is read
line by line (`read_lookup`), its quantiles become a CDF with as few changes as it needs (`to_jump_table`), and pairs
of such tables become a device (`import_crosssim`).
"""

from devicegen.formats.crosssim.tables import PROBABILITIES, export_crosssim, import_crosssim, pooled, to_jump_table
from devicegen.formats.crosssim.text import MOST_PROBABILITIES, Lookup, read_lookup
from devicegen.pulses.thinning import CDF_ERROR, MOST_CHANGES, Thinned

__all__ = [
    "CDF_ERROR", "MOST_CHANGES", "MOST_PROBABILITIES", "PROBABILITIES", "Lookup", "Thinned", "export_crosssim",
    "import_crosssim", "pooled", "read_lookup", "to_jump_table",
]  # fmt: skip
