"""JAX's compiled programs are kept between calls, in the user's cache folder."""

import os


def keep_compiled_programs() -> None:
    """Let the command line reuse what it compiled; a folder that cannot be written is done without."""
    import jax
    import platformdirs

    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        jax.config.update(
            "jax_compilation_cache_dir", str(platformdirs.user_cache_path("ravine") / "programs")
        )
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
