from pathlib import Path

from job import job

with job(snakemake.log[0]):
    from netsim.accelerator import quantities
    from netsim.config.accelerator import AcceleratorConfig
    from netsim.figures.accelerator import draw_accelerator
    from netsim.figures.switching import draw_switching
    from netsim.quantities import write_quantities

    config = AcceleratorConfig.model_validate(snakemake.params.settings)
    write_quantities(quantities(config), Path(snakemake.output.quantities))
    draw_accelerator(config, Path(snakemake.output.picture))
    draw_switching(config.switching, Path(snakemake.output.switching))
