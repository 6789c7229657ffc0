"""What a provider of accounts answers, as bytes that a reader takes: its document, its tokens, its
keys and what it says of somebody, one after another between two lines."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, Self

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.clock import HandClock
from bot.oidc import OidcAccounts
from tests.rigs.readers import NOW, Reader

_ISSUER = "https://accounts.example"
_CLIENT = "encompass"
_NONCE = "a-nonce"
_BETWEEN = b"\n--\n"


class _Answer:
    def __init__(self, body: bytes) -> None:
        self.status, self.content, self._body = 200, self, body

    async def iter_chunked(self, most: int) -> AsyncIterator[bytes]:
        for at in range(0, len(self._body), most):
            yield self._body[at : at + most]


class _Session:
    """aiohttp's, as far as it is used; every address answers from these bytes."""

    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies = bodies + [b""] * 4

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    @asynccontextmanager
    async def get(self, address: str, **_: Any) -> AsyncIterator[_Answer]:
        which = 0 if "openid-configuration" in address else 2 if "keys" in address else 3
        yield _Answer(self._bodies[which])

    @asynccontextmanager
    async def post(self, address: str, **_: Any) -> AsyncIterator[_Answer]:
        yield _Answer(self._bodies[1])


@cache
def _answers() -> tuple[bytes, ...]:
    key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    document = {
        "issuer": _ISSUER, "authorization_endpoint": f"{_ISSUER}/go", "jwks_uri": f"{_ISSUER}/keys",
        "token_endpoint": f"{_ISSUER}/token", "userinfo_endpoint": f"{_ISSUER}/who",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }  # fmt: skip
    claims = {
        "iss": _ISSUER, "sub": "7", "aud": _CLIENT, "nonce": _NONCE,
        "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 300,
    }  # fmt: skip
    told = {"sub": "7", "email": "mair@school.example", "email_verified": True}
    keys = {"keys": [key.as_dict(private=False)]}
    found = []
    for one in (claims, claims | told, claims | {"aud": [_CLIENT, "b"], "azp": _CLIENT} | told):
        token = {"id_token": jwt.encode({"alg": "RS256", "kid": "one"}, one, key)}
        found.append(
            _BETWEEN.join(json.dumps(part).encode() for part in (document, token, keys, told))
        )
    return tuple(found)


def _sign_in(data: bytes) -> str | None:
    bodies = data.split(_BETWEEN)

    async def both() -> str | None:
        accounts = OidcAccounts(_ISSUER, _CLIENT, "s", "https://e.example/back", HandClock(NOW))
        await accounts.address("state", _NONCE, "challenge")
        return await accounts.email("code", _NONCE, "verifier")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiohttp, "ClientSession", lambda **_: _Session(bodies))
        return asyncio.run(both())


def readers() -> Iterator[Reader]:
    """A sign-in, which is an address of somebody or None, and never an error."""
    assert all(_sign_in(seed) == "mair@school.example" for seed in _answers()), "the seeds are good"
    yield Reader("a sign-in", _sign_in, _answers(), ())
