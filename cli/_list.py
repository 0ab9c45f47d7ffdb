"""ravine list."""

import json
from typing import Any

import click

from ravine import gallery, landscapes, optimizers

_SHOWN = {
    "landscapes": ("name", "title", "about", "source"),
    "optimizers": ("name", "title", "family", "year", "paper", "about"),
    "recipes": ("name", "title", "about"),
}


@click.command("list")
@click.argument("kind", type=click.Choice(list(_SHOWN)))
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every fact.")
def list_command(kind: str, as_json: bool) -> None:
    """List landscapes, optimizers or recipes.

    \b
    Examples:
      ravine list landscapes
      ravine list optimizers --json
    """
    entries = _entries(kind)
    if as_json:
        click.echo(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    rows = [(entry["name"], _summary(entry)) for entry in entries]
    formatter = click.HelpFormatter(max_width=100)
    formatter.write_dl(rows, col_max=32)
    click.echo(formatter.getvalue(), nl=False)


def _entries(kind: str) -> list[dict[str, Any]]:
    if kind == "recipes":
        recipes = ((name, gallery.load(name)) for name in gallery.names())
        return [{"name": name, "title": r.title, "about": r.about} for name, r in recipes]
    catalogue = landscapes.catalogue if kind == "landscapes" else optimizers.catalogue
    return [{"name": name, **catalogue.facts(name)} for name in catalogue.names()]


def _summary(entry: dict[str, Any]) -> str:
    if "paper" in entry:
        return f"{entry['title']} ({entry['family']}, {entry['year']}). {entry['paper']}."
    return entry["about"]
