"""Verdicts through time: one question, asked of a tool's releases, and where the answer flips."""
