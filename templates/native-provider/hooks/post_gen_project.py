"""Removes what belongs to choices that were not made, and records where the rest came from."""

import json
import os
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
if "_repo_dir" in ANSWERS:
    template = Path(os.environ.get("PWD", ""), ANSWERS["_repo_dir"])
    shared = template.parent / "cruft_state.py"
    if shared.exists():
        runpy.run_path(str(shared))["record"](ANSWERS | {"_repo_dir": str(template)})
    else:
        print("No .cruft.json was written; `cruft link` in the project does it.", file=sys.stderr)
