from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from devicegen.racetrack.pictures import draw_walls

    draw_walls(
        Path(snakemake.input[0]),
        Path(snakemake.output[0]),
        Path(snakemake.params.work_dir),
        snakemake.params.engine,
    )
