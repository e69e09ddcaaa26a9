# Simulated devices: engine runs in batches -> the raw ensemble of each device.
import re
import shutil

from devicegen.racetrack.ensemble import batches
from devicegen.racetrack.reuse import fits, motion
from workflow.stamps import ensemble_stamp, set_stamp
from workflow.study import SimulatedDevice

SIMULATED = {name: block.racetrack for name, block in study.devices.items() if isinstance(block, SimulatedDevice)}
# An ensemble that is there and is what the study asks for is not simulated again (delete it, and it is).
TO_SIMULATE = []
for name, racetrack in SIMULATED.items():
    ensemble = study.raw / name / "ensemble.h5"
    fitting = fits(ensemble, name, racetrack, study.seed)
    asked = {"seed": study.seed, "instances": racetrack.instances, "motion": motion(racetrack)}
    set_stamp(ensemble_stamp(ensemble), asked, ensemble, fitting)
    if not fitting:
        TO_SIMULATE.append(name)


def any_of(names):
    """A wildcard constraint that allows exactly these names (none: nothing matches)."""
    return "|".join(map(re.escape, names)) or "(?!)"


def needs_gpu(wildcards):
    """1 where real MuMax3 may run: one job at a time on the GPU (the profile sets the limit)."""
    engine = SIMULATED[wildcards.device].engine
    return int(engine != "embedded" and (engine != "auto" or shutil.which("mumax3") is not None))


rule simulate_batch:
    input:
        ensemble_stamp(study.raw / "{device}" / "ensemble.h5"),
    output:
        f"{RESULTS}/ensembles/{{device}}/batch_{{batch}}.h5",
    log:
        f"{RESULTS}/logs/simulate/{{device}}_{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate/{{device}}_{{batch}}.tsv"
    wildcard_constraints:
        device=any_of(SIMULATED),
        batch=r"\d+",
    threads: 1
    resources:
        gpu=needs_gpu,
    params:
        racetrack=lambda w: SIMULATED[w.device].model_dump(mode="json"),
        seed=study.seed,
        work_dir=lambda w: f"{RESULTS}/ensembles/{w.device}/work",
        # not an input, as it is what becomes of the batches: events that it holds are not run again
        known=lambda w: f"{study.raw}/{w.device}/ensemble.h5",
    message:
        "Moving domain walls: {wildcards.device}, batch {wildcards.batch}"
    script:
        "../scripts/simulate_batch.py"


rule collect_ensemble:
    input:
        stamp=ensemble_stamp(study.raw / "{device}" / "ensemble.h5"),
        batches=lambda w: [
            f"{RESULTS}/ensembles/{w.device}/batch_{batch}.h5" for batch in range(len(batches(SIMULATED[w.device])))
        ],
    output:
        f"{study.raw}/{{device}}/ensemble.h5",
    log:
        f"{RESULTS}/logs/collect/{{device}}.log",
    wildcard_constraints:
        device=any_of(TO_SIMULATE),
    message:
        "Collecting the raw ensemble of {wildcards.device}"
    script:
        "../scripts/collect_ensemble.py"
