"""The site: recorded results -> pages, and the macros that let prose cite a result.

``result_index`` finds results; ``cellpage``, ``scenariopage``, ``remedypage`` and ``matrix``
make the pages that are never committed; ``macros`` is what a hand-written page may call;
``hook`` ties them to MkDocs.
"""
