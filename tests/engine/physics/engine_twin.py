"""The engine's physics once more: plain loops and double precision, written for reading."""

import math

import numpy as np

MU0, KB, HBAR, E, MUB = 4e-7 * math.pi, 1.380650424e-23, 1.05457173e-34, 1.60217646e-19, 9.2740091523e-24


def newell(x, y, z, edges):
    """Exact demagnetizing tensor (xx, yy, zz, xy) between equal cells at distance (x, y, z); Newell 1993."""

    def safe(function, above, below):
        return function(above / below) if below else 0.0

    def f(x, y, z):
        r = math.sqrt(x * x + y * y + z * z)
        return (
            0.5 * y * (z * z - x * x) * safe(math.asinh, y, math.hypot(x, z))
            + 0.5 * z * (y * y - x * x) * safe(math.asinh, z, math.hypot(x, y))
            - x * y * z * safe(math.atan, y * z, x * r)
            + (2 * x * x - y * y - z * z) * r / 6
        )

    def g(x, y, z):
        r = math.sqrt(x * x + y * y + z * z)
        return (
            x * y * z * safe(math.asinh, z, math.hypot(x, y))
            + y / 6 * (3 * z * z - y * y) * safe(math.asinh, x, math.hypot(y, z))
            + x / 6 * (3 * z * z - x * x) * safe(math.asinh, y, math.hypot(x, z))
            - z**3 / 6 * safe(math.atan, x * y, z * r)
            - z * y * y / 2 * safe(math.atan, x * z, y * r)
            - z * x * x / 2 * safe(math.atan, y * z, x * r)
            - x * y * r / 3
        )

    def second_difference(function, x, y, z, dx, dy, dz):
        weight = {-1: -1, 0: 2, 1: -1}
        return sum(
            weight[i] * weight[j] * weight[k] * function(x + i * dx, y + j * dy, z + k * dz)
            for i in weight
            for j in weight
            for k in weight
        )

    a, b, c = edges
    scale = 1 / (4 * math.pi * a * b * c)
    return (
        scale * second_difference(f, x, y, z, a, b, c),
        scale * second_difference(f, y, z, x, b, c, a),
        scale * second_difference(f, z, x, y, c, a, b),
        scale * second_difference(g, x, y, z, a, b, c),
    )


def demag_field(magnet, kernel):
    """Sum over all pairs of cells, with a kernel as `demag_kernel` gives it."""
    ny, nx = magnet.mesh.shape
    taking_part = magnet.get_parameter("NoDemagSpins")[magnet.region] == 0
    sources = MU0 * magnet.get_parameter("Msat")[magnet.region] * magnet.fill * magnet.m * taking_part
    field = np.zeros((3, ny, nx))
    for iy in range(ny):
        for ix in range(nx):
            for jy in range(ny):
                for jx in range(nx):
                    xx, yy, zz, xy = kernel[:, ny - 1 + iy - jy, nx - 1 + ix - jx]
                    tensor = np.array([[xx, xy, 0], [xy, yy, 0], [0, 0, zz]])
                    field[:, iy, ix] += tensor @ sources[:, jy, jx]
    return field * taking_part


def _neighbours(magnet, iy, ix):
    """(normal vector, cell edge, neighbour's place or None) of the four sides of a cell."""
    mesh = magnet.mesh
    for normal, edge, jy, jx in (
        ((-1, 0), mesh.cx, iy, ix - 1),
        ((1, 0), mesh.cx, iy, ix + 1),
        ((0, -1), mesh.cy, iy - 1, ix),
        ((0, 1), mesh.cy, iy + 1, ix),
    ):
        if mesh.pbc_x:
            jx %= mesh.nx
        if mesh.pbc_y:
            jy %= mesh.ny
        inside = 0 <= jx < mesh.nx and 0 <= jy < mesh.ny and magnet.fill[jy, jx] > 0
        yield normal, edge, (jy, jx) if inside else None


def exchange_field(magnet, iy, ix):
    """Exchange and interfacial DMI of one cell, with the extrapolated neighbour at free edges."""
    m = magnet.m.astype(float)
    msat, aex, dind = (magnet.get_parameter(name) for name in ("Msat", "Aex", "Dind"))
    own = magnet.region[iy, ix]
    m0 = m[:, iy, ix]
    total = np.zeros(3)

    def mean(values, a, b):
        return 0.0 if values[a] == 0 or values[b] == 0 else 2 / (1 / values[a] + 1 / values[b])

    for normal, edge, place in _neighbours(magnet, iy, ix):
        n = np.array([*normal, 0.0])
        other = own if place is None else magnet.region[place]
        a, d = mean(aex, own, other), mean(dind, own, other)
        if place is None:
            if d == 0 or magnet.settings.open_bc:
                continue
            # The torque-free edge: dm/dn = (D/2A) m × (z × n), so that dmx/dx = -(D/2A) mz.
            m1 = m0 + edge * d / (2 * a) * np.cross(m0, np.cross([0, 0, 1.0], n))
        else:
            m1 = m[:, place[0], place[1]]
        total += 2 * a * (m1 - m0) / edge**2
        # B = (2D/Ms) (grad mz - z div m), with central differences.
        total += d / edge * (n * m1[2] - np.array([0, 0, 1.0]) * (n @ m1))
    return total / msat[own]


