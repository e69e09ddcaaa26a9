# dev2net: from a magnet or a pulse file to the accuracy of a neural network.
#
#   snakemake --cores 2                                    the study of config/default.yaml
#   snakemake --cores 2 --configfile config/other.yaml     another study
#   snakemake --cores 2 data/tables/pcmo_fumarola.h5       one table only
#   snakemake --cores 2 paper                              both papers (config/paper.yaml), and the ledger of what came out
import os
import sys

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(workflow.basedir))  # for workflow.study, wherever snakemake was started

from devicegen.errors import Dev2NetError

if "paper" in sys.argv[1:]:
    # In the environment, because jobs load this file anew with other arguments.
    os.environ["DEV2NET_STUDY"] = "config/paper.yaml"
if not workflow.configfiles:  # a configuration given on the command line replaces the default one whole

    configfile: os.environ.get("DEV2NET_STUDY", "config/default.yaml")


try:
    from workflow.foresight import check_networks
    from workflow.study import load_study

    source = ", ".join(map(str, workflow.configfiles)) or "the configuration"
    study = load_study(config, source)
    check_networks(study, source)
except Dev2NetError as error:
    raise WorkflowError(str(error)) from None

RESULTS = str(study.results)


wildcard_constraints:
    device=r"[A-Za-z][A-Za-z0-9_-]*",
    network=r"[A-Za-z][A-Za-z0-9_-]*",


include: "workflow/rules/devices.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        f"{RESULTS}/report.html",
        f"{RESULTS}/summary.csv",


rule paper:
    input:
        rules.all.input,
        f"{RESULTS}/reproduction.csv",
