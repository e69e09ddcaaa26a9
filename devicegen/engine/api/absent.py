"""Names that MuMax3 has and this engine does not: a script that uses one is refused before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devicegen.engine.language.world import World

_ONE_LAYER = "it has one layer of cells"
_NO_ELASTIC = "it has no magnetoelastic coupling"
_NO_BULK = "of the Dzyaloshinskii-Moriya interactions it has the interfacial one, Dind"
_NO_CUSTOM = "it has no custom field or energy terms"
_OTHER = "it is outside what this engine computes"

ABSENT = {
    _ONE_LAYER: ("CenterBubbleLayer", "ext_InterDind_z", "ext_hopfindex"),
    _NO_ELASTIC: (
        "B1", "B2", "exx", "eyy", "ezz", "exy", "exz", "eyz", "B_mel", "F_mel", "Edens_mel", "E_mel",
    ),
    _NO_BULK: ("Dbulk", "ext_interDbulk"),
    _NO_CUSTOM: (
        "AddFieldTerm", "AddEdensTerm", "B_custom", "Edens_custom", "E_custom", "RemoveCustomFields",
        "RemoveCustomEnergies", 
    ),
    _OTHER: (
        "B_exch2", "MFM", "MFMLift", "MFMDipole", "NoDemagSpins2", 
        "ext_make3dgrains", "ext_grainCutShape", "FunctionFromDatafile", "RunShell", "DUMP", "AutoSaveAs",
        "ext_topologicalchargelattice", "ext_topologicalchargedensitylattice",
        "ext_topologicalchargefinitelattice", "ext_topologicalchargedensityfinitelattice", "TableAddVariable",
        "source", "now", "since", "SetPhi", "ext_bib", "FixedLayerPosition",
        "ext_enableUnsafe",
    ),
}  # fmt: skip


def declare(world: World) -> None:
    """Mark the names as refused, except those that another module has bound."""
    for reason, names in ABSENT.items():
        for name in names:
            if world.find(name) is None:
                world.refuse(name, reason)
