"""Exporting a recorded cell: a folder that reproduces it without the kit, and a report's text."""
