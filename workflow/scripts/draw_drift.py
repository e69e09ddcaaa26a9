from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.figures.drift import draw_drift, drift_quantities
    from netsim.quantities import write_quantities

    draw_drift(snakemake.params.exponents, Path(snakemake.output.picture))
    write_quantities(drift_quantities(snakemake.params.exponents), Path(snakemake.output.quantities))
