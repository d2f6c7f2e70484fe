"""The site: recorded results -> pages, and the macros that let prose cite a result.

``result_index`` finds results; ``pages`` makes those that are never committed, of ``templates``;
``macros`` is what a hand-written page may call; ``hook`` ties them to MkDocs.
"""
