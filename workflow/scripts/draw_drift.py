from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.figures.drift import draw_drift

    draw_drift(snakemake.params.exponents, Path(snakemake.output[0]))
