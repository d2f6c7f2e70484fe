"""``native-skew new``: a project from one of the templates, asked for with what a provider has.

``provider`` reads a provider's wheel, ``questions`` asks, and ``command`` puts both together.
"""

from native_skew.new.command import new
