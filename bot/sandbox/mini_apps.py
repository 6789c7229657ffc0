"""What a Telegram application hands to a Mini App when a person opens it (Mini Apps: initData).

The person's account, the instant, and a hash that only the holder of the bot's token can make:
that is all a page has to tell who looks at it.
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from urllib.parse import quote, urlencode

from bot.sandbox.chats import Person


def init_data(token: str, person: Person, at: datetime) -> str:
    """The signed query string, as of this instant. Another token makes a forgery, another person
    a borrowed one, an earlier instant a stale one."""
    account = {
        "id": person.id,
        "first_name": person.first_name,
        "language_code": person.language_code or "en",
    }
    fields = {
        "query_id": f"AAE{person.id:x}",
        "user": json.dumps(account, ensure_ascii=False, separators=(",", ":")),
        "auth_date": str(int(at.timestamp())),
        # Telegram's own signature, for those without the token: nothing here checks it.
        "signature": base64.urlsafe_b64encode(bytes(64)).decode().rstrip("="),
    }
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    fields["hash"] = hmac.digest(secret, lines.encode(), hashlib.sha256).hex()
    return urlencode(fields)


def launch_address(url: str, signed: str) -> str:
    """The address with what the application adds behind the `#`, which no server ever sees."""
    return (
        f"{url}#tgWebAppData={quote(signed, safe='')}&tgWebAppVersion=8.0"
        "&tgWebAppPlatform=android&tgWebAppThemeParams=%7B%7D"
    )
