"""Writers: a stream of frames becomes a file, whole or not at all; one kind of file a module.

A module that is not underscored ends in the record `WRITER` of a kind of file. The streams of GIF, WebP and
APNG are our own, and MP4 and WebM are encoded by an ffmpeg that we watch; imageio writes all other kinds.
benchmarks/writers.py measures what that saves.
"""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.core.atomic import OutputError as OutputError
    from ravine.renderer.writers._files import check_path as check_path
    from ravine.renderer.writers._files import check_still_path as check_still_path
    from ravine.renderer.writers._files import still_to_bytes as still_to_bytes
    from ravine.renderer.writers._files import to_bytes as to_bytes
    from ravine.renderer.writers._files import write as write
    from ravine.renderer.writers._files import write_still as write_still
    from ravine.renderer.writers._writer import EXTENSIONS as EXTENSIONS
    from ravine.renderer.writers._writer import FILM_EXTENSIONS as FILM_EXTENSIONS
    from ravine.renderer.writers._writer import STILL_EXTENSIONS as STILL_EXTENSIONS
    from ravine.renderer.writers._writer import Writer as Writer
    from ravine.renderer.writers._writer import catalogue as catalogue
    from ravine.renderer.writers._writer import listed as listed
    from ravine.renderer.writers._written import Written as Written


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
