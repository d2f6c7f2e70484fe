"""Ships $library, for other distributions to link to."""
