from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.figures.network import draw_network

    draw_network(Path(snakemake.input[0]), Path(snakemake.output[0]))
