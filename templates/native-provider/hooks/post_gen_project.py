"""Removes what belongs to choices that were not made."""

import shutil
from pathlib import Path

if "{{ cookiecutter.ci }}" != "github":
    shutil.rmtree(".github")
shutil.move(Path("LICENSES", "{{ cookiecutter.license }}.txt"), "LICENSE")
shutil.rmtree("LICENSES")
