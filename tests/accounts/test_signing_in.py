"""An authority's own accounts: in by a verified address that is one person's in the directory now,
and by nothing else; asked again at each request; and to no notice's details."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey, RSAKey
from oidc_provider_mock import User, run_server_in_thread

from bot.domain.people import Role
from bot.flow.leave import leave
from tests.accounts.provider import CLIENT, Browser, Liar
from tests.world import World

REFUSED = "You are not signed in"
MAIL = "dilys@authority.example"


def user(sub: str, email: str, *, verified: bool = True) -> User:
    return User(sub=sub, claims={"email": email, "email_verified": verified})


USERS = (
    user("dilys", "Dilys@Authority.example"),
    user("mair", "mair@bryn.example"),
    user("unverified", MAIL, verified=False),
    user("stranger", "somebody@elsewhere.example"),
    user("shared", "office@bryn.example"),
)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def town(world: World) -> World:
    """A coordinator and a DSP with addresses of their own, and two who share one. A provider's
    clock is the machine's, and so is ours here."""
    await world.without_nurses()
    await world.starts_at(datetime.now(UTC).replace(microsecond=0))
    await world.school("Ysgol Bryn", code="9992001")
    await world.person("Mair", Role.DSP, schools=["9992001"], email="mair@bryn.example")
    await world.person("Owen", Role.DEPUTY_DSP, schools=["9992001"], email="office@bryn.example")
    await world.person("Head", Role.HEAD_TEACHER, schools=["9992001"], email="office@bryn.example")
    await world.person("Dilys", Role.COORDINATOR, everywhere=True, email=MAIL)
    return world


async def at(world: World, stack: AsyncExitStack, issuer: str) -> Browser:
    """The service with this provider, and a browser in front of it."""
    await world.opens_details_on_the_page(
        oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret="a secret"
    )
    return Browser(world, await stack.enter_async_context(httpx.AsyncClient(timeout=30)))


@pytest.fixture
async def browser(town: World, stack: AsyncExitStack) -> Browser:
    """In front of the real provider."""
    server = stack.enter_context(run_server_in_thread(user_claims=USERS))
    return await at(town, stack, f"http://localhost:{server.server_port}")


async def signs_in(browser: Browser, sub: str) -> None:
    await browser.get(await browser.signs_in_as(sub, await browser.begins()))


# --- a real provider -----------------------------------------------------------------------------


async def test_a_coordinator_comes_in_to_the_console(browser: Browser) -> None:
    await signs_in(browser, "dilys")
    assert browser.response.status_code == 200
    assert browser.response.headers["refresh"] == "0; url=/console"
    assert not browser.has_begun
    await browser.get("/console")
    assert browser.response.status_code == 200
    assert "Dilys" in browser.response.text


async def test_anybody_else_comes_to_their_own_page(browser: Browser) -> None:
    await signs_in(browser, "mair")
    assert browser.response.headers["refresh"] == "0; url=/me"
    await browser.get("/me")
    assert "Mair, designated safeguarding person" in browser.response.text
    await browser.get("/console")
    assert browser.response.status_code == 404


async def test_their_cookie_is_kept_from_other_sites_and_scripts(browser: Browser) -> None:
    await signs_in(browser, "mair")
    [line] = [c for c in browser.response.headers.get_list("set-cookie") if "encompass=" in c]
    assert line.endswith("; Path=/; Secure; HttpOnly; SameSite=Strict")


@pytest.mark.parametrize("sub", ["unverified", "stranger", "shared"])
async def test_an_unverified_a_strange_and_a_shared_address_get_the_same_nothing(
    browser: Browser, sub: str
) -> None:
    await signs_in(browser, sub)
    assert browser.response.status_code == 401
    assert REFUSED in browser.response.text
    assert not browser.is_in


async def test_a_wrong_state_is_refused(browser: Browser) -> None:
    back = await browser.signs_in_as("dilys", await browser.begins())
    await browser.get(back[:-3] + "abc")
    assert browser.response.status_code == 401
    assert not browser.is_in


async def test_what_another_browser_began_is_refused(browser: Browser, town: World) -> None:
    back = await browser.signs_in_as("dilys", await browser.begins())
    browser.cookies.clear()
    await browser.get(back)
    assert not browser.is_in
    await browser.begins()  # a try of its own, and the other's code
    await browser.get(back)
    assert not browser.is_in


async def test_a_code_signs_in_once(browser: Browser) -> None:
    back = await browser.signs_in_as("dilys", await browser.begins())
    kept = dict(browser.cookies)
    await browser.get(back)
    assert browser.is_in
    browser.cookies = kept
    await browser.get(back)
    assert browser.response.status_code == 401
    assert not browser.is_in


async def test_a_try_is_over_after_ten_minutes(browser: Browser, town: World) -> None:
    back = await browser.signs_in_as("dilys", await browser.begins())
    await town.advance(minutes=10)
    await browser.get(back)
    assert not browser.is_in


async def test_a_token_that_is_over_is_refused(town: World, stack: AsyncExitStack) -> None:
    over = run_server_in_thread(user_claims=USERS, access_token_max_age=timedelta(minutes=-5))
    server = stack.enter_context(over)
    browser = await at(town, stack, f"http://localhost:{server.server_port}")
    await signs_in(browser, "dilys")
    assert browser.response.status_code == 401


async def test_a_leaver_is_out_in_mid_session(browser: Browser, town: World) -> None:
    await town.person("Cydlynydd", Role.COORDINATOR, everywhere=True)
    await signs_in(browser, "dilys")
    await leave(town.ctx, "dilys", "command line")
    await browser.get("/me")
    assert browser.response.status_code == 401
    await signs_in(browser, "dilys")
    assert browser.response.status_code == 401
    town.everyone_is_accounted_for()


