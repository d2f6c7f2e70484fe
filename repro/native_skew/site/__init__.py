"""The site: recorded results -> pages, and the macros that let prose cite a result.

``book`` finds results, ``cellpage``, ``scenariopage``, ``remedypage`` and ``matrix`` make
the pages that are never committed, ``macros`` is what a hand-written page may call, and
``hook`` ties both to MkDocs. Everything but ``hook`` and ``macros`` knows nothing of MkDocs.
"""
