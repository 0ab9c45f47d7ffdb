"""Test functions with a formula, one a file: the file is named after the function."""
