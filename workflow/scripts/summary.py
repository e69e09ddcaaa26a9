from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.summary import write_summary

    write_summary([Path(runs) for runs in snakemake.input], Path(snakemake.output[0]))
