# Networks trained on the tables, many points in parallel on Dask.
MNIST_FILES = [
    f"{study.mnist}/{name}.gz"
    for name in (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
]


rule train_network:
    input:
        tables=lambda w: [study.table_of(device) for device in study.devices_of(w.network)],
        mnist=MNIST_FILES,
    output:
        f"{RESULTS}/networks/{{network}}.csv",
    params:
        network=lambda w: study.networks[w.network].model_dump(mode="json"),
        devices=lambda w: study.devices_of(w.network),
        seed=study.seed,
        scheduler=study.scheduler,
        points_dir=lambda w: f"{RESULTS}/points/{w.network}",
    log:
        f"{RESULTS}/logs/networks/{{network}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/networks/{{network}}.tsv"
    threads: workflow.cores
    wildcard_constraints:
        network=any_of(study.networks),
    message:
        "Training {wildcards.network}"
    script:
        "../scripts/train_network.py"