async def test_whose_address_changes_or_becomes_anothers_too_is_out(
    browser: Browser, town: World
) -> None:
    await signs_in(browser, "mair")
    await browser.get("/me")
    assert browser.response.status_code == 200
    await town.change("Owen", email="mair@bryn.example")
    await browser.get("/me")
    assert browser.response.status_code == 401
    await town.change("Owen", email="owen@bryn.example")
    await town.change("Mair", email="mair.evans@bryn.example")
    await browser.get("/me")
    assert browser.response.status_code == 401


async def test_a_role_is_asked_at_each_request(browser: Browser, town: World) -> None:
    await signs_in(browser, "dilys")
    await town.person("Cydlynydd", Role.COORDINATOR, everywhere=True)
    await town.change("Dilys", role=Role.HEAD_TEACHER)
    await browser.get("/console")
    assert browser.response.status_code == 404


async def test_it_leads_to_no_notices_details(browser: Browser, town: World) -> None:
    from tests.builders import child_of

    await town.police.send(child_of(town._schools["9992001"]))
    town.everyone_is_accounted_for()
    await signs_in(browser, "mair")
    await browser.get("/alert/1")
    assert browser.response.status_code == 404
    await browser.get("/me")
    await browser.post("/alert/1/acknowledge")
    assert browser.response.status_code == 404
    await browser.get("/alert/1/stands")
    assert browser.response.status_code == 404


async def test_one_changes_ones_own_page_and_nobody_elses(browser: Browser, town: World) -> None:
    await signs_in(browser, "mair")
    await browser.get("/me")
    await browser.post("/me/language", language="cy")
    await browser.get("/me")
    assert "Fy nhudalen fy hun" in browser.response.text
    await browser.post("/me/test")
    await town.advance(seconds=2)
    town.phone("Mair").expects("me.test")
    day = (town.clock.now() + timedelta(days=3)).date().isoformat()
    await browser.get("/me")
    await browser.post("/me/away", first=day, last=day)
    await browser.get("/me")
    assert "Nid oes neb yn cymryd eich lle." in browser.response.text
    await town.advance(seconds=3)
    town.everyone_is_accounted_for()


async def test_a_form_from_elsewhere_changes_nothing(browser: Browser, town: World) -> None:
    await signs_in(browser, "mair")
    await browser.post("/me/test")  # no token of this session's page
    assert browser.response.status_code == 401
    await town.advance(seconds=2)
    town.phone("Mair").heard_nothing()


async def test_where_the_provider_is_down_it_is_said(town: World, stack: AsyncExitStack) -> None:
    browser = await at(town, stack, "http://127.0.0.1:9")
    await browser.get("/sign-in/go")
    assert browser.response.status_code == 503
    assert "does not work at the moment" in browser.response.text


async def test_without_a_provider_there_is_no_such_address(
    town: World, stack: AsyncExitStack
) -> None:
    await town.opens_details_on_the_page()
    browser = Browser(town, await stack.enter_async_context(httpx.AsyncClient(timeout=30)))
    for address in ("/sign-in", "/sign-in/go", "/sign-in/back"):
        await browser.get(address)
        assert browser.response.status_code == 404


# --- a provider that lies ------------------------------------------------------------------------


@pytest.fixture
async def liar(stack: AsyncExitStack) -> Liar:
    liar = await stack.enter_async_context(Liar())
    liar.claims = {"email": MAIL, "email_verified": True}
    return liar


async def goes_round(town: World, stack: AsyncExitStack, liar: Liar) -> Browser:
    browser = await at(town, stack, liar.url)
    await browser.get(await browser.is_sent_on(await browser.begins()))
    return browser


async def test_told_no_lie_it_is_believed_and_its_challenge_is_met(
    town: World, stack: AsyncExitStack, liar: Liar
) -> None:
    assert (await goes_round(town, stack, liar)).is_in
    assert liar.challenges_met == 1


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": ""},
        {"aud": "somebody else"},
        {"aud": [CLIENT, "somebody else"]},
        {"azp": "somebody else"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1_000_000_000},
        {"iat": 4_000_000_000},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": ["dilys@authority.example"]},
        {"email": ""},
    ],
    ids=str,
)
async def test_a_claim_that_is_not_right_is_no_sign_in(
    town: World, stack: AsyncExitStack, liar: Liar, lies: dict[str, object]
) -> None:
    liar.lies = lies
    browser = await goes_round(town, stack, liar)
    assert browser.response.status_code == 401
    assert not browser.is_in


async def test_anothers_signature_and_one_by_the_clients_secret_are_none(
    town: World, stack: AsyncExitStack, liar: Liar
) -> None:
    liar.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert not (await goes_round(town, stack, liar)).is_in
    liar.signs_with = OctKey.import_key("a secret that is long enough for it")  # type: ignore[assignment]
    liar.header = {"alg": "HS256", "kid": "one"}
    assert not (await goes_round(town, stack, liar)).is_in


async def test_keys_of_kinds_unknown_here_take_nothing_from_the_one_that_signs(
    town: World, stack: AsyncExitStack, liar: Liar
) -> None:
    liar.keys_beside = [{"kty": "AKP", "kid": "new", "pub": "x"}, {"kty": "RSA", "kid": "torn"}]
    assert (await goes_round(town, stack, liar)).is_in


async def test_a_key_too_short_to_trust_signs_nothing(
    town: World, stack: AsyncExitStack, liar: Liar
) -> None:
    with pytest.warns(SecurityWarning):
        liar.key = RSAKey.generate_key(1024, {"kid": "one", "use": "sig"})
    liar.signs_with = liar.key
    browser = await goes_round(town, stack, liar)
    assert browser.response.status_code == 401
    assert not browser.is_in
