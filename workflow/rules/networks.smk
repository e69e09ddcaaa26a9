# Networks trained on the tables, many points in parallel on Dask.
from pathlib import Path

from netsim.fingerprint import code_fingerprint

MNIST_FILES = [
    f"{study.mnist}/{name}.gz"
    for name in (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
]


def code_of(script):
    """What a script makes is made again when it, or a module that it needs, was edited."""
    return code_fingerprint(f"workflow/scripts/{script}.py")


rule train_network:
    input:
        tables=lambda w: [study.table_of(device) for device in study.devices_of(w.network)],
        # a missing file is the job's to report: it says what to do
        mnist=[name for name in MNIST_FILES if Path(name).is_file()],
    output:
        f"{RESULTS}/networks/{{network}}.csv",
    log:
        f"{RESULTS}/logs/networks/{{network}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/networks/{{network}}.tsv"
    wildcard_constraints:
        network=any_of(study.networks),
    threads: workflow.cores or 1  # a cluster's profile says how many
    params:
        network=lambda w: study.networks[w.network].model_dump(mode="json"),
        code=code_of("train_network"),
        devices=lambda w: study.devices_of(w.network),
        mnist_dir=str(study.mnist),
        other_data_set=study.other_data_set,
        seed=study.seed,
        scheduler=study.scheduler,
        points_dir=lambda w: f"{RESULTS}/points/{w.network}",
    message:
        "Training {wildcards.network}"
    script:
        "../scripts/train_network.py"


rule scorecard:
    input:
        table=lambda w: study.table_of(w.device),
        mnist=[name for name in MNIST_FILES if Path(name).is_file()],
    output:
        f"{RESULTS}/scorecards/{{device}}/scorecard.json",
    log:
        f"{RESULTS}/logs/scorecards/{{device}}.log",
    wildcard_constraints:
        device=any_of(study.scored_devices()),
    threads: workflow.cores or 1
    params:
        settings=study.scorecard.model_dump(mode="json"),
        code=code_of("scorecard"),
        mnist_dir=str(study.mnist),
        other_data_set=study.other_data_set,
        seed=study.seed,
        scheduler=study.scheduler,
    message:
        "Scoring {wildcards.device}: which flaw costs what"
    script:
        "../scripts/scorecard.py"


rule accelerator:
    output:
        quantities=f"{RESULTS}/accelerator.csv",
        picture=report(f"{RESULTS}/figures/accelerator.png", category="Networks"),
        switching=report(f"{RESULTS}/figures/switching.png", category="Networks"),
    log:
        f"{RESULTS}/logs/accelerator.log",
    params:
        code=code_of("accelerator"),
        settings=study.accelerator and study.accelerator.model_dump(mode="json"),
    message:
        "Time and power of large networks beside a GPU"
    script:
        "../scripts/accelerator.py"


rule draw_evolution:
    input:
        table=lambda w: study.table_of(w.device),
        mnist=[name for name in MNIST_FILES if Path(name).is_file()],
    output:
        report(f"{RESULTS}/figures/evolution_{{device}}.png", category="Networks"),
    log:
        f"{RESULTS}/logs/figures/evolution_{{device}}.log",
    wildcard_constraints:
        device=any_of(study.followed()),
    params:
        network=lambda w: study.networks[study.evolution.network].model_dump(mode="json"),
        settings=study.evolution and study.evolution.model_dump(mode="json"),
        code=code_of("draw_evolution"),
        mnist_dir=str(study.mnist),
        other_data_set=study.other_data_set,
        seed=study.seed,
    message:
        "Following a synapse of {wildcards.device}"
    script:
        "../scripts/draw_evolution.py"


rule draw_drift:
    output:
        quantities=f"{RESULTS}/drift.csv",
        picture=report(f"{RESULTS}/figures/drift.png", category="Networks"),
    log:
        f"{RESULTS}/logs/figures/drift.log",
    params:
        code=code_of("draw_drift"),
        exponents=study.drift,
    message:
        "Drawing drift"
    script:
        "../scripts/draw_drift.py"
