"""The ways beside Telegram, built from the settings: part of the composition root.

A module of its own, as `connect` is: only the running service loads what sends e-mails and SMS.
"""

from bot.clock import Clock
from bot.domain.delivery import Notifier
from bot.domain.people import Channel
from bot.notifiers.email import EmailNotifier, MailServer, Tls
from bot.notifiers.sms import Notify, SmsNotifier
from bot.settings import Settings


def second_notifiers(settings: Settings, clock: Clock) -> dict[Channel, Notifier]:
    """Whatever sends by each way that is set up; nothing is sent yet."""
    built: dict[Channel, Notifier] = {
        Channel.EMAIL: EmailNotifier(_mail_server(settings), clock),
        Channel.SMS: SmsNotifier(_notify(settings), clock),
    }
    return {way: built[way] for way in settings.ways_beside_telegram}


def _mail_server(settings: Settings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        tls=Tls(settings.smtp_tls.value),
    )


def _notify(settings: Settings) -> Notify:
    return Notify(
        api=settings.notify_api.rstrip("/"),
        key=settings.notify_key.get_secret_value(),
        template=settings.notify_template,
    )
