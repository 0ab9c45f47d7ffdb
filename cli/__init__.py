"""The command line. Its commands are loaded when they are called, so that help is quick."""

from ravine.cli._group import ravine


def main() -> None:
    """Run the command line."""
    ravine(prog_name="ravine")
