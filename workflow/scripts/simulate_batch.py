from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from devicegen.racetrack.config import load_racetrack
    from devicegen.racetrack.ensemble import run_batch

    run_batch(
        config=load_racetrack(snakemake.params.racetrack),
        device=snakemake.wildcards.device,
        batch=int(snakemake.wildcards.batch),
        root_seed=snakemake.params.seed,
        work_dir=Path(snakemake.params.work_dir),
        output=Path(snakemake.output[0]),
        known=Path(snakemake.params.known),
    )
