"""Fields, energies, and what scripts compute from them."""

from __future__ import annotations

from pathlib import Path

from script_runs import SMALL, run, said


def test_energies_and_fields_agree(tmp_path: Path):
    run(
        tmp_path,
        """
        m = vortex(1, 1)
        volume := 16*8*4e-9*4e-9*2e-9
        expect("exchange", Edens_exch.average()*volume/E_exch, 1, 1e-5)
        expect("demag", -0.5*Dot(m_full, B_demag).average()*volume/E_demag, 1, 1e-4)
        expect("sum", Madd(B_exch, B_demag, 1, 2).average()[0], B_exch.average()[0] + 2*B_demag.average()[0], 1e-7)
        expect("total", (E_exch + E_demag + E_anis + E_Zeeman)/E_total, 1, 1e-6)
        """,
    )


def test_algebra_of_quantities(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        m = uniform(0, 0, 1)
        a := ConstVector(1, 2, 3)
        print(Dot(a, m), Cross(a, m), Mul(Const(2), a), Div(a, Const(2)), Normalized(Mul(m, Const(4))))
        print(MulMV(a, a, m, a), Sum(Masked(Const(1), XRange(0, inf))), Sum(Shifted(Const(1), 2, -1, 0)))
        """,
        SMALL,
    )
    assert said(simulation) == ["3 2 -1 0 2 4 6 0.5 1 1.5 0 0 1", "14 14 3 4 2"]


def test_what_averages_go_over(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        SetGeom(XRange(0, inf))
        m = uniform(0, 0, 1)
        B_ext = vector(0, 0, 2)
        print(m.comp(2).average(), B_ext.comp(2).average(), geom.average(), m_full.average()[2], Dot(m, m).average())
        EnableDemag = false
        print(B_ext, B_ext.region(0))
        """,
    )
    assert said(simulation) == ["1 2 0.5 400000 1", "0 0 2 0 0 2"]
