"""Signatures of webhooks, as Standard Webhooks 1.0 has them: HMAC-SHA256 over "id.timestamp.body"."""

from __future__ import annotations

import base64
import hashlib
import hmac

_PREFIX = "whsec_"


def signed(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that say who sent a body, and when.

    Parameters
    ----------
    secret : str
        ``whsec_`` and the key in base64.
    message_id : str
        The same however often the message is sent.
    timestamp : int
        Seconds since 1970, of this try.
    body : bytes
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    told = f"{message_id}.{timestamp}.".encode() + body
    sign = base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{sign}"}
