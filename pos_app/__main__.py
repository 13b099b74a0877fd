"""``python -m pos_app`` and the ``pos-app`` command."""

from pos_app.cli import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
