from ._extension import core_version

__all__ = ["core_version"]
