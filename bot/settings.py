"""Settings from the environment or `.env`, prefix `ENCOMPASS_` (contract: settings).

Half a configuration refuses to start, with one sentence that says what is missing. A secret may be
read from a file named by `…_FILE`. Only `app` and `cli` read settings.
"""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.errors import SettingsError
from bot.domain.people import SECOND_WAYS, Channel

PREFIX = "ENCOMPASS_"
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
_NOTIFY_KEY = re.compile(r"\S+-[0-9a-f-]{36}-[0-9a-f-]{36}")
_TOKEN_LETTERS = 16


class TelegramMode(StrEnum):
    POLLING = "polling"
    WEBHOOK = "webhook"


class DetailsIn(StrEnum):
    CHAT = "chat"
    PAGE = "page"


class UnlockCode(StrEnum):
    OFF = "off"
    REQUIRED = "required"


class SmtpTls(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    OFF = "off"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,  # `ENCOMPASS_HTTP_HOST=` means the default, not every interface
        extra="ignore",
        hide_input_in_errors=True,
    )

    telegram_token: SecretStr = SecretStr("")
    telegram_api: str = "https://api.telegram.org"
    telegram_mode: TelegramMode = TelegramMode.POLLING
    telegram_webhook_secret: SecretStr = SecretStr("")
    database_url: str = "sqlite+aiosqlite:///var/encompass.db"
    config_dir: Path = Path("config")
    http_host: str = "127.0.0.1"
    http_port: int = Field(8080, ge=0, le=65535)
    public_url: str = ""
    details_in: DetailsIn | None = None
    unlock_code: UnlockCode = UnlockCode.OFF
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    smtp_tls: SmtpTls = SmtpTls.STARTTLS
    notify_api: str = "https://api.notifications.service.gov.uk"
    notify_key: SecretStr = SecretStr("")
    notify_template: str = ""
    notify_callback_token: SecretStr = SecretStr("")
    second_ways: str = "email,sms"
    desk_phone: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    partner_rate: float = Field(100, gt=0)
    log_level: str = "INFO"

    @property
    def page_url(self) -> str:
        """The base address of the secure page; empty where details are shown in the chat."""
        url = self.public_url.rstrip("/")
        details_in = self.details_in
        if details_in is None:  # contract: the page is the default once the address is https
            details_in = DetailsIn.PAGE if url.startswith("https://") else DetailsIn.CHAT
        return url if details_in is DetailsIn.PAGE else ""

    @property
    def ways_beside_telegram(self) -> tuple[Channel, ...]:
        """Those that are set up, in the order of SECOND_WAYS."""
        there = {
            Channel.EMAIL: bool(self.smtp_host),
            Channel.SMS: bool(self.notify_key.get_secret_value()),
        }
        named = [part.strip() for part in self.second_ways.split(",")]
        return tuple(way for way in map(Channel, filter(None, named)) if there[way])

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, _FromFiles(settings_cls), dotenv_settings)


class _FromFiles(PydanticBaseSettingsSource):
    """`ENCOMPASS_X_FILE` names a file that holds `ENCOMPASS_X`."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self._named = {**dotenv_values(".env"), **os.environ}

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """The text of the file that is named for this setting; None if none is."""
        setting = f"{PREFIX}{field_name.upper()}"
        path = self._named.get(f"{setting}_FILE")
        if not path:
            return None, field_name, False
        if self._named.get(setting):
            raise SettingsError(
                f"{setting} and {setting}_FILE are both set: leave one of them out."
            )
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{setting}_FILE: the file cannot be read.") from error

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields
        found = {name: self.get_field_value(field, name)[0] for name, field in fields.items()}
        return {name: value for name, value in found.items() if value is not None}


_WOULD_BE_RIGHT = {
    "telegram_mode": "must be polling or webhook",
    "details_in": "must be chat or page",
    "unlock_code": "must be off or required",
    "http_port": "must be a port number from 0 to 65535",
    "smtp_port": "must be a port number from 1 to 65535",
    "smtp_tls": "must be starttls, tls or off",
    "partner_rate": "must be a number of notices a second, more than 0",
}
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def read_settings(**given: Any) -> Settings:
    """The settings, or SettingsError with one sentence for each that cannot be right."""
    try:
        settings = Settings(**given)
    except ValidationError as error:
        sentences = [_sentence(str(fault["loc"][0]), fault["msg"]) for fault in error.errors()]
        raise SettingsError("; ".join(sentences)) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError("The file .env cannot be read: it must be text in UTF-8.") from None
    if settings.log_level.upper() not in _LEVELS:
        raise SettingsError(f"{PREFIX}LOG_LEVEL must be one of {', '.join(_LEVELS)}.")
    return settings


def _sentence(name: str, message: str) -> str:
    return f"{PREFIX}{name.upper()} {_WOULD_BE_RIGHT.get(name, message)}"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def _is_safe_address(url: str) -> bool:
    """https; or plain http to this very machine, for a Bot API server that runs beside us."""
    parts = urlsplit(url) if _is_address(url) else urlsplit("")
    return parts.scheme == "https" or parts.hostname in _THIS_MACHINE


def check_for_serving(settings: Settings) -> None:
    """What `serve` needs besides: SettingsError names the first thing missing."""
    token = settings.telegram_token.get_secret_value()
    if not token:
        raise SettingsError(
            f"{PREFIX}TELEGRAM_TOKEN is missing: put the token that BotFather gave you there, "
            f"or name a file that holds it in {PREFIX}TELEGRAM_TOKEN_FILE."
        )
    number, _, rest = token.partition(":")
    if not number.isdecimal() or not rest or any(char.isspace() for char in token):
        raise SettingsError(
            f"{PREFIX}TELEGRAM_TOKEN does not look like a bot's token: digits, a colon, letters."
        )
    if not _is_address(settings.telegram_api):
        raise SettingsError(f"{PREFIX}TELEGRAM_API must be an http or https address.")
    _check_page(settings)
    _check_oidc(settings)
    check_second_ways(settings)
    if settings.telegram_mode is TelegramMode.WEBHOOK:
        if not settings.telegram_webhook_secret.get_secret_value():
            raise SettingsError(
                f"{PREFIX}TELEGRAM_WEBHOOK_SECRET is missing: without it anyone could send "
                "updates in Telegram's name."
            )
        if not settings.public_url:
            raise SettingsError(f"{PREFIX}PUBLIC_URL is missing: Telegram needs it for a webhook.")
        if not _is_safe_address(settings.public_url):
            raise SettingsError(
                f"{PREFIX}PUBLIC_URL must begin with https://: Telegram brings updates to no other."
            )


def _check_oidc(settings: Settings) -> None:
    """An authority's own accounts are set up whole, or not at all."""
    given = {
        "OIDC_ISSUER": settings.oidc_issuer,
        "OIDC_CLIENT_ID": settings.oidc_client_id,
        "OIDC_CLIENT_SECRET": settings.oidc_client_secret.get_secret_value(),
    }
    missing = [f"{PREFIX}{name}" for name, value in given.items() if not value]
    if len(missing) == len(given):
        return
    if missing:
        raise SettingsError(
            f"{' and '.join(missing)} missing: to sign in by OpenID Connect takes an issuer, a "
            "client's id and its secret."
        )
    if not _is_safe_address(settings.oidc_issuer):
        raise SettingsError(f"{PREFIX}OIDC_ISSUER must begin with https://.")
    if not settings.page_url:
        raise SettingsError(
            f"{PREFIX}OIDC_ISSUER: to sign in takes a page; set {PREFIX}PUBLIC_URL and "
            f"{PREFIX}DETAILS_IN=page."
        )


