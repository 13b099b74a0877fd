"""Logs for technicians: JSON lines, rotated, and never a phone number, name or PIN in them."""

import json
import logging
import logging.handlers
import re
from pathlib import Path

FILE_BYTES = 5_000_000
FILES_KEPT = 5
PHONE = re.compile(r"(?<!\d)(?:\+?86)?1\d{10}(?!\d)|\+\d{8,15}")
PAYMENT_CODE = re.compile(r"(?<!\d)(?:1[0-5]\d{16}|(?:2[5-9]|30)\d{14,22})(?!\d)")


class JsonLines(logging.Formatter):
    """One line a record: time, level, logger, event and its ``key=value`` facts; phones and payment codes masked."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one JSON line."""
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "from": record.name,
            "event": redact(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def redact(text: str) -> str:
    """Return ``text`` with telephone numbers and payment codes masked."""
    return PHONE.sub("<phone>", PAYMENT_CODE.sub("<payment code>", text))


def start(folder: Path, level: int = logging.INFO) -> None:
    """Write the program's logs to rotating files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "pos.jsonl", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8"
    )
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.setLevel(level)
    root.addHandler(handler)
