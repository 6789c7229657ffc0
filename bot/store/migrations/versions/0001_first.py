"""The whole journey: taking in, duties, directory, telling, hearing, answers."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_alarms"),
    )
    op.create_table(
        "chats",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name="pk_chats"),
    )
    op.create_table(
        "config_versions",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_config_versions"),
    )
    op.create_index("ix_config_versions_kind", "config_versions", ["kind", "id"], unique=False)
    op.create_table(
        "enrolment_failures",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("address", name="pk_enrolment_failures"),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "pace",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("next_slot_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_pace"),
    )
    op.create_table(
        "partners",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_partners"),
        sa.UniqueConstraint("name", name="uq_partners_name"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("chosen_language", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("eligible_from", sa.Date(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "schools",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_cy", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("nurse_team", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_schools"),
    )
    op.create_table(
        "telegram_updates",
        sa.Column("update_id", _Key, autoincrement=False, nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("update_id", name="pk_telegram_updates"),
    )
    op.create_index(
        "ix_telegram_updates_due",
        "telegram_updates",
        ["update_id"],
        unique=False,
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_table(
        "absences",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_absences_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
    )
    op.create_index("ix_absences_person_id", "absences", ["person_id"], unique=False)
    op.create_table(
        "contact_methods",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_contact_methods_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_methods"),
    )
    op.create_index("ix_contact_methods_person_id", "contact_methods", ["person_id"], unique=False)
    op.create_index(
        "uq_contact_methods_address",
        "contact_methods",
        ["channel", "address"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "uq_contact_methods_person",
        "contact_methods",
        ["person_id", "channel"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "enrolment_codes",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_enrolment_codes_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment_codes"),
        sa.UniqueConstraint("sha256", name="uq_enrolment_codes_sha256"),
    )
    op.create_table(
        "notifications",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("partner_id", _Key, nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("raised_version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("excluded", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("raise_due_at", sa.BigInteger(), nullable=True),
        sa.Column("raise_attempts", sa.Integer(), nullable=False),
        sa.Column("sender_closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_notifications_partner_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint(
            "partner_id", "source_reference", name="uq_notifications_partner_id_source_reference"
        ),
        sa.UniqueConstraint("reference", name="uq_notifications_reference"),
    )
    op.create_index(
        "ix_notifications_due",
        "notifications",
        ["raise_due_at"],
        unique=False,
        sqlite_where=sa.text("raise_due_at is not null"),
        postgresql_where=sa.text("raise_due_at is not null"),
    )
    op.create_index(
        "ix_notifications_received",
        "notifications",
        ["raise_due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_index(
        "ix_notifications_triage",
        "notifications",
        ["raise_due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'triage'"),
        postgresql_where=sa.text("state = 'triage'"),
    )
    op.create_index(
        "ix_notifications_behind",
        "notifications",
        ["state"],
        unique=False,
        sqlite_where=sa.text("raised_version < version"),
        postgresql_where=sa.text("raised_version < version"),
    )
    op.create_table(
        "partner_keys",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("partner_id", _Key, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name="fk_partner_keys_partner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_partner_keys"),
        sa.UniqueConstraint("sha256", name="uq_partner_keys_sha256"),
    )
    op.create_table(
        "receipts",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("partner_id", _Key, nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name="fk_receipts_partner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
    )
    op.create_index("ix_receipts_sha256", "receipts", ["sha256"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("notification_id", _Key, nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("raising", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("bell_at", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Integer(), nullable=False),
        sa.Column("next_step_at", sa.BigInteger(), nullable=True),
        sa.Column("last_told_at", sa.BigInteger(), nullable=True),
        sa.Column("hurry", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name="fk_alerts_notification_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint(
            "notification_id",
            "leg",
            "school_code",
            "task",
            name="uq_alerts_notification_id_leg_school_code_task",
        ),
    )
    op.create_index(
        "ix_alerts_due",
        "alerts",
        ["next_step_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_alerts_stranded",
        "alerts",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'open' and next_step_at is null"),
        postgresql_where=sa.text("state = 'open' and next_step_at is null"),
    )
    op.create_table(
        "notification_versions",
        sa.Column("notification_id", _Key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("receipt_id", _Key, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name="fk_notification_versions_notification_id",
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipts.id"], name="fk_notification_versions_receipt_id"
        ),
        sa.PrimaryKeyConstraint("notification_id", "version", name="pk_notification_versions"),
    )
    op.create_table(
        "acknowledgements",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("children", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_acknowledgements_alert_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_acknowledgements_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgements"),
        sa.UniqueConstraint(
            "alert_id",
            "person_id",
            "version",
            "children",
            name="uq_acknowledgements_alert_id_person_id_version_children",
        ),
    )
    op.create_table(
        "alert_children",
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("year_group", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_children_alert_id"),
        sa.PrimaryKeyConstraint("alert_id", "number", name="pk_alert_children"),
    )
    op.create_table(
        "disclosures",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("children", sa.Text(), nullable=False),
        sa.Column("matrix_version", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("disclosed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_disclosures_alert_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_disclosures_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disclosures"),
    )
    op.create_index("ix_disclosures_alert_id", "disclosures", ["alert_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("notification_id", _Key, nullable=True),
        sa.Column("alert_id", _Key, nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_events_alert_id"),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name="fk_events_notification_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_events_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_notification_id", "events", ["notification_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("contact_id", _Key, nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("alert_id", _Key, nullable=True),
        sa.Column("parent_id", _Key, nullable=True),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("bell_at", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unknowns", sa.Integer(), nullable=False),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_messages_alert_id"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact_methods.id"], name="fk_messages_contact_id"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["messages.id"], name="fk_messages_parent_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_messages_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_card", "messages", ["alert_id", "person_id"], unique=False)
    op.create_index(
        "ix_messages_claimed",
        "messages",
        ["address"],
        unique=False,
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index(
        "ix_messages_provider", "messages", ["address", "provider_message_id"], unique=False
    )
    op.create_index(
        "ix_messages_queue",
        "messages",
        ["priority", "bell_at", "rank", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_messages_waiting",
        "messages",
        ["contact_id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "uq_messages_refresh",
        "messages",
        ["parent_id"],
        unique=True,
        sqlite_where=sa.text("state = 'pending' and operation = 'edit'"),
        postgresql_where=sa.text("state = 'pending' and operation = 'edit'"),
    )
    op.create_index(
        "uq_messages_stranger",
        "messages",
        ["address"],
        unique=True,
        sqlite_where=sa.text("state = 'pending' and kind = 'neutral'"),
        postgresql_where=sa.text("state = 'pending' and kind = 'neutral'"),
    )
    op.create_table(
        "triage_tasks",
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("child_number", sa.Integer(), nullable=True),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_triage_tasks_alert_id"),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name="fk_triage_tasks_decided_by"),
        sa.PrimaryKeyConstraint("alert_id", name="pk_triage_tasks"),
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("message_id", _Key, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_delivery_attempts_message_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_attempts"),
    )
    op.create_index(
        "ix_delivery_attempts_message_id", "delivery_attempts", ["message_id"], unique=False
    )
    op.create_table(
        "tellings",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("message_id", _Key, nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_tellings_alert_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_tellings_message_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_tellings_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tellings"),
        sa.UniqueConstraint(
            "alert_id",
            "person_id",
            "kind",
            "occasion",
            name="uq_tellings_alert_id_person_id_kind_occasion",
        ),
    )
    op.create_index("ix_tellings_message_id", "tellings", ["message_id"], unique=False)
    op.create_index("ix_tellings_person_id", "tellings", ["person_id"], unique=False)
    op.create_table(
        "views",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("disclosure_id", _Key, nullable=False),
        sa.Column("message_id", _Key, nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("hide_at", sa.BigInteger(), nullable=False),
        sa.Column("hidden_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["disclosures.id"], name="fk_views_disclosure_id"
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_views_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_views"),
    )
    op.create_index("ix_views_message_id", "views", ["message_id"], unique=False)
    op.create_index(
        "ix_views_open",
        "views",
        ["hide_at"],
        unique=False,
        sqlite_where=sa.text("hidden_at is null"),
        postgresql_where=sa.text("hidden_at is null"),
    )
    op.create_index(
        "uq_views_card",
        "views",
        ["message_id"],
        unique=True,
        sqlite_where=sa.text("hidden_at is null"),
        postgresql_where=sa.text("hidden_at is null"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_views_card",
        table_name="views",
        sqlite_where=sa.text("hidden_at is null"),
        postgresql_where=sa.text("hidden_at is null"),
    )
    op.drop_index(
        "ix_views_open",
        table_name="views",
        sqlite_where=sa.text("hidden_at is null"),
        postgresql_where=sa.text("hidden_at is null"),
    )
    op.drop_index("ix_views_message_id", table_name="views")
    op.drop_table("views")
    op.drop_index("ix_tellings_person_id", table_name="tellings")
    op.drop_index("ix_tellings_message_id", table_name="tellings")
    op.drop_table("tellings")
    op.drop_index("ix_delivery_attempts_message_id", table_name="delivery_attempts")
    op.drop_table("delivery_attempts")
    op.drop_table("triage_tasks")
    op.drop_index(
        "uq_messages_stranger",
        table_name="messages",
        sqlite_where=sa.text("state = 'pending' and kind = 'neutral'"),
        postgresql_where=sa.text("state = 'pending' and kind = 'neutral'"),
    )
    op.drop_index(
        "uq_messages_refresh",
        table_name="messages",
        sqlite_where=sa.text("state = 'pending' and operation = 'edit'"),
        postgresql_where=sa.text("state = 'pending' and operation = 'edit'"),
    )
    op.drop_index(
        "ix_messages_waiting",
        table_name="messages",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_index(
        "ix_messages_queue",
        table_name="messages",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_index("ix_messages_provider", table_name="messages")
    op.drop_index(
        "ix_messages_claimed",
        table_name="messages",
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.drop_index("ix_messages_card", table_name="messages")
    op.drop_table("messages")
    op.drop_index("ix_events_notification_id", table_name="events")
    op.drop_table("events")
    op.drop_index("ix_disclosures_alert_id", table_name="disclosures")
    op.drop_table("disclosures")
    op.drop_table("alert_children")
    op.drop_table("acknowledgements")
    op.drop_table("notification_versions")
    op.drop_index(
        "ix_alerts_stranded",
        table_name="alerts",
        sqlite_where=sa.text("state = 'open' and next_step_at is null"),
        postgresql_where=sa.text("state = 'open' and next_step_at is null"),
    )
    op.drop_index(
        "ix_alerts_due",
        table_name="alerts",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_table("alerts")
    op.drop_index("ix_receipts_sha256", table_name="receipts")
    op.drop_table("receipts")
    op.drop_table("partner_keys")
    op.drop_index(
        "ix_notifications_behind",
        table_name="notifications",
        sqlite_where=sa.text("raised_version < version"),
        postgresql_where=sa.text("raised_version < version"),
    )
    op.drop_index(
        "ix_notifications_triage",
        table_name="notifications",
        sqlite_where=sa.text("state = 'triage'"),
        postgresql_where=sa.text("state = 'triage'"),
    )
    op.drop_index(
        "ix_notifications_received",
        table_name="notifications",
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.drop_index(
        "ix_notifications_due",
        table_name="notifications",
        sqlite_where=sa.text("raise_due_at is not null"),
        postgresql_where=sa.text("raise_due_at is not null"),
    )
    op.drop_table("notifications")
    op.drop_table("enrolment_codes")
    op.drop_index(
        "uq_contact_methods_person",
        table_name="contact_methods",
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
    op.drop_index(
        "uq_contact_methods_address",
        table_name="contact_methods",
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
    op.drop_index("ix_contact_methods_person_id", table_name="contact_methods")
    op.drop_table("contact_methods")
    op.drop_index("ix_absences_person_id", table_name="absences")
    op.drop_table("absences")
    op.drop_index(
        "ix_telegram_updates_due",
        table_name="telegram_updates",
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )
    op.drop_table("telegram_updates")
    op.drop_table("schools")
    op.drop_table("people")
    op.drop_table("partners")
    op.drop_table("pace")
    op.drop_table("leases")
    op.drop_table("facts")
    op.drop_table("enrolment_failures")
    op.drop_index("ix_config_versions_kind", table_name="config_versions")
    op.drop_table("config_versions")
    op.drop_table("chats")
    op.drop_table("alarms")
