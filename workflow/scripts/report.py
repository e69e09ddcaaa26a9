from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.report import write_report
    from netsim.summary import read_summary

    walls = {Path(folder).name: Path(folder) for folder in snakemake.input.walls}
    write_report(
        study=snakemake.params.study,
        lines=read_summary([Path(runs) for runs in snakemake.input.runs]),
        tables=[Path(table) for table in snakemake.input.tables],
        device_figures=[
            [folder for folder in (drawn, walls.get(drawn.name)) if folder is not None]
            for drawn in map(Path, snakemake.input.devices)
        ],
        scorecards=[Path(card) for card in snakemake.input.scorecards],
        network_figures=[Path(figure) for figure in [*snakemake.input.networks, *snakemake.input.models]],
        ledger=Path(snakemake.input.ledger),
        validation=next((Path(checks) for checks in snakemake.input.validation), None),
        output=Path(snakemake.output[0]),
    )
