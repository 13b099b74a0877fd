"""``python -m head_office`` and the ``head-office`` command."""

from head_office.cli import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
