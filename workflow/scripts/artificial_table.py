from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from devicegen.artificial.response import write_artificial_table

    write_artificial_table(snakemake.wildcards.device, snakemake.params.response, Path(snakemake.output[0]))
