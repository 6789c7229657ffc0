"""What people ask for in the chat: what is open, their language, their absence, help.

Stateless: every screen is made afresh from the rows and survives restarts and upgrades.
"""

from bot.domain.cover import Reachable
from bot.domain.delivery import Operation
from bot.domain.message import Kind, Priority
from bot.domain.people import Channel, ContactMethod
from bot.domain.routing import InForce
from bot.flow.answer import language_buttons, tell_lines, tell_stranger
from bot.flow.contact import contact_is_back
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.menu import owe_menus
from bot.flow.reply import Reply, nothing_here
from bot.flow.retell import retell
from bot.flow.tell import message_row
from bot.rendering.catalogue import LANGUAGES, words
from bot.store import directory, messages
from bot.store.unit_of_work import Tx


async def who(ctx: Context, address: str) -> str | None:
    """The id of the person whose account this is, if they are in the directory."""
    async with ctx.store.reading() as tx:
        holder = await directory.holder_of(tx, Channel.TELEGRAM, address)
        known = await in_force(ctx, tx)
    return holder[0] if holder and holder[0] in known.directory.people else None


async def nothing_for(ctx: Context, address: str) -> Reply:
    """The neutral answer in the language of whoever holds this account: a button that nobody made
    must not look unlike one that is somebody else's."""
    person_id = await who(ctx, address)
    async with ctx.store.reading() as tx:
        person = (await in_force(ctx, tx)).directory.people.get(person_id or "")
    return nothing_here(person.language if person else "en")


async def asker(ctx: Context, tx: Tx, address: str) -> tuple[InForce, Reachable] | None:
    """Who asks, as someone who can be answered; None for a stranger, who then gets the neutral
    answer."""
    holder = await directory.holder_of(tx, Channel.TELEGRAM, address)
    known = await in_force(ctx, tx)
    person = known.directory.people.get(holder[0]) if holder else None
    if person is None or holder is None:
        await tell_stranger(tx, ctx.now(), address)
        return None
    to = Reachable(person, ContactMethod(holder[1], Channel.TELEGRAM, address))
    await contact_is_back(ctx, tx, to)
    return known, to


async def stranger(ctx: Context, address: str) -> None:
    """The one neutral answer, whatever they sent."""
    async with ctx.store.unit() as tx:
        await tell_stranger(tx, ctx.now(), address)


async def leave_group(ctx: Context, address: str) -> None:
    """The bot talks in private chats only; nothing is said on leaving."""
    async with ctx.store.unit() as tx:
        row = message_row(
            Kind.LEAVE,
            address,
            ctx.now(),
            priority=Priority.STRANGER,
            operation=Operation.LEAVE,
        )
        await messages.add(tx, [row])
        tx.wake(Stage.DISPATCH)


async def help_text(ctx: Context, address: str) -> None:
    async with ctx.store.unit() as tx:
        if asking := await asker(ctx, tx, address):
            to = asking[1]
            line = words(to.person.language).say("answer.help")
            await tell_lines(tx, ctx.now(), to, [line])


async def open_alerts(ctx: Context, address: str) -> None:
    """`/alerts`: the card of each open alert that this person may take, sent anew."""
    async with ctx.store.unit() as tx:
        if asking := await asker(ctx, tx, address):
            to, now = asking[1], ctx.now()
            say = words(to.person.language)
            count = await retell(tx, ctx, to, f"asked.{int(now.timestamp() * 1000)}")
            nothing = say.say("answer.nothing_open")
            line = say.count("answer.alerts_follow", count) if count else nothing
            await tell_lines(tx, now, to, [line])


async def choose_language(ctx: Context, address: str) -> None:
    """`/language`: offers both, each by its own name."""
    async with ctx.store.unit() as tx:
        if asking := await asker(ctx, tx, address):
            to = asking[1]
            line = words(to.person.language).say("answer.choose_language")
            await tell_lines(tx, ctx.now(), to, [line], buttons=language_buttons())


async def set_language(ctx: Context, address: str, language: str) -> Reply:
    """Their own choice; what is sent from now on, every card shown anew and the chat's menu follow
    it."""
    if language not in LANGUAGES:
        return await nothing_for(ctx, address)
    async with ctx.store.unit() as tx:
        holder = await directory.holder_of(tx, Channel.TELEGRAM, address)
        if holder is None:
            return nothing_here()
        await directory.set_language(tx, holder[0], language)
        await owe_menus(tx, ctx.now(), [address])
        return Reply("answer.language_set", language)
