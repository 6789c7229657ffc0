"""How the sandbox says no: Telegram's codes with Telegram's own sentences.

The sentences are those of tdlib/telegram-bot-api (Client.cpp), since clients tell errors apart by
them: code 403 alone does not say whether the user blocked the bot or left Telegram.
"""

from typing import Any


class ApiError(Exception):
    """A call that is not accepted (Bot API: making requests). Nothing has changed."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        self.code = code
        self.description = description
        self.retry_after = retry_after
        super().__init__(f"{code} {description}")

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


class UnplayedError(ApiError):
    """Telegram knows this, the sandbox gives it no meaning: said aloud, never pretended."""

    def __init__(self, method: str, parameter: str | None = None) -> None:
        self.method = method
        self.parameter = parameter
        what = f'the parameter "{parameter}" of {method}' if parameter else f"the method {method}"
        super().__init__(501, f"Not Implemented: THE SANDBOX DOES NOT PLAY {what}")


def bad_request(says: str) -> ApiError:
    return ApiError(400, f"Bad Request: {says}")


def forbidden(says: str) -> ApiError:
    return ApiError(403, f"Forbidden: {says}")


def conflict(says: str) -> ApiError:
    return ApiError(409, f"Conflict: {says}")


def too_many_requests(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after)


def not_found(says: str = "") -> ApiError:
    return ApiError(404, f"Not Found: {says}" if says else "Not Found")


def unauthorized() -> ApiError:
    return ApiError(401, "Unauthorized")
