"""Ships libfakecore.so.$abi, for other distributions to link to."""
