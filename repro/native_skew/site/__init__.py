"""The site: recorded results -> pages, and macros by which prose cites a result.

``result_index`` finds results; ``pages`` generates pages from ``templates``; ``macros`` are what
hand-written pages call; ``hook`` connects them to MkDocs.
"""
