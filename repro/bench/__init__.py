"""Figures: what the kit costs, against its peers, in one run."""
