"""Removes what belongs to choices that were not made, and records where the rest came from."""

import json
import os
import re
import runpy
import shutil
import sys
from pathlib import Path

ANSWERS = json.loads(r'{{ cookiecutter | tojson }}')

if "{{ cookiecutter.ci }}" != "github":
    shutil.rmtree(".github")
shutil.move(Path("LICENSES", "{{ cookiecutter.license }}.txt"), "LICENSE")
shutil.rmtree("LICENSES")

# Under cruft there is no such answer: it writes the file itself. A relative one is relative
# to where cookiecutter was started, while a hook is run in the project.
address = ANSWERS["_template"]
if "_repo_dir" in ANSWERS:
    template = Path(os.environ.get("PWD", ""), ANSWERS["_repo_dir"])
    shared = template.parent / "cruft_state.py"
    if shared.exists():
        address = runpy.run_path(str(shared))["record"](ANSWERS | {"_repo_dir": str(template)})
    else:
        address = None
        print("No .cruft.json was written; `cruft link` in the project does it.", file=sys.stderr)

# A release is audited with what CI can install: what `native-skew new` came from itself, else
# the repository of this template. Where CI reaches neither, the step is left out.
kit = ANSWERS["__native_skew"]
if not kit and re.fullmatch(r"https://[^\s'\\@]+", address or ""):
    kit = f"native-skew[audit] @ git+{address}"
for workflow in Path(".github").glob("workflows/wheels.yml"):
    text = workflow.read_text(encoding="utf-8")
    step = re.search(r".*\n.* native-skew audit .*\n", text)[0]
    step_here = step.replace("native-skew[audit]", kit) if kit else ""
    workflow.write_text(text.replace(step, step_here), encoding="utf-8")
