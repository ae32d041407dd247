"""The command `nullcline`, from Python: `python -m nullcline`."""

import sys

from nullcline import _native


def main() -> int:
    """Runs the command line; its exit status."""
    return _native.command(sys.argv[1:], sys.executable, ["-m", "nullcline"])


if __name__ == "__main__":
    sys.exit(main())
