from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.config.scorecard import ScorecardConfig
    from netsim.figures.scorecard import write_card
    from netsim.scorecard import score_device

    params, folder = snakemake.params, Path(snakemake.output[0]).parent
    card = score_device(
        Path(snakemake.input.table),
        Path(params.mnist_dir),
        folder,
        ScorecardConfig.model_validate(params.settings),
        workers=snakemake.threads,
        scheduler=params.scheduler,
        root_seed=params.seed,
        other_data_set=params.other_data_set,
    )
    write_card(card, folder)
