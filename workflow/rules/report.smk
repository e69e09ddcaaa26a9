# What people look at: pictures, one table of numbers, one page.
MODELS = [
    *([f"{RESULTS}/accelerator.csv"] if study.accelerator else []),
    *([f"{RESULTS}/drift.csv"] if study.drift else []),
]
MODEL_PICTURES = [
    *([f"{RESULTS}/figures/accelerator.png", f"{RESULTS}/figures/switching.png"] if study.accelerator else []),
    *([f"{RESULTS}/figures/drift.png"] if study.drift else []),
    *[f"{RESULTS}/figures/evolution_{device}.png" for device in study.followed()],
]
ALL_DEVICES = [*study.devices, *study.measured_devices()]


# seconds each: on a cluster they run where snakemake runs
localrules:
    summary,
    ledger,
    write_report,
    draw_drift,
    accelerator,


rule draw_device:
    input:
        lambda w: study.table_of(w.device),
    output:
        report(directory(f"{RESULTS}/figures/devices/{{device}}"), patterns=["{name}.png"], category="Devices"),
    log:
        f"{RESULTS}/logs/figures/{{device}}.log",
    wildcard_constraints:
        device=any_of(ALL_DEVICES),
    params:
        code=code_of("draw_device"),
    message:
        "Drawing {wildcards.device}"
    script:
        "../scripts/draw_device.py"


rule draw_walls:
    input:
        f"{study.raw}/{{device}}/ensemble.h5",
    output:
        report(directory(f"{RESULTS}/figures/walls/{{device}}"), patterns=["{name}.png"], category="Devices"),
    log:
        f"{RESULTS}/logs/figures/walls_{{device}}.log",
    wildcard_constraints:
        device=any_of(SIMULATED),
    resources:
        gpu=needs_gpu,
    params:
        code=code_of("draw_walls"),
        engine=lambda w: SIMULATED[w.device].engine,
        work_dir=lambda w: f"{RESULTS}/ensembles/{w.device}/film",
    message:
        "Filming a wall of {wildcards.device}"
    script:
        "../scripts/draw_walls.py"


rule draw_network:
    input:
        f"{RESULTS}/networks/{{network}}.csv",
    output:
        report(f"{RESULTS}/figures/networks/{{network}}.png", category="Networks"),
    log:
        f"{RESULTS}/logs/figures/{{network}}.log",
    wildcard_constraints:
        network=any_of(study.networks),
    params:
        code=code_of("draw_network"),
        plots=lambda w: [plot.model_dump(mode="json") for plot in study.networks[w.network].plot],
    message:
        "Drawing {wildcards.network}"
    script:
        "../scripts/draw_network.py"


rule summary:
    input:
        expand("{results}/networks/{network}.csv", results=RESULTS, network=study.networks),
    output:
        f"{RESULTS}/summary.csv",
    log:
        f"{RESULTS}/logs/summary.log",
    params:
        code=code_of("summary"),
    message:
        "Summing up all runs"
    script:
        "../scripts/summary.py"


rule ledger:
    input:
        networks=expand("{results}/networks/{network}.csv", results=RESULTS, network=study.networks),
        tables=[study.table_of(device) for device in ALL_DEVICES],
        models=MODELS,
    output:
        f"{RESULTS}/reproduction.csv",
    log:
        f"{RESULTS}/logs/reproduction.log",
    params:
        code=code_of("ledger"),
        networks=list(study.networks),
        devices=ALL_DEVICES,
    message:
        "Holding the results against the papers"
    script:
        "../scripts/ledger.py"


rule write_report:
    input:
        ledger=f"{RESULTS}/reproduction.csv",
        runs=expand("{results}/networks/{network}.csv", results=RESULTS, network=study.networks),
        tables=[study.table_of(device) for device in ALL_DEVICES],
        devices=expand("{results}/figures/devices/{device}", results=RESULTS, device=ALL_DEVICES),
        networks=expand("{results}/figures/networks/{network}.png", results=RESULTS, network=study.networks),
        walls=expand("{results}/figures/walls/{device}", results=RESULTS, device=SIMULATED),
        scorecards=expand(
            "{results}/scorecards/{device}/scorecard.json", results=RESULTS, device=study.scored_devices()
        ),
        models=MODEL_PICTURES,
        # where `make validate` writes, whatever the study's results are called
        validation=[path for path in ("results/validation/engine.json",) if Path(path).is_file()],
    output:
        f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/report.log",
    params:
        code=code_of("report"),
        study=study.model_dump(mode="json"),
    message:
        "Writing the report"
    script:
        "../scripts/report.py"
