from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from pydantic import TypeAdapter

    from netsim.config import NetworkConfig
    from netsim.sweep import run_sweep

    run_sweep(
        name=snakemake.wildcards.network,
        network_config=TypeAdapter(NetworkConfig).validate_python(snakemake.params.network),
        tables=dict(zip(snakemake.params.devices, map(Path, snakemake.input.tables), strict=True)),
        mnist_dir=Path(snakemake.params.mnist_dir),
        output_csv=Path(snakemake.output[0]),
        points_dir=Path(snakemake.params.points_dir),
        workers=snakemake.threads,
        scheduler=snakemake.params.scheduler,
        root_seed=snakemake.params.seed,
        other_data_set=snakemake.params.other_data_set,
    )
