"""Losses of x alone, one a file: functions of a point whose y stays 0."""
