"""ravine list."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import click

from ravine.cli._command import Command
from ravine.cli._terminal import table
from ravine.core.catalogue import CATALOGUES, listing

Entry = dict[str, Any]

_KINDS = {**{f"{kind}s": (kind,) for kind in CATALOGUES}, "recipes": ("recipe", "study")}
_JSON_KEYS = {"markers": "balls", "unconnected": "untied", "baseline": "control"}
"""The names of facts in JSON, which others read, where they are not the record's."""

_COLUMNS = {
    "landscapes": ("name", "about"),
    "optimizers": ("name", "family", "year", "paper"),
    "schedules": ("name", "about"),
    "networks": ("name", "about"),
    "recipes": ("name", "command", "about"),
}


@click.command("list", cls=Command)
@click.argument("kind", type=click.Choice(list(_COLUMNS)))
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every fact.")
def list_command(kind: str, as_json: bool) -> None:
    """List landscapes, optimizers, schedules, networks or recipes.

    Optimizers stand by family and year, from the oldest one on.

    \b
    Examples:
      ravine list landscapes
      ravine list optimizers --json
    """
    entries = _entries(kind)
    if as_json:
        click.echo(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    groups = _by_family(entries) if kind == "optimizers" else [entries]
    columns = _COLUMNS[kind]
    click.echo(table(columns, [[[entry[name] for name in columns] for entry in group] for group in groups]))


def _entries(kind: str) -> list[Entry]:
    """The facts of all entries, by name."""
    catalogues = map(listing, _KINDS[kind])
    found = [
        {"name": name, **{_JSON_KEYS.get(key, key): fact for key, fact in it.facts(name).items()}}
        for it in catalogues
        for name in it.names()
    ]
    return sorted(found, key=lambda entry: entry["name"])


def _by_family(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Families by the year of their oldest member, and the members of each by year."""
    oldest: dict[str, int] = {}
    for entry in entries:
        family = entry["family"]
        oldest[family] = min(entry["year"], oldest.get(family, entry["year"]))

    def place(entry: Entry) -> tuple[int, str]:
        return oldest[entry["family"]], entry["family"]

    ordered = sorted(entries, key=lambda entry: (*place(entry), entry["year"], entry["name"]))
    return [list(family) for _, family in groupby(ordered, key=place)]