def local_fields(magnet, iy, ix):
    """Anisotropy and applied field of one cell."""
    m = magnet.m[:, iy, ix].astype(float)
    r = magnet.region[iy, ix]

    def get(name):
        return magnet.get_parameter(name)[r]

    def unit(v):
        return v / np.linalg.norm(v) if np.linalg.norm(v) else v

    u, c1, c2 = unit(get("AnisU")), unit(get("AnisC1")), unit(get("AnisC2"))
    c3 = np.cross(c1, c2)
    field = (2 * get("Ku1") * (m @ u) + 4 * get("Ku2") * (m @ u) ** 3) * u
    a = [m @ c1, m @ c2, m @ c3]
    for i, axis in enumerate((c1, c2, c3)):
        x, y, z = a[i], a[(i + 1) % 3], a[(i + 2) % 3]
        field -= 2 * get("Kc1") * (y**2 + z**2) * x * axis
        field -= 2 * get("Kc2") * y**2 * z**2 * x * axis
        field -= 4 * get("Kc3") * (y**4 + z**4) * x**3 * axis
    return field / get("Msat") + get("B_ext")


def spin_torques(magnet, iy, ix):
    """Slonczewski's and Zhang and Li's torque on one cell, in MuMax3's form."""
    m = magnet.m.astype(float)
    m0 = m[:, iy, ix]
    r = magnet.region[iy, ix]

    def get(name):
        return magnet.get_parameter(name)[r]

    alpha, j, msat = get("alpha"), get("J"), get("Msat")
    share = 1 / (1 + alpha**2)
    torque = np.zeros(3)
    fixed = get("FixedLayer")
    if np.linalg.norm(fixed) and not magnet.settings.disable_slonczewski:
        p = fixed / np.linalg.norm(fixed)
        beta = HBAR / E * j[2] / (magnet.mesh.cz * msat)
        square = get("Lambda") ** 2
        epsilon = get("Pol") * square / ((square + 1) + (square - 1) * (p @ m0))
        a, b = beta * epsilon, beta * get("EpsilonPrime")
        pxm = np.cross(p, m0)
        torque += share * ((a + alpha * b) * np.cross(m0, pxm) + (b - alpha * a) * pxm)
    if not magnet.settings.disable_zhang_li:
        xi = get("xi")
        h = np.zeros(3)
        for normal, edge, place in _neighbours(magnet, iy, ix):
            current = np.dot(normal, j[:2])
            if place is not None:
                h += current / edge * m[:, place[0], place[1]]
            elif not (0 <= iy + normal[1] < magnet.mesh.ny and 0 <= ix + normal[0] < magnet.mesh.nx):
                h += current / edge * m0
        h *= get("Pol") * MUB / (2 * E * magnet.settings.gamma_ll * msat * (1 + xi**2))
        mxh = np.cross(m0, h)
        torque -= share * ((1 + xi * alpha) * np.cross(m0, mxh) + (xi - alpha) * mxh)
    return torque


def torque(magnet, kernel, noise=None):
    """The whole torque [T], (3, ny, nx)."""
    ny, nx = magnet.mesh.shape
    result = np.zeros((3, ny, nx))
    far = demag_field(magnet, kernel) if magnet.settings.enable_demag else np.zeros((3, ny, nx))
    for iy in range(ny):
        for ix in range(nx):
            if magnet.fill[iy, ix] == 0 or magnet.get_parameter("frozenspins")[magnet.region[iy, ix]]:
                continue
            m = magnet.m[:, iy, ix].astype(float)
            field = far[:, iy, ix] + exchange_field(magnet, iy, ix) + local_fields(magnet, iy, ix)
            if noise is not None:
                field = field + noise[:, iy, ix]
            alpha = magnet.get_parameter("alpha")[magnet.region[iy, ix]]
            mxb = np.cross(m, field)
            if magnet.settings.precess:
                result[:, iy, ix] = -(mxb + alpha * np.cross(m, mxb)) / (1 + alpha**2)
            else:
                result[:, iy, ix] = -np.cross(m, mxb)
            result[:, iy, ix] += spin_torques(magnet, iy, ix)
    return result
