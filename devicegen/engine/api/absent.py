"""Names that MuMax3 has and this engine does not: a script that uses one is refused before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devicegen.engine.language.world import World

ABSENT = {
    "it has one layer of cells": """
        ext_hopfindex_fivepointstencil ext_hopfindex_solidangle ext_hopfindex_solidanglefourier
        ext_hopfindex_twopointstencil ext_hopfindexdensity_fivepointstencil ext_hopfindexdensity_solidangle
        ext_hopfindexdensity_twopointstencil HopfionCompactSupport ext_InterlayerExchange ext_InterlayerDMI
        ext_make3dgrains B_idmi B_biquad ext_RKKY
    """,
    "it has no magnetoelastic coupling": """
        B1 B2 exx eyy ezz exy exz eyz B_mel F_mel Edens_mel E_mel
    """,
    "of the Dzyaloshinskii-Moriya interactions it has the interfacial one, Dind": """
        Dbulk DbulkCoupling ext_ScaleDbulk ext_InterDbulk ext_DMITensor
    """,
    "it has no custom field or energy terms": """
        AddFieldTerm AddEdensTerm B_custom Edens_custom E_custom RemoveCustomFields RemoveCustomEnergies
        RunningAverage
    """,
    "it is outside what this engine computes": """
        MFM MFMLift MFMDipole ext_grainCutShape ext_grainboundaries ext_GeomEdge ext_MakeDefects RunShell DUMP source
        now since Line Line2D Ellipsoid3D RelaxNSteps EnableCUDAgraphs ext_topologicalchargelattice
        ext_topologicalchargedensitylattice ext_topologicalchargefinitelattice
        ext_topologicalchargedensityfinitelattice ext_bib CellIndices ext_InitGeomFromOVF ext_scaleBiquad
        PositionLocal PositionWorld TimeQuantity ext_enableUnsafe
    """,
    "it is a name of old MuMax3: write q.average()": "average",
    "it is a name of old MuMax3: write E_total": "energy",
    "it is a name of old MuMax3: write TableAdd, TableAutoSave, TableSave": "table savetable",
    "it is a name of old MuMax3: write ext_ScaleExchange": "setlexchange setexchange",
    "it is a name of old MuMax3: write mu0*Msat": "Bsat",
}


def declare(world: World) -> None:
    """Mark the names as refused."""
    for reason, names in ABSENT.items():
        for name in names.split():
            world.refuse(name, reason)
