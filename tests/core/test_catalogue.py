"""A catalogue over several packages."""

from dataclasses import replace

import pytest

from ravine import landscapes
from ravine.core.catalogue import Catalogue, UnknownNameError

PACKAGES = ("analytic", "finite_sum", "one_variable")


def of(package: str) -> Catalogue:
    return replace(landscapes.catalogue, package=f"ravine.landscapes.{package}")


def test_names_are_those_of_all_packages_sorted():
    together = [name for package in PACKAGES for name in of(package).names()]
    assert landscapes.names() == tuple(sorted(together))
    assert len(set(together)) == len(together)


@pytest.mark.parametrize("package", PACKAGES)
def test_entries_come_from_their_own_package(package):
    for name in of(package).names():
        assert landscapes.load(name) is of(package).load(name)
        assert landscapes.load(name).loss.__module__ == f"ravine.landscapes.{package}.{name}"
        assert landscapes.catalogue.facts(name) == of(package).facts(name)


def test_unknown_names_are_told_of_all_packages():
    for wrong, right in (("noisy_moon", "noisy_moons"), ("bealle", "beale"), ("flatt", "flat")):
        for ask in (landscapes.load, landscapes.catalogue.facts):
            with pytest.raises(UnknownNameError, match=f"Did you mean '{right}'"):
                ask(wrong)
    with pytest.raises(UnknownNameError, match=f"shows all {len(landscapes.names())}"):
        landscapes.load("nothing_of_the_kind")
