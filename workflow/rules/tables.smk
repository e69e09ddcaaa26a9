# One HDF5 table a device, whatever the device is.
from devicegen.measured.table import pulse_files
from netsim.fingerprint import table_fingerprint
from workflow.stamps import set_stamp, table_fits, table_settings, table_stamp
from workflow.study import ArtificialDevice

ARTIFICIAL = {name: block.response for name, block in study.devices.items() if isinstance(block, ArtificialDevice)}


for name, racetrack in SIMULATED.items():
    table = study.tables / f"{name}.h5"
    asked = table_settings(racetrack.model_dump(mode="json"), table_fingerprint())
    set_stamp(table_stamp(table), asked, table, table_fits(table, asked))


def pulses_of(wildcards):
    """The pulse files that a measured device's description names; what is wrong with them the job reports."""
    try:
        return [path for path in pulse_files(study.raw / wildcards.device) if path.is_file()]
    except Dev2NetError:
        return []


rule state_table:
    input:
        ensemble=f"{study.raw}/{{device}}/ensemble.h5",
        stamp=table_stamp(study.tables / "{device}.h5"),
    output:
        f"{study.tables}/{{device}}.h5",
    log:
        f"{RESULTS}/logs/tables/{{device}}.log",
    wildcard_constraints:
        device=any_of(SIMULATED),
    params:
        racetrack=lambda w: SIMULATED[w.device].model_dump(mode="json"),
        code=table_fingerprint(),
    message:
        "Reducing the walls of {wildcards.device} to its table"
    script:
        "../scripts/state_table.py"


rule jump_table:
    input:
        description=f"{study.raw}/{{device}}/device.yaml",
        pulses=pulses_of,
    output:
        f"{study.tables}/{{device}}.h5",
    log:
        f"{RESULTS}/logs/tables/{{device}}.log",
    wildcard_constraints:
        device=any_of(study.measured_devices()),
    params:
        code=table_fingerprint(),  # another estimator, another table
    message:
        "Estimating the jump-tables of {wildcards.device}"
    script:
        "../scripts/jump_table.py"


rule artificial_table:
    output:
        f"{study.tables}/{{device}}.h5",
    log:
        f"{RESULTS}/logs/tables/{{device}}.log",
    wildcard_constraints:
        device=any_of(ARTIFICIAL),
    params:
        response=lambda w: ARTIFICIAL[w.device].model_dump(mode="json"),
        code=table_fingerprint(),
    message:
        "Building the artificial tables of {wildcards.device}"
    script:
        "../scripts/artificial_table.py"
