"""A request -> files and command lines: remedies, and one file for all that is known of a tool."""

from native_skew.installers import remedies
from native_skew.installers.base import Command, Installer, Plan, Target, Unsupported, toml
from native_skew.installers.registry import DEFAULT_VERSIONS, INSTALLERS, Choice, parse_choice
from native_skew.installers.remedies import REMEDIES
from native_skew.installers.request import Request
from native_skew.installers.roles import Roles, abi_requirement

__all__ = [
    "DEFAULT_VERSIONS",
    "INSTALLERS",
    "REMEDIES",
    "Choice",
    "Command",
    "Installer",
    "Plan",
    "Request",
    "Roles",
    "Target",
    "Unsupported",
    "abi_requirement",
    "parse_choice",
    "remedies",
    "toml",
]
