"""Which symbols modules lack: each library is asked once, for all of the modules together.

The modules of an environment need the same few names of the same libraries over and over: of
74,000 that torch, pyarrow, scipy and others need, 5,000 differ.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable

from repro.doctor import symbols
from repro.doctor.image import Image, ImageError
from repro.doctor.loader import Loaded


class Lacking:
    """The names that each module still lacks.

    Args:
        wanted: what each needs, by the module's number.

    Attributes:
        names: what is left, of those that lack something.

    """

    def __init__(self, wanted: dict[int, set[bytes]]) -> None:
        self.names = {number: names for number, names in wanted.items() if names}

    def ask_each(self, files_of: Callable[[int], Iterable[Loaded]]) -> None:
        """Takes away what the files of each module define."""
        askers: dict[tuple[int, int], tuple[Loaded, list[int]]] = {}
        for number in self.names:
            for file in files_of(number):
                askers.setdefault(file.identity, (file, []))[1].append(number)
        # The largest give most: then little is left to ask of the others. That any of them gives
        # a name is all that counts here.
        for file, numbers in sorted(askers.values(), key=lambda pair: -pair[0].header.names_size):
            self._ask(file, [number for number in numbers if number in self.names])

    def ask_for_all(self, files: Iterable[Loaded]) -> None:
        """Takes away from every module what any of ``files`` defines."""
        for file in files:
            self._ask(file, list(self.names))
            if not self.names:
                return

    def _ask(self, file: Loaded, numbers: list[int]) -> None:
        asked: set[bytes] = set().union(*(self.names[number] for number in numbers))
        if not asked:
            return
        # Of a damaged file is said where it is met as a module or as a library.
        with contextlib.suppress(ImageError):
            with Image(file.path) as image:
                found = symbols.given(image, asked)
            for number in numbers:
                # Not in place: that would go through all of ``found``.
                self.names[number] = self.names[number] - found
                if not self.names[number]:
                    del self.names[number]
