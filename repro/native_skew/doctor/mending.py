"""What the findings offer, without what renders it where all is sound."""

from __future__ import annotations

from native_skew.doctor.fits import Fit
from native_skew.doctor.inventory import Distribution
from native_skew.doctor.pins import Pins
from native_skew.findings import Advice


def reinstalling(owner: Distribution) -> tuple[Advice, ...]:
    """What puts the files of ``owner`` there again; nothing where its name is none to type."""
    from native_skew.doctor import advice  # noqa: PLC0415

    if not owner.has_valid_names:
        return ()
    what = (f"{owner.name}=={owner.version}",)
    return advice.installing(what, owner.installer, "Reinstall it", reinstall=True)


def fitting(fit: Fit | None, consumer: Distribution, pins: Pins) -> tuple[Advice, ...]:
    """See ``advice.fitting``."""
    from native_skew.doctor import advice  # noqa: PLC0415

    return advice.fitting(fit, consumer, pins) if consumer.has_valid_names else ()
