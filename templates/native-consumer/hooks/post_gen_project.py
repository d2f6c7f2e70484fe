"""Removes what belongs to choices that were not made."""

import shutil
from pathlib import Path

BACKEND_FILES = {
    "setuptools": ["setup.py", "MANIFEST.in"],
    "meson-python": ["meson.build"],
    "scikit-build-core": ["CMakeLists.txt"],
}
CI_FILES = {"github": [".github"], "none": []}


def remove_others(files, chosen):
    for choice, paths in files.items():
        for path in map(Path, paths if choice != chosen else []):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


remove_others(BACKEND_FILES, "{{ cookiecutter.build_backend }}")
remove_others(CI_FILES, "{{ cookiecutter.ci }}")
shutil.move(Path("LICENSES", "{{ cookiecutter.license }}.txt"), "LICENSE")
shutil.rmtree("LICENSES")
