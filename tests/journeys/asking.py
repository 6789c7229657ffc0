"""What the journeys of a question share: asking it on a card, and what a card then shows."""

from bot.sandbox.chats import ChatMessage
from bot.sandbox.presses import Press
from tests.world import Phone, World


def said(press: Press) -> str:
    assert press.answer is not None
    return press.answer.text or ""


def buttons(card: ChatMessage) -> list[str]:
    return [button.text for row in card.buttons for button in row]


async def asks(phone: Phone, card: ChatMessage, *presses: str) -> Press:
    """Ask a question, then each choice on the same card."""
    press = await phone.press("Ask a question", card)
    for choice in presses:
        press = await phone.press(choice, card)
    return press


async def to_the_desk(world: World, card: ChatMessage, question: str = "Seen?") -> ChatMessage:
    """Mair asks it; the desk's card."""
    await asks(world.phone("Mair"), card, question)
    return world.phone("Desk").expects("card.question")
