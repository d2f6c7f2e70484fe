"""Archives with any names, as no sound tool makes them."""

from __future__ import annotations

import io
import tarfile


def tarred(*members: tuple[str, bytes]) -> io.BytesIO:
    """A ``.tar.gz`` of these names and contents, in this order."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    packed.seek(0)
    return packed
