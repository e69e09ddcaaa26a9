from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from devicegen.racetrack.ensemble import collect

    collect([Path(batch) for batch in snakemake.input.batches], Path(snakemake.output[0]))
