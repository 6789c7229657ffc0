"""What a provider says later of a message that it had accepted, in our words: never more than it
knows. "Delivered" is to the telephone; nobody knows who reads it.
"""

from enum import StrEnum


class Receipt(StrEnum):
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    """This time: the telephone was off, or the network failed."""
    DEAD = "dead"
    """There is no such telephone."""


_OF_NOTIFY = {
    "delivered": Receipt.DELIVERED,
    "temporary-failure": Receipt.NOT_DELIVERED,
    "technical-failure": Receipt.NOT_DELIVERED,
    "permanent-failure": Receipt.DEAD,
}


def notify_receipt(status: str) -> Receipt | None:
    """The receipt that a status of GOV.UK Notify is; None for any other word."""
    return _OF_NOTIFY.get(status)
