"""Shapes and geometries against their definitions, point by point and cell by cell."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devicegen.engine.api import shapes
from devicegen.engine.api.geometry import filled_fraction
from devicegen.engine.api.mesh import MeshSettings
from devicegen.errors import ScriptError

POINTS = np.random.default_rng(1).uniform(-2, 2, (3, 4000))
X, Y, Z = POINTS

C60, S60 = math.cos(math.pi / 3), math.sin(math.pi / 3)
CASES: list[tuple[shapes.Shape, Callable[[float, float, float], bool]]] = [
    (shapes.universe(), lambda x, y, z: True),
    (shapes.rect(2, 1), lambda x, y, z: abs(x) < 1 and abs(y) < 0.5),
    (shapes.square(2), lambda x, y, z: max(abs(x), abs(y)) < 1),
    (shapes.cuboid(2, 1, 3), lambda x, y, z: abs(x) < 1 and abs(y) < 0.5 and abs(z) < 1.5),
    (shapes.circle(2), lambda x, y, z: x * x + y * y <= 1),
    (shapes.cylinder(2, 1), lambda x, y, z: x * x + y * y <= 1 and abs(z) <= 0.5),
    (shapes.ellipse(2, 1), lambda x, y, z: x * x + (2 * y) ** 2 <= 1),
    (shapes.ellipsoid(2, 1, 4), lambda x, y, z: x * x + (2 * y) ** 2 + (z / 2) ** 2 <= 1),
    (shapes.cone(2, 1), lambda x, y, z: z >= 0 and x * x / 4 + y * y / 4 + z * z / 4 <= 0.25),
    (shapes.x_range(-1, 0.5), lambda x, y, z: -1 <= x < 0.5),
    (shapes.y_range(-1, math.inf), lambda x, y, z: y >= -1),
    (shapes.z_range(0, 1), lambda x, y, z: 0 <= z < 1),
    (shapes.rect(2, 1).transl(0.5, -0.5, 0), lambda x, y, z: abs(x - 0.5) < 1 and abs(y + 0.5) < 0.5),
    (shapes.circle(1).scale(2, 1, 1), lambda x, y, z: (x / 2) ** 2 + y * y <= 0.25),
    (
        shapes.rect(3, 1).rot_z(math.pi / 3),
        lambda x, y, z: abs(x * C60 + y * S60) < 1.5 and abs(-x * S60 + y * C60) < 0.5,
    ),
    (
        shapes.cuboid(3, 1, 1).rot_y(math.pi / 3),
        lambda x, y, z: abs(x * C60 - z * S60) < 1.5 and abs(y) < 0.5 and abs(x * S60 + z * C60) < 0.5,
    ),
    (
        shapes.cuboid(1, 3, 1).rot_x(math.pi / 3),
        lambda x, y, z: abs(x) < 0.5 and abs(y * C60 + z * S60) < 1.5 and abs(-y * S60 + z * C60) < 0.5,
    ),
    (shapes.circle(0.5).repeat(1, 0, 0), lambda x, y, z: (x - round(x)) ** 2 + y * y <= 0.0625),
    (shapes.rect(1, 1).add(shapes.circle(2)), lambda x, y, z: max(abs(x), abs(y)) < 0.5 or x * x + y * y <= 1),
    (shapes.circle(2).sub(shapes.rect(1, 1)), lambda x, y, z: x * x + y * y <= 1 and not max(abs(x), abs(y)) < 0.5),
    (shapes.circle(2).intersect(shapes.x_range(0, 9)), lambda x, y, z: x * x + y * y <= 1 and x >= 0),
    (
        shapes.rect(2, 1).xor(shapes.rect(1, 2)),
        lambda x, y, z: (abs(x) < 1 and abs(y) < 0.5) != (abs(x) < 0.5 and abs(y) < 1),
    ),
    (shapes.circle(2).inverse(), lambda x, y, z: x * x + y * y > 1),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_shapes_by_definition(case: int):
    shape, inside = CASES[case]
    expected = [bool(inside(x, y, z)) for x, y, z in POINTS.T]
    np.testing.assert_array_equal(shape.inside(X, Y, Z), expected)


def test_triangle_and_hexagon_areas():
    side, n = 2.0, 400
    grid = (np.arange(n) + 0.5) / n * 6 - 3
    x, y, z = grid[None, :], grid[:, None], np.zeros((1, 1))
    for shape, area in ((shapes.triangle(side), math.sqrt(3)), (shapes.hexagon(side), 6 * math.sqrt(3))):
        found = np.broadcast_to(shape.inside(x, y, z), (n, n)).mean() * 36
        assert found == pytest.approx(area, rel=0.015)


@pytest.fixture
def mesh() -> MeshSettings:
    mesh = MeshSettings()
    mesh.set_grid_size(20, 10, 1)
    mesh.set_cell_size(1e-9, 2e-9, 3e-9)
    return mesh


def test_cells_and_layers(mesh: MeshSettings):
    grid = shapes.GridShapes(mesh, Path)
    fill = filled_fraction(grid.cell(3, 4, 0), mesh, 0)
    assert np.argwhere(fill).tolist() == [[4, 3]]
    assert filled_fraction(grid.layer(0), mesh, 0).all()
    assert not filled_fraction(grid.layers(1, 1), mesh, 0).any()
    with pytest.raises(ScriptError, match="found the layers 2 to 3"):
        grid.layer(2)


def test_smooth_edges_by_sampling(mesh: MeshSettings):
    disk = shapes.circle(15e-9)
    fill, n = filled_fraction(disk, mesh, 4), 4
    offsets = (np.arange(n) + 0.5) / n - 0.5
    for iy, ix in ((5, 10), (5, 17), (8, 5), (2, 4), (0, 0), (1, 9)):
        cx, cy, _ = mesh.centre_of(ix, iy, 0)
        corners = [math.hypot(cx + sx * 0.5e-9, cy + sy * 1e-9) <= 7.5e-9 for sx in (-1, 1) for sy in (-1, 1)]
        centre = math.hypot(cx, cy) <= 7.5e-9
        hits = [math.hypot(cx + dx * 1e-9, cy + dy * 2e-9) <= 7.5e-9 for dx in offsets for dy in offsets]
        expected = float(centre) if len({*corners, centre}) == 1 else sum(hits) / n**2
        assert fill[iy, ix] == pytest.approx(expected, abs=1e-6)
    assert fill.sum() * 2e-18 == pytest.approx(math.pi * 7.5e-9**2, rel=0.02)
    assert set(np.unique(filled_fraction(disk, mesh, 0))) == {0.0, 1.0}


@pytest.mark.parametrize("scale", [1, 2])
def test_image_shape(tmp_path: Path, mesh: MeshSettings, scale: int):
    black = np.random.default_rng(3).random((10, 20)) < 0.5
    pixels = np.where(np.kron(black, np.ones((scale, scale), dtype=bool)), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    shape = shapes.GridShapes(mesh, lambda name: tmp_path / name).image_shape("mask.png")
    np.testing.assert_array_equal(filled_fraction(shape, mesh, 0) > 0, black[::-1])


def test_transparent_pixels_are_empty(tmp_path: Path, mesh: MeshSettings):
    pixels = np.zeros((10, 20, 4), dtype=np.uint8)
    pixels[:, 10:, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    fill = filled_fraction(shapes.GridShapes(mesh, lambda name: tmp_path / name).image_shape("mask.png"), mesh, 0)
    assert fill[:, 10:].all()
    assert not fill[:, :10].any()


def test_bad_images_are_named(tmp_path: Path, mesh: MeshSettings):
    path = tmp_path / "mask.png"
    path.write_bytes(b"no image at all")
    with pytest.raises(ScriptError, match="that is no readable image"):
        shapes.GridShapes(mesh, lambda name: tmp_path / name).image_shape("mask.png")


def test_mesh_refuses_nonsense():
    mesh = MeshSettings()
    for call, message in (
        (lambda: mesh.set_grid_size(0, 1, 1), "at least 1"),
        (lambda: mesh.set_grid_size(4, 4, 2), "not supported by mx3cpu"),
        (lambda: mesh.set_grid_size(2**20, 2**20, 1), "expected at most"),
        (lambda: mesh.set_cell_size(0.0, 1e-9, 1e-9), "edges above 0"),
        (lambda: mesh.set_cell_size(math.nan, 1e-9, 1e-9), "edges above 0"),
        (lambda: mesh.set_pbc(-1, 0, 0), "0 or more"),
        (lambda: mesh.set_pbc(0, 0, 1), "not supported by mx3cpu"),
        (lambda: mesh.centre_of(0, 0, 0), "expected SetGridSize and SetCellSize before"),
    ):
        with pytest.raises(ScriptError, match=message):
            call()
