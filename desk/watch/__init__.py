"""WATCH. What somebody wants to be told of: watch-lists, the alerts that fit them, and their way to whoever watches.

In: the findings of a version of the ledger, and how they are worded for whoever may read a message. Out: alerts, each
said once, by feed, e-mail or webhook.

model: what a watch-list says.
matching: whether a finding fits it, and whether two findings tell of one change.
timing: when a message may leave.
store: watch-lists as they are kept.
alerts: what was found and said, and what was acknowledged.
evaluation: findings to alerts.
outbox: messages on their way, tried until they arrive or a day is over.
messages, web_request, webhook, mail, feed: what is sent, and how.
commands: `python -m desk watch`.
"""
