"""Two providers of accounts on loopback: a real one, and one that lies as it is told to.

The liar speaks the same protocol and signs with its own key; what it says in a token is the test's
to choose. It holds every client to PKCE, which the real one does not."""

import base64
import hashlib
import re
import secrets
import time
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.web.browser import COOKIE
from bot.web.sign_in import ATTEMPT
from tests.world import World

CLIENT = "encompass"


class Liar:
    """A provider whose tokens are what `lies` makes of them."""

    def __init__(self) -> None:
        self.lies: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.signs_with = self.key
        self.keys_beside: list[dict[str, Any]] = []
        self.header = {"alg": "RS256", "kid": "one"}
        self.challenges_met = 0
        self._codes: dict[str, dict[str, str]] = {}
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._document)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        app.router.add_get("/keys", self._keys)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()

    async def _document(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def _authorize(self, request: web.Request) -> web.Response:
        code = secrets.token_urlsafe(8)
        self._codes[code] = dict(request.query)
        back = f"{request.query['redirect_uri']}?code={code}&state={request.query['state']}"
        raise web.HTTPFound(back)

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self._codes.pop(str(form["code"]), None)
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        met = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or met != asked["code_challenge"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.challenges_met += 1
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": "1", "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], **self.claims, **self.lies,
        }  # fmt: skip
        token = jwt.encode(self.header, claims, self.signs_with, algorithms=[self.header["alg"]])
        return web.json_response({"access_token": "a", "token_type": "Bearer", "id_token": token})

    async def _keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [*self.keys_beside, self.key.as_dict(private=False)]})


class Browser:
    """Follows whoever sends it somewhere, and keeps our cookies."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self._ours = str(world.http.base_url).rstrip("/")
        self._http = http
        self.cookies: dict[str, str] = {}
        self.response = httpx.Response(200)

    async def begins(self) -> str:
        """Where our page sends it."""
        await self.get("/sign-in/go")
        assert self.response.status_code == 303, self.response.text
        return self.response.headers["location"]

    async def signs_in_as(self, sub: str, address: str) -> str:
        """At the real provider's form, by pressing its button; where that sends it back to."""
        response = await self._http.post(address, data={"sub": sub})
        return response.headers["location"]

    async def is_sent_on(self, address: str) -> str:
        """Where another site's address sends it."""
        response = await self._http.get(address)
        return response.headers["location"]

    async def get(self, address: str) -> None:
        """One of our own addresses."""
        await self._ask("GET", address)

    async def post(self, address: str, **fields: str) -> None:
        token = re.search(r'name="form" value="(\w+)"', self.response.text)
        form = {"form": token[1] if token else "", **fields}
        await self._ask("POST", address, data=form, headers={"Sec-Fetch-Site": "same-origin"})

    async def _ask(self, method: str, address: str, **more: Any) -> None:
        address = address.removeprefix(self._ours)
        headers = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        headers |= more.pop("headers", {})
        self.response = await self._http.request(
            method, self._ours + address, headers=headers, **more
        )
        for line in self.response.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)

    @property
    def is_in(self) -> bool:
        return COOKIE in self.cookies

    @property
    def has_begun(self) -> bool:
        return ATTEMPT in self.cookies


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]
