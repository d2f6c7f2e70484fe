"""The reader of ELF files: agrees with pyelftools, and survives whatever lies in a folder."""

from __future__ import annotations
