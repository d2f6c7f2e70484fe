"""``python -m native_skew``."""

from native_skew.cli import main

if __name__ == "__main__":
    main()
