from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.figures.device import draw_device

    draw_device(Path(snakemake.input[0]), Path(snakemake.output[0]))
