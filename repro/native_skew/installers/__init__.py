"""A request -> files and command lines: remedies, and one file for all that is known of a tool."""

from native_skew.installers import remedies
from native_skew.installers.advice import (
    advice_from,
    advise,
    by_tool,
    constrain_advice,
    is_requirement,
    todays_context,
)
from native_skew.installers.base import (
    GROUPS,
    NEWEST,
    Cause,
    Command,
    Installer,
    Place,
    Plan,
    ReleaseFiles,
    RenderContext,
    Unsupported,
    moved,
)
from native_skew.installers.locks import (
    ALL,
    BuildSettings,
    Lock,
    LockedFile,
    LockedPackage,
    LockFormat,
    holds,
    package_names,
    requirement_texts,
    table,
    tables,
    toml_settings,
)
from native_skew.installers.registry import (
    INSTALLERS,
    TOOLS,
    InstallerChoice,
    is_version,
    parse_choice,
    tabs,
)
from native_skew.installers.remedies import OLD_SETUPTOOLS, REMEDIES, Roles, abi_requirement
from native_skew.installers.repair import Repair, difference, with_lines
from native_skew.installers.request import Request
