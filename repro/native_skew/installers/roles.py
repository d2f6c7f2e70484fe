"""Who plays which part in a scenario: the names and versions that remedies speak of."""

from __future__ import annotations

import msgspec


class Roles(msgspec.Struct, frozen=True, kw_only=True):
    """Who plays which part: the names and versions that a remedy speaks of.

    ``others`` is what the consumer requires besides the provider; ``other_consumers`` are what
    else links to the provider; ``newest_consumer`` is the consumer's newest release.
    """

    consumer: str
    consumer_version: str
    provider: str
    older: str
    newer: str
    others: tuple[str, ...] = ()
    other_consumers: tuple[str, ...] = ()
    newest_consumer: str = ""

    @property
    def older_pin(self) -> str:
        """The provider's older version, as a requirement."""
        return f"{self.provider}=={self.older}"

    @property
    def newer_pin(self) -> str:
        """The provider's newer version, as a requirement."""
        return f"{self.provider}=={self.newer}"

    @property
    def older_range(self) -> str:
        """The provider's versions with the older ABI, as a requirement."""
        return abi_requirement(self.provider, self.older)

    @property
    def newer_range(self) -> str:
        """The provider's versions with the newer ABI, as a requirement."""
        return abi_requirement(self.provider, self.newer)

    @property
    def below_newer(self) -> str:
        """Any version of the provider before the newer ABI, as a requirement."""
        return f"{self.provider}<{self.newer.rpartition('.')[0]}"


def abi_requirement(provider: str, version: str) -> str:
    """What ``abi_requires()`` of ``version`` returns: this ABI, this release or newer.

    Versions are BASE.99.ABI.SRC as in epicscorelibs: ``7.0.7.99.1.2`` gives
    ``fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2``.
    """
    *base, abi, _source = version.split(".")
    return f"{provider}>={version},<{'.'.join([*base, str(int(abi) + 1)])}"
