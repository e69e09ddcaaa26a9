from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from devicegen.measured.table import write_table

    write_table(Path(snakemake.input.description).parent, Path(snakemake.output[0]))
