"""Update rules in the form of optax, one a file: the file is named after the rule."""
