"""A release's targets: the Pythons and platforms for which it has wheels."""

from __future__ import annotations

import pytest

from native_skew.audit.release import File, Release
from native_skew.audit.targets import spoken, targets, targets_of, this_platform


def release(*tags: str) -> Release:
    return Release(
        name="x",
        version="1",
        files=tuple(File(filename=f"x-1-{tag}.whl", name="x", version="1") for tag in tags),
    )


@pytest.mark.parametrize(
    ("tag", "where"),
    [
        ("cp313-cp313-manylinux_2_28_x86_64", "Python 3.13 on Linux x86_64"),
        ("cp313-cp313t-manylinux_2_28_x86_64", "Python 3.13 on Linux x86_64 (free-threaded)"),
        ("pp310-pypy310_pp73-manylinux_2_28_x86_64", "Python 3.10 on Linux x86_64 (PyPy)"),
        ("cp313-cp313-win_arm64", "Python 3.13 on Windows arm64"),
        ("cp313-cp313-musllinux_1_2_aarch64", "Python 3.13 on musl Linux aarch64"),
        ("cp313-cp313-manylinux_2_39_riscv64", "Python 3.13 on Linux riscv64"),
    ],
)
def test_a_wheel_s_own_python_and_platform_are_looked_at(tag: str, where: str) -> None:
    made = release(tag, "cp312-cp312-manylinux_2_28_x86_64")
    fitting = [e for e in targets(made, ">=3.10") if e.best(made.files[:1])]
    assert spoken(fitting) == where
    usual = {each.platform for each in targets(release("cp312-cp312-win_amd64"), ">=3.10")}
    if fitting[0].platform not in usual:
        assert "(" in where or "arm64" in where or "musl" in where or "riscv64" in where


def test_of_two_builds_of_a_wheel_the_later_is_installed() -> None:
    made = release("1-py3-none-any", "10-py3-none-any", "9-py3-none-any")
    target = targets(made, ">=3.13")[0]
    assert target.best(made.files) == made.files[1]


def test_a_lock_is_looked_at_where_people_lock_for() -> None:
    found = targets_of(">=3.13,<3.15")
    assert {each.python for each in found} == {"3.13", "3.14"}
    assert len({each.platform for each in found}) == 5
    (one,) = targets_of("", ("3.9",), (this_platform(),))
    assert one.python == "3.9"
