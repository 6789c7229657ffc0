"""An OpenID Connect provider, asked by the authorisation code flow with PKCE (OpenID Connect Core
1.0, RFC 7636): its own document says where, its keys say whether a token is its own.

Whatever is not all right is no sign-in: the log says which check failed, by a word, and never what
the provider sent.
"""

import base64
import hmac
import json
import logging
import warnings
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry, KeySet

from bot.clock import Clock

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures with a private key alone: none, and nothing that a client's secret could make."""
_LEEWAY = 60
_SECONDS = aiohttp.ClientTimeout(total=10)
_MOST_BYTES = 256 * 1024
_DOCUMENT = "/.well-known/openid-configuration"
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
log = logging.getLogger(__name__)


class _RefusedError(Exception):
    """A word for the log."""


class OidcAccounts:
    """One provider, with one client of ours."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, back: str, clock: Clock
    ) -> None:
        """`back` is the whole address that the provider sends people back to."""
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._secret = client_secret
        self._back = back
        self._clock = clock

    async def address(self, state: str, nonce: str, challenge: str) -> str | None:
        try:
            async with aiohttp.ClientSession(timeout=_SECONDS) as http:
                document = await self._document(http)
            asked = {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": self._back,
                "scope": "openid email",
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
            endpoint = _endpoint(document, "authorization_endpoint")
        except (
            _RefusedError, aiohttp.ClientError, TimeoutError, ValueError, RecursionError,
        ) as error:  # fmt: skip
            _say("the provider of accounts cannot be asked", error)
            return None
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def email(self, code: str, nonce: str, verifier: str) -> str | None:
        try:
            async with aiohttp.ClientSession(timeout=_SECONDS) as http:
                document = await self._document(http)
                tokens = await self._tokens(http, document, code, verifier)
                keys = await _json(http, _endpoint(document, "jwks_uri"))
                claims = self._claims(tokens, keys, nonce)
                if "email" not in claims:
                    claims |= await _user_info(http, document, tokens, claims)
        except (
            _RefusedError, JoseError, aiohttp.ClientError, TimeoutError, ValueError, RecursionError,
        ) as error:  # fmt: skip
            _say("a sign-in was refused", error)
            return None
        email = claims.get("email")
        if claims.get("email_verified") is not True or not isinstance(email, str) or not email:
            _say("a sign-in was refused", _RefusedError("email_not_verified"))
            return None
        return email

    async def _document(self, http: aiohttp.ClientSession) -> Mapping[str, Any]:
        document = await _json(http, self._issuer + _DOCUMENT)
        if str(document.get("issuer", "")).rstrip("/") != self._issuer:
            raise _RefusedError("issuer_of_the_document")
        return document

    async def _tokens(
        self, http: aiohttp.ClientSession, document: Mapping[str, Any], code: str, verifier: str
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": verifier,
        }
        headers = {}
        ways = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if not isinstance(ways, list):
            raise _RefusedError("token_endpoint_auth_methods_supported")
        if "client_secret_basic" in ways:
            pair = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self._client_id, "client_secret": self._secret}
        endpoint = _endpoint(document, "token_endpoint")
        async with http.post(
            endpoint, data=form, headers=headers, allow_redirects=False
        ) as response:
            if response.status != 200:
                raise _RefusedError("code")
            return await _object(response)

    def _claims(
        self, tokens: Mapping[str, Any], keys: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        """What the ID token says, once its signature and every claim of it has been looked at."""
        listed = keys.get("keys", [])
        if not isinstance(listed, list):
            raise _RefusedError("keys")
        token = jwt.decode(
            str(tokens.get("id_token", "")),
            _usable(listed),
            algorithms=ALGORITHMS,
        )
        claims = dict(token.claims)
        jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True},
            sub={"essential": True},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(claims)
        if str(claims["iss"]).rstrip("/") != self._issuer:
            raise _RefusedError("issuer")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1:
            if claims.get("azp") != self._client_id:
                raise _RefusedError("authorised_party")
        elif claims.get("azp", self._client_id) != self._client_id:
            raise _RefusedError("authorised_party")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise _RefusedError("nonce")
        return claims


def _usable(listed: Iterable[Any]) -> KeySet:
    """The keys that can be used. One of a kind not known here, or one that the library warns of
    (RSA under 2,048 bits), is passed over and its signatures with it (RFC 7517, section 5)."""
    keys = []
    for one in listed:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SecurityWarning)
            try:
                keys.append(JWKRegistry.import_key(one))
            except (JoseError, SecurityWarning, ValueError, TypeError) as error:
                _say("a key of the provider of accounts is passed over", error)
    return KeySet(keys)


async def _user_info(
    http: aiohttp.ClientSession,
    document: Mapping[str, Any],
    tokens: Mapping[str, Any],
    claims: Mapping[str, Any],
) -> dict[str, Any]:
    """The address, where the ID token does not hold it; of the same subject, or of nobody."""
    headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
    told = await _json(http, _endpoint(document, "userinfo_endpoint"), headers)
    if told.get("sub") != claims["sub"]:
        raise _RefusedError("subject")
    return {name: told[name] for name in ("email", "email_verified") if name in told}


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    """An address that the document names: https, or this very machine."""
    address = str(document.get(name, ""))
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE):
        return address
    raise _RefusedError(name)


async def _json(
    http: aiohttp.ClientSession, address: str, headers: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    async with http.get(address, headers=headers, allow_redirects=False) as response:
        if response.status != 200:
            raise _RefusedError("answer")
        return await _object(response)


async def _object(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    """A JSON object of a sane size."""
    body = b""
    async for part in response.content.iter_chunked(16 * 1024):
        body += part
        if len(body) > _MOST_BYTES:
            raise _RefusedError("size")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise _RefusedError("answer")
    return found


def _say(what: str, error: Exception) -> None:
    why = str(error) if isinstance(error, _RefusedError) else type(error).__name__
    log.warning(what, extra={"why": why})
