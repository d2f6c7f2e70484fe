"""What is wrong with an environment: its files are read, nothing in it is run."""
