"""How the messages travel over HTTP: paths, headers, query names, and the codes of a refused request.

A body is the JSON of one struct in ``messages``, ``Content-Encoding: zstd`` (gzip and none are accepted too). An answer
with a status of 400 or more carries a ``Problem``; the terminal acts on its ``code`` alone, never on the status.
Every request after hello carries the session in ``SESSION_HEADER`` and is signed (see ``signing``); POST bodies that
belong to a session name it too.
"""

ENROL = "/v1/enrol"
CHALLENGE = "/v1/challenge"
HELLO = "/v1/hello"
PUSH = "/v1/push"
FEED = "/v1/feed"  # ?shard=&incarnation=&cursor=&limit=&wait=
NEWS = "/v1/news"  # ?incarnation=&wait= and a shard= and a cursor= for each shard
RIGHTS = "/v1/rights"
RECEIPT = "/v1/receipt"
STATEMENT = "/v1/statement"
ROTATE = "/v1/rotate"
SNAPSHOT_MANIFEST = "/v1/snapshot/manifest"  # ?shard= for one shard of it
SNAPSHOT_CHUNK = "/v1/snapshot/{snapshot_id}/{n}"  # Range is honoured
HEALTH = "/v1/health"
AUTHORITY = "/v1/authority"

SESSION_HEADER = "X-Session"
MAX_WAIT_S = 25  # the longest ``wait`` of a request for news or changes

MALFORMED = "request.malformed"
TOO_LARGE = "request.too_large"
CLIENT_TOO_OLD = "client.too_old"  # may still push and close its day
ENROL_CODE = "enrol.code"  # unknown, used or expired
TERMINAL_UNKNOWN = "terminal.unknown"
TERMINAL_SIGNATURE = "terminal.signature"
TERMINAL_LOCKED = "terminal.locked"
NONCE_UNKNOWN = "nonce.unknown"  # used, expired or overtaken by a newer challenge: challenge again
REPLAYED = "request.replayed"  # this counter came before in this session: send again with a new one
SESSION_UNKNOWN = "session.unknown"  # revoked by a newer challenge, or head office restarted: challenge again
PUSH_GAP = "push.gap"  # first_seq is not the one after head office's last: challenge again
PUSH_FORK = "push.fork"  # another event stands at that seq: this database was rolled back or cloned, re-enrol
FEED_RESYNC = "feed.resync"  # other incarnation, or a position past the head: take a new snapshot
SHARD_UNKNOWN = "feed.shard"
SNAPSHOT_UNKNOWN = "snapshot.unknown"
MEMBER_UNKNOWN = "member.unknown"  # or not one of this store's
AUTHORITY_NONE = "authority.none"  # this head office does not serve by https
BUSY = "head_office.busy"

STATUS: dict[str, int] = {
    MALFORMED: 400,
    TOO_LARGE: 413,
    CLIENT_TOO_OLD: 426,
    ENROL_CODE: 403,
    TERMINAL_UNKNOWN: 401,
    TERMINAL_SIGNATURE: 401,
    TERMINAL_LOCKED: 403,
    NONCE_UNKNOWN: 409,
    SESSION_UNKNOWN: 401,
    REPLAYED: 401,
    PUSH_GAP: 409,
    PUSH_FORK: 409,
    FEED_RESYNC: 410,
    SHARD_UNKNOWN: 404,
    SNAPSHOT_UNKNOWN: 404,
    MEMBER_UNKNOWN: 404,
    AUTHORITY_NONE: 404,
    BUSY: 503,
}
