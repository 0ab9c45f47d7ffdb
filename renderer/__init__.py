"""From a scene to frames: the background drawn once, the moving layer on it, and the writers of files."""