def _check_page(settings: Settings) -> None:
    """Children's data crosses no network in the clear."""
    if settings.details_in is DetailsIn.PAGE and not settings.public_url:
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL is missing: with {PREFIX}DETAILS_IN=page people need an address "
            "to open."
        )
    if settings.page_url and not _is_safe_address(settings.page_url):
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL must begin with https:// for {PREFIX}DETAILS_IN=page."
        )
    parts = urlsplit(settings.page_url)
    if settings.page_url and (parts.path or parts.query or parts.fragment or "@" in parts.netloc):
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL must be a bare address, such as https://encompass.example, for "
            f"{PREFIX}DETAILS_IN=page."
        )
    if parts.hostname == "localhost":
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL: Telegram takes no link to localhost; write http://127.0.0.1 and "
            "the port."
        )
    if settings.unlock_code is UnlockCode.REQUIRED and not settings.page_url:
        raise SettingsError(
            f"{PREFIX}UNLOCK_CODE=required: a code is asked for on the page alone; set "
            f"{PREFIX}DETAILS_IN=page, or leave the code out."
        )


def check_second_ways(settings: Settings) -> None:
    """E-mail and SMS are each set up whole, or not at all."""
    named = [part.strip() for part in settings.second_ways.split(",") if part.strip()]
    if len(set(named)) != len(named) or not set(named) <= set(SECOND_WAYS):
        raise SettingsError(f"{PREFIX}SECOND_WAYS must be email, sms, or both with a comma.")
    _check_smtp(settings)
    _check_notify(settings)


def _check_smtp(settings: Settings) -> None:
    password = settings.smtp_password.get_secret_value()
    if not settings.smtp_host:
        if settings.smtp_from or settings.smtp_username or password:
            raise SettingsError(f"{PREFIX}SMTP_HOST is missing: e-mail needs a server to go by.")
        return
    if not _MAILBOX.fullmatch(settings.smtp_from):
        raise SettingsError(
            f"{PREFIX}SMTP_FROM must be the address that e-mails come from, such as "
            "encompass@county.example."
        )
    if bool(settings.smtp_username) != bool(password):
        raise SettingsError(
            f"{PREFIX}SMTP_USERNAME and {PREFIX}SMTP_PASSWORD go together: set both or neither."
        )
    if settings.smtp_tls is SmtpTls.OFF and settings.smtp_host not in _THIS_MACHINE:
        raise SettingsError(
            f"{PREFIX}SMTP_TLS=off is for a server on this machine; use starttls or tls."
        )


def _check_notify(settings: Settings) -> None:
    key = settings.notify_key.get_secret_value()
    token = settings.notify_callback_token.get_secret_value()
    if not key:
        if settings.notify_template or token:
            raise SettingsError(f"{PREFIX}NOTIFY_KEY is missing: SMS needs GOV.UK Notify's key.")
        return
    if not _NOTIFY_KEY.fullmatch(key):
        raise SettingsError(
            f"{PREFIX}NOTIFY_KEY does not look like a key of GOV.UK Notify: a name and two ids."
        )
    if not settings.notify_template:
        raise SettingsError(
            f"{PREFIX}NOTIFY_TEMPLATE is missing: the id of a text template that is only ((text))."
        )
    if not _is_safe_address(settings.notify_api):
        raise SettingsError(f"{PREFIX}NOTIFY_API must begin with https://.")
    if token and len(token) < _TOKEN_LETTERS:
        raise SettingsError(
            f"{PREFIX}NOTIFY_CALLBACK_TOKEN must have at least {_TOKEN_LETTERS} letters."
        )
