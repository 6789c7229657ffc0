"""What Telegram signs when somebody starts the Mini App (Bot API: validating data).

Only the signature is looked at here; its age, its first use and whose account it is are asked by
the flow at the moment of use.
"""

import hashlib
from collections.abc import Callable
from urllib.parse import parse_qsl

from aiogram.utils.web_app import safe_parse_webapp_init_data

from bot.domain.access import Launch

_MOST_CHARACTERS = 4096


def launched(token: str) -> Callable[[str], Launch | None]:
    """A function that reads initData which this bot's token signed; None for all else."""

    def read(init_data: str) -> Launch | None:
        if len(init_data) > _MOST_CHARACTERS:
            return None
        # What stands there twice, or empty, is dropped before the signature is looked at.
        names = [name for name, value in parse_qsl(init_data, keep_blank_values=True) if value]
        if len(set(names)) != init_data.count("&") + 1:
            return None
        try:
            signed = safe_parse_webapp_init_data(token, init_data)
        except Exception:  # whatever somebody made up
            return None
        if signed.user is None:
            return None
        sha256 = hashlib.sha256(signed.hash.encode()).hexdigest()
        return Launch(str(signed.user.id), signed.auth_date, sha256)

    return read
