"""``native-skew new``: a project from a template, with defaults read from a provider's files.

``provider`` reads a provider's wheel, ``questions`` asks, and ``command`` puts both together.
"""

from native_skew.new.command import new
