from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.config import QuantizedNetwork
    from netsim.figures.evolution import draw_evolution

    params = snakemake.params
    draw_evolution(
        QuantizedNetwork.model_validate(params.network),
        Path(snakemake.input.table),
        Path(params.mnist_dir),
        Path(snakemake.output[0]),
        params.settings["alpha"],
        params.settings["images"],
        params.seed,
        params.other_data_set,
    )
