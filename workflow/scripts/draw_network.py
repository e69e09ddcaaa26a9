from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.config.base import Plot
    from netsim.figures.network import draw_network

    plots = [Plot.model_validate(plot) for plot in snakemake.params.plots]
    draw_network(Path(snakemake.input[0]), Path(snakemake.output[0]), plots)
