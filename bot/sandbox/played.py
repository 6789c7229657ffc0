"""Which methods the sandbox plays, and which of their parameters it gives a meaning to.

Both halves are written out, so that an aiogram that knows more than this file fails a test:
someone must then decide whether the new parameter is played or refused aloud.
"""

PLAYED: dict[str, frozenset[str]] = {
    "getMe": frozenset(),
    "getUpdates": frozenset({"offset", "limit", "timeout", "allowed_updates"}),
    "setWebhook": frozenset(
        {"url", "secret_token", "allowed_updates", "drop_pending_updates", "max_connections"}
    ),
    "deleteWebhook": frozenset({"drop_pending_updates"}),
    "getWebhookInfo": frozenset(),
    "sendMessage": frozenset(
        {
            "chat_id",
            "text",
            "reply_markup",
            "protect_content",
            "disable_notification",
            "disable_web_page_preview",  # what older programs say for the one below
            "link_preview_options",
        }
    ),
    "editMessageText": frozenset(
        {"chat_id", "message_id", "text", "reply_markup", "link_preview_options"}
    ),
    "editMessageReplyMarkup": frozenset({"chat_id", "message_id", "reply_markup"}),
    "deleteMessage": frozenset({"chat_id", "message_id"}),
    "answerCallbackQuery": frozenset({"callback_query_id", "text", "show_alert", "cache_time"}),
    "setMyCommands": frozenset({"commands", "scope", "language_code"}),
    "getMyCommands": frozenset({"scope", "language_code"}),
    "deleteMyCommands": frozenset({"scope", "language_code"}),
    "setChatMenuButton": frozenset({"chat_id", "menu_button"}),
    "leaveChat": frozenset({"chat_id"}),
}
"""The parameters with a meaning here, by method, as Telegram spells them."""

_MARKUP = frozenset({"parse_mode", "entities"})
"""Never played: the product sends plain text, so that free text stays data."""

UNPLAYED: dict[str, frozenset[str]] = {
    "setWebhook": frozenset({"certificate", "ip_address"}),
    "sendMessage": _MARKUP
    | {
        "allow_paid_broadcast",
        "allow_sending_without_reply",
        "business_connection_id",
        "callback_query_id",
        "direct_messages_topic_id",
        "ephemeral_message_parameters",
        "message_effect_id",
        "message_thread_id",
        "receiver_user_id",
        "reply_parameters",
        "reply_to_message_id",
        "suggested_post_parameters",
    },
    "editMessageText": _MARKUP
    | {
        "business_connection_id",
        "disable_web_page_preview",
        "inline_message_id",
        "rich_message",
    },
    "editMessageReplyMarkup": frozenset({"business_connection_id", "inline_message_id"}),
    "answerCallbackQuery": frozenset({"url"}),
}
"""The parameters that aiogram knows and the sandbox refuses aloud."""
