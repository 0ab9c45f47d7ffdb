"""Losses that are means over examples, one a file: two parameters each, and their data beside them."""
