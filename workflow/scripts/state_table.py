from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from devicegen.racetrack.config import load_racetrack
    from devicegen.racetrack.reduction import write_table

    config = load_racetrack(snakemake.params.racetrack)
    write_table(Path(snakemake.input.ensemble), Path(snakemake.output[0]), config)
