"""The whole world of names of one script, bound to its simulation."""

from __future__ import annotations

from devicegen.engine.api import (
    absent,
    algebra,
    checks,
    configurations,
    couplings,
    cropping,
    fields,
    functions,
    geometry,
    grains,
    magnetization,
    masks,
    mesh,
    parameters,
    regions,
    saving,
    shapes,
    solver,
    textures,
    tracking,
)
from devicegen.engine.api.simulation import Simulation
from devicegen.engine.language import mathematics
from devicegen.engine.language.world import World


def bound_world(simulation: Simulation) -> World:
    """All names that a script can use, and those of MuMax3 that this engine refuses."""
    world = World()
    world.constant("true", True)
    world.constant("false", False)
    for name, value in mathematics.CONSTANTS.items():
        world.constant(name, value)
    for name, (function, signature) in mathematics.functions().items():
        world.function(name, function, signature)
    mesh.declare(world, simulation.mesh)
    shapes.declare(world, simulation.mesh, simulation.find_file)
    configurations.declare(world, simulation.mesh)
    masks.declare(world, simulation)
    all_regions = regions.declare(world, simulation)
    b_ext, msat = parameters.declare(world, simulation)
    couplings.declare(world, simulation, b_ext, msat)
    the_geometry = geometry.declare(world, simulation)
    m = magnetization.declare(world, simulation)
    fields.declare(world, simulation)
    outputs = saving.declare(world, simulation, m)
    the_solver = solver.declare(world, simulation, outputs)
    window = tracking.declare(world, simulation, the_geometry, all_regions, the_solver)
    textures.declare(world, simulation, window)
    cropping.declare(world)
    algebra.declare(world, simulation)
    grains.declare(world, all_regions)
    functions.declare(world, simulation, all_regions)
    checks.declare(world, simulation)
    absent.declare(world)
    return world
