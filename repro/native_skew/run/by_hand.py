"""What ``native-skew serve`` says: commands to try against a scenario's index by hand."""

from __future__ import annotations

import shlex

from native_skew.scenarios import Scenario, request_of


def instructions(scenario: Scenario, variant: str, url: str) -> str:
    """The commands that reproduce ``variant`` against the index at ``url`` by hand."""
    request = request_of(scenario, variant)
    source = [word for name in request.build_from_source for word in ("--no-binary", name)]
    words = shlex.join([*source, *request.requirements])
    return (
        f"{scenario.id}/{variant} is served at {url}\n\n"
        "In another terminal, in an empty folder:\n\n"
        f"  uv venv && uv pip install --no-config --no-cache --default-index {url} {words}\n"
        f"  .venv/bin/python -c 'import {scenario.module}'; uv pip check\n\n"
        "and the same with pip, which else reads your own indexes too:\n\n"
        "  python3 -m venv venv-pip\n"
        "  unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL; export PIP_CONFIG_FILE=/dev/null\n"
        f"  venv-pip/bin/pip install --no-cache-dir --index-url {url} {words}\n"
        f"  venv-pip/bin/python -c 'import {scenario.module}'\n\n"
        "Requests are shown below. Ctrl-C ends it.\n"
    )
