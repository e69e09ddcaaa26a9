"""The whole world of names of one script, bound to its simulation."""

from __future__ import annotations

from devicegen.engine.api import (
    absent,
    checks,
    configurations,
    fields,
    geometry,
    magnetization,
    masks,
    mesh,
    parameters,
    regions,
    saving,
    shapes,
    solver,
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
    regions.declare(world, simulation)
    parameters.declare(world, simulation)
    geometry.declare(world, simulation)
    m = magnetization.declare(world, simulation)
    fields.declare(world, simulation)
    outputs = saving.declare(world, simulation, m)
    solver.declare(world, simulation, outputs)
    checks.declare(world, simulation)
    absent.declare(world)
    return world
