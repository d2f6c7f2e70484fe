"""The reader of ELF files: agrees with pyelftools, and survives whatever lies in a folder."""

from __future__ import annotations

import os
import struct
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro import elf
from repro.compiler import Compiler, find_compiler
from repro.doctor.image import Image, ImageError
