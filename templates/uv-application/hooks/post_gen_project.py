"""Removes what belongs to choices that were not made."""

import shutil

if "{{ cookiecutter.ci }}" != "github":
    shutil.rmtree(".github")
