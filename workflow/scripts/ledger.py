from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.ledger import ledger_rows, write_ledger

    inputs, params = snakemake.input, snakemake.params
    rows = ledger_rows(
        networks=dict(zip(params.networks, map(Path, inputs.networks), strict=True)),
        tables=dict(zip(params.devices, map(Path, inputs.tables), strict=True)),
        models={Path(model).stem: Path(model) for model in inputs.models},
    )
    write_ledger(rows, Path(snakemake.output[0]))
