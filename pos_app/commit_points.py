"""The places where a crash divides one durable step from the next, by name.

Each is announced by Python's own audit events: that costs nothing while nobody listens, and needs no switch in the
program. The crash rig listens and kills the process there; a place without a kill fails its test.
"""

import sys
from enum import StrEnum

EVENT = "member_pos.commit_point"


class CommitPoint(StrEnum):
    """What has just been done, or is about to be. Values are what the crash rig is told and prints."""

    # The till, whatever it commits.
    TILL_BEFORE_COMMIT = "till.before_commit"
    TILL_COMMITTED = "till.committed"
    # A sale, the end of a day, a paper.
    SALE_SAID_BEFORE_DEBIT = "sale.said_before_debit"
    SHIFT_SAID_BEFORE_NEXT = "shift.said_before_next"
    DAY_SAID_BEFORE_CLOSE = "day.said_before_close"
    PAPER_SENDING_BEFORE_PRINT = "paper.sending_before_print"
    PAPER_PRINTED_BEFORE_MARK = "paper.printed_before_mark"
    # Keys and enrolment.
    KEY_WRITTEN_BEFORE_RENAME = "key.written_before_rename"
    KEY_SAVED_BEFORE_USE = "key.saved_before_use"
    ENROL_ANSWERED_BEFORE_SAVE = "enrol.answered_before_save"
    ROTATE_PREPARED_BEFORE_TOLD = "rotate.prepared_before_told"
    ROTATE_TOLD_BEFORE_USE = "rotate.told_before_use"
    ROTATE_FORMER_KEPT_BEFORE_SWITCH = "rotate.former_kept_before_switch"
    ROTATE_SWITCHED_BEFORE_FORGET = "rotate.switched_before_forget"
    ROTATE_CERTIFIED_BEFORE_KEEP = "rotate.certified_before_keep"
    RECOVERY_SEALED_BEFORE_WRITE = "recovery_file.sealed_before_write"
    # Synchronisation, the till's end.
    HELLO_ANSWERED_BEFORE_BIND = "hello.answered_before_bind"
    PUSH_ANSWERED_BEFORE_MARK = "push.answered_before_mark"
    RIGHTS_ANSWERED_BEFORE_INSTALL = "rights.answered_before_install"
    GRANTS_CURSOR_BEFORE_INSTALL = "grants.cursor_before_install"
    PAGE_APPLIED_BEFORE_CURSOR = "page.applied_before_cursor"
    PAGE_BEFORE_COMMIT = "page.before_commit"
    CHUNK_FETCHED = "directory.chunk_fetched"
    DIRECTORY_UNPACKED_BEFORE_MOVE = "directory.unpacked_before_move"
    DIRECTORY_MOVED_BEFORE_SWITCH = "directory.moved_before_switch"
    DIRECTORY_SWITCHED_BEFORE_SWEEP = "directory.switched_before_sweep"
    SHARD_MOVED_BEFORE_COMMIT = "shard.moved_before_commit"
    SHARD_REPLACED_BEFORE_SWEEP = "shard.replaced_before_sweep"
    SHARD_JOINED_BEFORE_SWITCH = "shard.joined_before_switch"
    # Head office, whatever it commits.
    OFFICE_BEFORE_COMMIT = "office.before_commit"
    OFFICE_COMMITTED = "office.committed"
    # Head office's ends of the same exchanges.
    ENROLLED_BEFORE_ANSWER = "enrol.committed_before_answer"
    HELLO_ADMITTED_BEFORE_ANSWER = "hello.committed_before_answer"
    INBOX_STORED_BEFORE_POSTING = "push.stored_before_posting"
    PUSH_COMMITTED_BEFORE_ANSWER = "push.committed_before_answer"
    RIGHTS_GRANTED_BEFORE_ANSWER = "rights.committed_before_answer"
    FEED_NUMBERED_BEFORE_HEAD = "feed.numbered_before_head"
    SNAPSHOT_CUT_BEFORE_ROW = "snapshot.cut_before_row"
    SNAPSHOT_ROW_BEFORE_SWEEP = "snapshot.row_before_sweep"
    ROTATE_COMMITTED_BEFORE_ANSWER = "rotate.committed_before_answer"
    POSTMAN_POSTED_BEFORE_FLOAT = "postman.posted_before_float"
    # What people decide at head office.
    ACT_COMMITTED_BEFORE_LINE = "act.committed_before_line"
    FENCE_POSTED_BEFORE_TAKING = "fence.posted_before_taking"
    RESTORE_REPLAYED_BEFORE_BEGIN = "restore.replayed_before_begin"
    RESTORE_BEGUN_BEFORE_LINE = "restore.begun_before_line"


def mark(point: CommitPoint) -> None:
    """Say that the program has come to ``point``."""
    sys.audit(EVENT, point.value)
