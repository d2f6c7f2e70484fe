"""pip: builds an sdist for its metadata before it resolves.

https://pip.pypa.io/en/stable/cli/pip_install/
"""

from __future__ import annotations

from repro.installers.base import (
    Installer,
    Plan,
    Target,
    Unsupported,
    require_only,
    require_version,
    requirement_lines,
)
from repro.request import Request

_SUPPORTED = (
    "build_from_source",
    "constraints",
    "build_constraints",
    "no_build_isolation",
    "reinstall",
    "clean_cache",
    "library_path",
)
# The target has no pip of its own: one pip drives every environment.
# https://pip.pypa.io/en/stable/user_guide/#managing-a-different-python-interpreter
_PIP = ("pip", "--python", ".venv")


def _render(request: Request, target: Target) -> Plan:
    if request.refresh:
        raise Unsupported("pip asks the index for each page anew; there is nothing to refresh")
    require_only(request, "pip", _SUPPORTED)
    if request.build_constraints:
        require_version(target, "pip", "--build-constraint", "25.3")
    files, install = {}, [*_PIP, "install"]
    for name in request.build_from_source:
        install += ["--no-binary", name]
    if request.constraints:
        files["constraints.txt"] = requirement_lines(request.constraints)
        install += ["--constraint", "constraints.txt"]
    if request.build_constraints:
        files["build-constraints.txt"] = requirement_lines(request.build_constraints)
        install += ["--build-constraint", "build-constraints.txt"]
    if request.no_build_isolation:
        install += ["--no-build-isolation"]
    if request.reinstall:
        install += ["--force-reinstall"]
    # pip matches the names of wheel files, in which a hyphen is an underscore.
    stale = [name.replace("-", "_") for name in request.clean_cache]
    cleaning = [("pip", "cache", "remove", name) for name in stale]
    commands = [*cleaning, (*install, *request.requirements)]
    if request.library_path:
        aside = ("install", "--no-deps", "--target", "other", request.library_path)
        commands.append(("pip", "--python", ".venv", *aside))
    return Plan(
        files=files,
        commands=tuple(commands),
        python=(".venv/bin/python",),
        library_path=library_folders(request),
    )


def library_folders(request: Request) -> tuple[str, ...]:
    """Where a copy of the provider installed with ``--target other`` has its libraries."""
    if not request.library_path:
        return ()
    name = request.library_path.partition("==")[0].replace("-", "_")
    return (f"other/{name}/lib",)


INSTALLERS = (Installer(id="pip", title="pip install", tool="pip", render=_render, cost=5),)
