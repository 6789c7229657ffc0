"""Every table, in the order of the journey. The state of a row is the queue (design: way of data).

Children's data stands in `receipts.raw`, `notifications.content`, `notification_versions.content`,
`triage_tasks.written`, `questions.wording` and `questions.text`, and nowhere else.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Time,
    UniqueConstraint,
    false,
    text,
)

from bot.domain.access import Way
from bot.domain.alert import AlertState, LateBy, Leg, Meaning, NotificationState
from bot.domain.asking import DeskAnswer, DeskQuestion
from bot.domain.containment import Outcome
from bot.domain.covers import CoverState
from bot.domain.delivery import Operation
from bot.domain.evening import CheckKind
from bot.domain.message import Kind, MessageState
from bot.domain.people import Channel, ContactState, Role
from bot.domain.plan import Answer, Choice, Offer
from bot.domain.school import Phase
from bot.domain.triage import Question
from bot.domain.versions import DraftState
from bot.store.types import Instant, Json, Key, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Key, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, **options: Any) -> Column[Any]:
    options.setdefault("nullable", False)
    return Column(name, ForeignKey(target), **options)


def _at(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    return Column(name, Instant, nullable=nullable, index=index)


def _where(index: str, *columns: str, condition: str, unique: bool = False) -> Index:
    """An index over the few rows that wait, so that a tick's cost is not the table's size."""
    clause = text(condition)
    return Index(index, *columns, unique=unique, sqlite_where=clause, postgresql_where=clause)


# --- taking in ---------------------------------------------------------------------------------

partners = Table(
    "partners",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    _at("created_at"),
)

partner_keys = Table(
    "partner_keys",
    metadata,
    _id(),
    _ref("partner_id", "partners.id"),
    Column("sha256", Text, nullable=False, unique=True),
    _at("created_at"),
    _at("revoked_at", nullable=True),
)

receipts = Table(
    "receipts",
    metadata,
    _id(),
    _ref("partner_id", "partners.id"),
    Column("door", Text, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("raw", LargeBinary),  # empty for a refusal and for bytes already held
    Column("outcome", Text, nullable=False),
    Column("faults", Json),
    _at("received_at"),
)

notifications = Table(
    "notifications",
    metadata,
    _id(),
    Column("reference", Text, nullable=False, unique=True),
    _ref("partner_id", "partners.id"),
    Column("source_reference", Text, nullable=False),
    Column("state", Word(NotificationState), nullable=False),
    Column("version", Integer, nullable=False),
    Column("raised_version", Integer, nullable=False, default=0),
    Column("content", Json, nullable=False),
    Column("excluded", Json, nullable=False),  # people's ids: all who are told nothing, as raised
    Column(
        "recused", Json, nullable=False, server_default="[]"
    ),  # of them, who asked it themselves
    # Each "not our pupil" in its order, a child's number and a school's code; never edited.
    Column("refused", Json, nullable=False, server_default="[]"),
    _at("received_at"),
    _at("raise_due_at", nullable=True),  # something is to be raised or looked at again
    Column("raise_attempts", Integer, nullable=False, default=0),
    _at("sender_closed_at", nullable=True),
    _ref("drill_id", "drills.id", nullable=True),  # a drill's, and counted nowhere else
    UniqueConstraint("partner_id", "source_reference"),
    _where("ix_notifications_due", "raise_due_at", condition="raise_due_at is not null"),
    _where("ix_notifications_received", "raise_due_at", condition="state = 'received'"),
    _where("ix_notifications_triage", "raise_due_at", condition="state = 'triage'"),
    _where("ix_notifications_behind", "state", condition="raised_version < version"),
    _where("ix_notifications_drill", "drill_id", condition="drill_id is not null"),
)

notification_versions = Table(
    "notification_versions",
    metadata,
    _ref("notification_id", "notifications.id", primary_key=True),
    Column("version", Integer, primary_key=True),
    _ref("receipt_id", "receipts.id"),
    Column("content", Json, nullable=False),
    _at("received_at"),
)

child_marks = Table(
    "child_marks",
    metadata,
    _ref("notification_id", "notifications.id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("mark", Text, nullable=False),  # made with a key; nothing of the child
    _at("told_at", nullable=True),  # the MASH desk, that it is one of several
    Index("ix_child_marks_mark", "mark"),
)

drills = Table(
    "drills",
    metadata,
    _id(),
    Column("schools", Json, nullable=False),  # their codes
    _ref("asked_by", "people.id", nullable=True),  # nobody's: asked for at the command line
    _at("created_at"),
    _at("start_at"),
    _at("end_at"),
    _at("confirmed_at", nullable=True),  # until then a proposal, of which nobody is told
    _at("started_at", nullable=True),
    Column("ended_by", Text),  # who ended it by hand
    _at("ended_at", nullable=True),
    Column("unreached", Json),  # who could not be told, by alert, as it stood when it ended
    _at("retry_at", nullable=True),  # it could not be moved on, and is put off until then
    _where(
        "ix_drills_open", "end_at", condition="confirmed_at is not null and ended_at is null"
    ),
)  # fmt: skip

# --- duties ------------------------------------------------------------------------------------

alerts = Table(
    "alerts",
    metadata,
    _id(),
    _ref("notification_id", "notifications.id"),
    Column("leg", Word(Leg), nullable=False),
    Column("school_code", Text, nullable=False),  # empty for a triage task
    Column("task", Text, nullable=False),  # what a triage task asks; empty for an alert
    Column("state", Word(AlertState), nullable=False),
    Column("raising", Integer, nullable=False),  # 1, and one more each time it is reopened
    _at("raised_at"),
    _at("bell_at"),
    Column("late", Boolean, nullable=False),  # raised after the bell that its arrival was for
    Column("notice_late_by", Word(LateBy)),  # who brought the notice after its day's opening
    _at("notice_was_due_at", nullable=True),  # when that was
    Column("policy", Json, nullable=False),  # the ladder as it was in force when raised
    Column("next_step", Integer, nullable=False),
    _at("next_step_at", nullable=True),
    _at("last_told_at", nullable=True),
    Column("hurry", Boolean, nullable=False, default=False),  # pull the next step forward once
    # Each passing on: by whom, to whom or which team, when. A team in it may take this one alert.
    Column("passed", Json, nullable=False, default=[], server_default="[]"),
    Column("urgent", Boolean, nullable=False, server_default=false()),  # waits for nothing
    _at("held_until", nullable=True),  # raised in the holidays, its ladder begins then
    _at("ended_at", nullable=True),
    UniqueConstraint("notification_id", "leg", "school_code", "task"),
    _where("ix_alerts_due", "next_step_at", condition="state = 'open'"),
    _where("ix_alerts_stranded", "id", condition="state = 'open' and next_step_at is null"),
    _where("ix_alerts_held", "held_until", condition="state = 'open' and held_until is not null"),
)

alert_children = Table(
    "alert_children",
    metadata,
    _ref("alert_id", "alerts.id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("year_group", Integer),
)

triage_tasks = Table(
    "triage_tasks",
    metadata,
    _ref("alert_id", "alerts.id", primary_key=True),
    Column("question", Word(Question), nullable=False),
    Column("child_number", Integer),
    Column("written", Json, nullable=False),  # the school, or the unknown id, as written
    Column("why", Text, nullable=False),
    Column("candidates", Json, nullable=False),
    Column("decision", Text),  # a school's code, a person's id, or empty for none of them
    _ref("decided_by", "people.id", nullable=True),
    _at("decided_at", nullable=True),
)

questions = Table(
    "questions",
    metadata,
    _ref("alert_id", "alerts.id", primary_key=True),  # the desk's duty, with its ladder
    _ref("about_id", "alerts.id"),  # the alert from which it was asked first
    Column("leg", Word(Leg), nullable=False),  # of that one
    Column("question", Word(DeskQuestion), nullable=False),
    Column("child_number", Integer, nullable=False),  # 0: about the incident
    Column("wording", Text),  # what the asker wrote beside it, on the page
    _at("asked_at"),
    _ref("owner", "people.id", nullable=True),  # who at the desk has taken it
    _at("taken_at", nullable=True),
    Column("answer", Word(DeskAnswer)),
    Column("text", Text),  # what the desk wrote, on the page
    _ref("answered_by", "people.id", nullable=True),
    _at("answered_at", nullable=True),
)

question_askers = Table(
    "question_askers",
    metadata,
    _id(),
    _ref("question_id", "questions.alert_id"),
    _ref("person_id", "people.id"),
    _ref("about_id", "alerts.id"),  # where they read the answer
    _at("asked_at"),
    UniqueConstraint("question_id", "person_id"),
)

# --- the directory -----------------------------------------------------------------------------

schools = Table(
    "schools",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_cy", Text, nullable=False),
    Column("aliases", Json, nullable=False),
    Column("phase", Word(Phase), nullable=False),
    Column("opens_at", Time, nullable=False),
    Column("closes_at", Time, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("nurse_team", Text, nullable=False),
    Column("authority", Text, nullable=False),
    _at("left_at", nullable=True),
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Word(Role), nullable=False),
    Column("scope", Json, nullable=False),
    Column("language", Text, nullable=False),
    Column("chosen_language", Text),  # their own choice in the chat outlives an import
    Column("position", Integer, nullable=False),  # people.csv calls it `order`
    Column("eligible_from", Date),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("holidays", Boolean, nullable=False, server_default=false()),  # on the holiday list
    _at("left_at", nullable=True),
)

contact_methods = Table(
    "contact_methods",
    metadata,
    _id(),
    _ref("person_id", "people.id", index=True),
    Column("channel", Word(Channel), nullable=False),
    Column("address", Text, nullable=False),
    Column("state", Word(ContactState), nullable=False),
    _at("enrolled_at"),
    _at("ended_at", nullable=True),
    _at("tested_at", nullable=True),  # when its holder last asked for a test
    # One account is one person, and one person has one account a channel (guarantees: security).
    # A school's mailbox or telephone may be several people's: nobody is known by those.
    _where(
        "uq_contact_methods_address", "channel", "address",
        condition="ended_at is null and channel = 'telegram'", unique=True,
    ),
    _where(
        "uq_contact_methods_person", "person_id", "channel",
        condition="ended_at is null", unique=True,
    ),
)  # fmt: skip

directory_imports = Table(
    "directory_imports",
    metadata,
    _id(),
    _at("imported_at"),
    Column("by", Text, nullable=False),  # a person's id, or the command line
    Column("counts", Json, nullable=False),  # new, changed, gone
    # What it changed, as it was before and left it; of the last few imports alone.
    Column("kept", LargeBinary),
    _ref("undoes", "directory_imports.id", nullable=True),
    _at("undone_at", nullable=True),
)

# What somebody at the console has looked at and not imported yet: files with staff details, for an
# hour at most.
uploads = Table(
    "uploads",
    metadata,
    _id(),
    _ref("person_id", "people.id", unique=True),  # never more than one open per person
    _at("uploaded_at", index=True),
    Column("files", Json, nullable=False),  # each one's name and length, in order
    Column("body", LargeBinary, nullable=False),  # all of them, one behind the other, packed
    Column("options", Json, nullable=False),  # what a published list does not carry
    sqlite_autoincrement=True,  # an older page's number is never a newer upload's
)

# Which column of a file is which field, as somebody said it once for this header.
column_mappings = Table(
    "column_mappings",
    metadata,
    Column("header", Text, primary_key=True),  # a mark of its column names
    Column("columns", Json, nullable=False),
    Column("said_by", Text, nullable=False),
    _at("said_at"),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    _id(),
    _ref("person_id", "people.id"),
    Column("sha256", Text, nullable=False, unique=True),
    _at("created_at"),
    _at("expires_at"),
    _at("used_at", nullable=True),
)

enrolment_failures = Table(
    "enrolment_failures",
    metadata,
    Column("address", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    _at("locked_at", nullable=True),
)

absences = Table(
    "absences",
    metadata,
    _id(),
    _ref("person_id", "people.id", index=True),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    # When it is looked at next: the midnight at which it begins, then the one at which it is over.
    _at("turn_at", nullable=True),
    _at("ended_at", nullable=True),  # taken back, or in another's place; the row stays
    _where("ix_absences_turn", "turn_at", condition="turn_at is not null"),
)

covers = Table(
    "covers",
    metadata,
    _id(),
    _ref("absence_id", "absences.id", index=True),
    _ref("person_id", "people.id", index=True),  # who was asked to stand in
    _ref("asked_by", "people.id", nullable=True),  # a coordinator; nobody: who is away, themselves
    Column("state", Word(CoverState), nullable=False),
    _at("asked_at"),
    # By when an answer is due; of an accepted one, when it is to be looked at again, if at all.
    _at("due_at", nullable=True),
    _at("settled_at", nullable=True),
    _where(
        "uq_covers_absence", "absence_id",
        condition="state = 'asked' or state = 'accepted'", unique=True,
    ),
    _where("ix_covers_due", "due_at", condition="due_at is not null"),
)  # fmt: skip

readiness_checks = Table(
    "readiness_checks",
    metadata,
    _id(),
    Column("day", Date, nullable=False),  # the pupil day that is looked at
    Column("kind", Word(CheckKind), nullable=False),
    _at("due_at"),
    _at("done_at", nullable=True),
    Column("told", Integer, nullable=False, default=0),  # how many coordinators
    Column("gaps", Json),  # codes, legs, roles and years, as it found them
    UniqueConstraint("day", "kind", name="uq_readiness_checks_day_kind"),
    _where("ix_readiness_checks_due", "due_at", condition="done_at is null"),
)

closures = Table(
    "closures",
    metadata,
    _id(),
    Column("school_code", Text, nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("why", Text, nullable=False),
    Column("added_by", Text, nullable=False),  # a person's id, or the command line
    _at("added_at"),
    Column("ended_by", Text),
    _at("ended_at", nullable=True),
    _at("replan_at", nullable=True),  # its school's alerts are looked at (again)
    _where("ix_closures_replan", "replan_at", condition="replan_at is not null"),
    _where(
        "uq_closures_days", "school_code", "first_on", "last_on",
        condition="ended_at is null", unique=True,
    ),
)  # fmt: skip

config_versions = Table(
    "config_versions",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),  # as domain/versions.py names them
    Column("sha256", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("author", Text, nullable=False),
    _at("in_force_from"),
    Column("who", Text, nullable=False, server_default="file"),  # a person's id, or a door's name
    Column("agreed_by", Text),  # the second person, where two are asked for
    Column("reason", Text, nullable=False, server_default=""),
    Column("made_from", Key),  # the version it takes the place of; 0: of none
    _ref("restored_from", "config_versions.id", nullable=True),
    Index("ix_config_versions_kind", "kind", "id"),
    # Nobody's change is lost: of two that take the place of one version the second is told so.
    _where(
        "uq_config_versions_made_from", "kind", "made_from",
        condition="made_from is not null", unique=True,
    ),
)  # fmt: skip

drafts = Table(
    "drafts",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_from", Key, nullable=False),  # the version that was in force; 0: none
    Column("author", Text, nullable=False),  # a person's id, or a door's name
    _at("made_at"),
    Column("reason", Text, nullable=False),
    Column("state", Word(DraftState), nullable=False),
    _ref("restored_from", "config_versions.id", nullable=True),
    _ref("version_id", "config_versions.id", nullable=True),  # what it became
    _at("ended_at", nullable=True),
    _where("ix_drafts_open", "id", condition="state = 'open'"),
)

# --- telling -----------------------------------------------------------------------------------

messages = Table(
    "messages",
    metadata,
    _id(),
    Column("kind", Word(Kind), nullable=False),
    Column("operation", Word(Operation), nullable=False),
    Column("channel", Word(Channel), nullable=False),
    Column("address", Text, nullable=False),
    _ref("contact_id", "contact_methods.id", nullable=True),
    _ref("person_id", "people.id", nullable=True),
    _ref("alert_id", "alerts.id", nullable=True),
    _ref("parent_id", "messages.id", nullable=True),  # an edit's card
    Column("params", Json, nullable=False),  # what the words need; ids and times, never content
    Column("priority", Integer, nullable=False),
    _at("bell_at"),
    Column("rank", Integer, nullable=False),  # 0 for an alert's first person, then 1, 2, …
    _at("due_at"),
    Column("state", Word(MessageState), nullable=False),
    Column("claimed_by", Text),
    _at("claimed_until", nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("unknowns", Integer, nullable=False, default=0),
    Column("provider_message_id", Text),
    _at("created_at"),
    _at("sent_at", nullable=True),
    _where(
        "ix_messages_queue", "priority", "bell_at", "rank", "id", condition="state = 'pending'"
    ),
    _where("ix_messages_claimed", "address", condition="state = 'claimed'"),
    _where("ix_messages_waiting", "contact_id", condition="state = 'pending'"),
    _where(
        "uq_messages_refresh", "parent_id",
        condition="state = 'pending' and operation = 'edit'", unique=True,
    ),
    _where(
        "uq_messages_stranger", "address",
        condition="state = 'pending' and kind = 'neutral'", unique=True,
    ),
    _where(
        "uq_messages_menu", "address",
        condition="state = 'pending' and kind = 'menu'", unique=True,
    ),
    # One digest to one person of what one hold kept; its bell is the hold's end.
    _where("uq_messages_digest", "person_id", "bell_at", condition="kind = 'digest'", unique=True),
    Index("ix_messages_card", "alert_id", "person_id"),
    Index("ix_messages_provider", "address", "provider_message_id"),
)  # fmt: skip

tellings = Table(
    "tellings",
    metadata,
    _id(),
    _ref("alert_id", "alerts.id"),
    _ref("person_id", "people.id", index=True),
    Column("role", Word(Role), nullable=False),
    Column("kind", Word(Kind), nullable=False),
    # Which owing this is: raising, step or version. With it the key makes I5 the database's job.
    Column("occasion", Text, nullable=False),
    _ref("message_id", "messages.id", index=True),
    _at("told_at"),
    UniqueConstraint("alert_id", "person_id", "kind", "occasion"),
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    _id(),
    _ref("message_id", "messages.id", index=True),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    _at("ended_at"),
)

stand_ins = Table(
    "stand_ins",
    metadata,
    _ref("instead_of", "messages.id", primary_key=True),  # the message of the first way
    Column("channel", Word(Channel), primary_key=True),  # each other way stands in once
    _ref("message_id", "messages.id", nullable=True, index=True),
    _at("created_at"),
)

outages = Table(
    "outages",
    metadata,
    Column("channel", Word(Channel), primary_key=True),  # nothing was taken since it began to fail
    _at("since"),
    Column("address", Text, nullable=False),  # of the first message that failed
    Column("several", Boolean, nullable=False),  # so did another's: it is not that one's trouble
    _at("due_at"),  # it counts as down from then on, unless something is taken before
    _at("declared_at", nullable=True),  # it is down as a whole: what it owes goes by the next way
)

chats = Table(
    "chats",
    metadata,
    Column("channel", Word(Channel), primary_key=True),
    Column("address", Text, primary_key=True),
    _at("next_at"),  # not before this: the pace of one chat
)

pace = Table(
    "pace",
    metadata,
    Column("channel", Word(Channel), primary_key=True),
    _at("next_slot_at"),  # the pace over all chats, shared by all workers
)

# --- hearing -----------------------------------------------------------------------------------

telegram_updates = Table(
    "telegram_updates",
    metadata,
    Column("update_id", Key, primary_key=True, autoincrement=False),
    Column("chat", Text, nullable=False),
    Column("raw", Json, nullable=False),
    _at("received_at"),
    _at("due_at", nullable=True),  # null once it has been handled or given up
    Column("attempts", Integer, nullable=False, default=0),
    Column("fault", Text),
    _where("ix_telegram_updates_due", "update_id", condition="due_at is not null"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    _at("expires_at"),
)

# --- answers -----------------------------------------------------------------------------------

acknowledgements = Table(
    "acknowledgements",
    metadata,
    _id(),
    _ref("alert_id", "alerts.id"),
    _ref("person_id", "people.id"),
    Column("role", Word(Role), nullable=False),
    Column("children", Json, nullable=False),  # the numbers in this person's scope, then
    Column("version", Integer, nullable=False),
    # How many "not our pupil" the notice had by then: a child refused since needs a new answer.
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("meaning", Word(Meaning), nullable=False, server_default=Meaning.TAKEN.value),
    # How many answers of theirs were taken back, or meant something else, by then: given anew.
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("in_place_of", Json, nullable=False, server_default="[]"),  # whom they stood in for
    _at("acknowledged_at"),
    UniqueConstraint(
        "alert_id", "person_id", "version", "refusals", "children", "meaning", "turn",
        name="uq_acknowledgements_once",
    ),
)  # fmt: skip

taken_back = Table(
    "taken_back",
    metadata,
    # The answer that stands no more; it is never edited itself.
    _ref("acknowledgement_id", "acknowledgements.id", primary_key=True),
    Column("why", Text, nullable=False),  # undone | passed | urgent
    _at("taken_back_at"),
)

plans = Table(
    "plans",
    metadata,
    _id(),
    _ref("alert_id", "alerts.id", index=True),
    _ref("person_id", "people.id"),
    Column("role", Word(Role), nullable=False),
    Column("choice", Word(Choice)),  # null: what was said before is taken back
    Column("children", Json, nullable=False),  # the numbers in this person's scope, then
    Column("version", Integer, nullable=False),
    _at("planned_at"),
)

plans_owed = Table(
    "plans_owed",
    metadata,
    _ref("alert_id", "alerts.id", primary_key=True),
    _ref("person_id", "people.id", primary_key=True),
    _at("due_at"),  # the end of the pupil day
    Column("told", Integer, nullable=False),  # 1 reminded, 2 shown to the authority
    _at("next_at", nullable=True),
    _at("ended_at", nullable=True),
    _where("ix_plans_owed_due", "next_at", condition="next_at is not null"),
    _where("ix_plans_owed_open", "alert_id", condition="ended_at is null"),
)

offers = Table(
    "offers",
    metadata,
    _id(),
    _ref("alert_id", "alerts.id"),
    _ref("person_id", "people.id"),
    Column("what", Word(Offer), nullable=False),
    Column("answer", Word(Answer)),  # what *Undo* would take back
    _ref("acknowledgement_id", "acknowledgements.id", nullable=True),
    _at("until_at"),
    _at("ended_at", nullable=True),
    _at("used_at", nullable=True),
    Index("ix_offers_whose", "alert_id", "person_id"),
    _where("ix_offers_open", "until_at", condition="ended_at is null"),
    _where(
        "uq_offers_one", "alert_id", "person_id", "what",
        condition="ended_at is null", unique=True,
    ),
)  # fmt: skip

disclosures = Table(
    "disclosures",
    metadata,
    _id(),
    _ref("alert_id", "alerts.id", index=True),
    _ref("person_id", "people.id"),
    Column("role", Word(Role), nullable=False),
    Column("fields", Json, nullable=False),
    Column("children", Json, nullable=False),
    Column("matrix_version", Text, nullable=False),
    # Which row of config_versions the matrix was, and which version of the notice was shown; of
    # what was disclosed before these were written down nobody knows.
    _ref("config_version_id", "config_versions.id", nullable=True),
    Column("notification_version", Integer),
    Column("way", Text, nullable=False),
    _at("disclosed_at"),
)

views = Table(
    "views",
    metadata,
    _id(),
    _ref("disclosure_id", "disclosures.id"),
    _ref("message_id", "messages.id", index=True),
    Column("page", Integer, nullable=False),
    _at("hide_at"),
    _at("hidden_at", nullable=True),
    _where("ix_views_open", "hide_at", condition="hidden_at is null"),
    _where("uq_views_card", "message_id", condition="hidden_at is null", unique=True),
)

# --- the secure page ---------------------------------------------------------------------------

links = Table(
    "links",
    metadata,
    _id(),
    _ref("person_id", "people.id"),
    _ref("contact_id", "contact_methods.id"),  # the account that it was given to
    _ref("alert_id", "alerts.id", nullable=True),  # null: to the console
    _ref("message_id", "messages.id"),  # the card that carries it
    Column("nonce", Text, nullable=False),  # signed with the page's key it is the link
    _at("created_at"),
    _at("expires_at"),
    _at("ended_at", nullable=True),  # spent, over, or taken back
    _where("ix_links_open", "expires_at", condition="ended_at is null"),
    _where("ix_links_person", "person_id", condition="ended_at is null"),
    _where("ix_links_alert", "alert_id", condition="ended_at is null"),
    _where("uq_links_card", "message_id", condition="ended_at is null", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    Column("sha256", Text, nullable=False, unique=True),  # of the cookie
    _ref("person_id", "people.id"),
    _ref("contact_id", "contact_methods.id", nullable=True),  # ends with this account
    Column("email", Text, nullable=True),  # or with this address: by the authority's own accounts
    # A link's opens one alert, no other; a console's whatever is theirs.
    _ref("alert_id", "alerts.id", nullable=True),
    Column("way", Word(Way), nullable=False),
    _at("created_at"),
    _at("used_at"),
    _at("unlocked_at", nullable=True),
    _at("ended_at", nullable=True),
    _where("ix_sessions_person", "person_id", condition="ended_at is null"),
    _where("ix_sessions_alert", "alert_id", condition="ended_at is null"),
)

launches = Table(
    "launches",
    metadata,
    Column("sha256", Text, primary_key=True),  # of a Mini App's start that has signed in
    _at("used_at", index=True),
)

unlock_codes = Table(
    "unlock_codes",
    metadata,
    _ref("person_id", "people.id", primary_key=True),
    Column("hash", Text, nullable=False),  # argon2id
    _at("chosen_at"),
    Column("tries", Integer, nullable=False),  # since the last right one
    _at("locked_at", nullable=True),
)

export_requests = Table(
    "export_requests",
    metadata,
    _id(),
    Column("reference", Text, nullable=False, unique=True),
    Column("subject_sha256", Text, nullable=False),  # of whom: no child's data stands here
    Column("asked", Json, nullable=False),  # the two people's ids
    Column("agreed", Json, nullable=False),  # of them, who agreed
    _ref("asked_by", "people.id", nullable=True),
    _at("created_at"),
    _at("expires_at"),
    _at("refused_at", nullable=True),
    _at("used_at", nullable=True),
)

containments = Table(
    "containments",
    metadata,
    _id(),
    _ref("notification_id", "notifications.id"),
    Column("refusal", Integer, nullable=False),  # which one of the notification's, from 1
    Column("version", Integer, nullable=False),  # of the notification, then
    Column("school_code", Text, nullable=False),
    Column("child_number", Integer, nullable=False),
    _ref("alert_id", "alerts.id"),  # the one whose button was pressed
    _ref("sealed_by", "people.id"),
    _at("sealed_at"),
    Column("ledger_end", Key, nullable=False),  # the last disclosure before the seal
    _at("report_due_at"),
    Column("told", Integer, nullable=False, default=0),  # how often coordinators were told
    _at("next_reminder_at", nullable=True),
    _at("ended_at", nullable=True),
    _ref("ended_by", "people.id", nullable=True),
    Column("outcome", Word(Outcome)),
    UniqueConstraint("notification_id", "refusal"),
    _where("ix_containments_due", "next_reminder_at", condition="ended_at is null"),
)

# --- the record --------------------------------------------------------------------------------

events = Table(
    "events",
    metadata,
    _id(),
    _at("at"),
    Column("action", Text, nullable=False),  # subject:action
    _ref("notification_id", "notifications.id", nullable=True, index=True),
    _ref("alert_id", "alerts.id", nullable=True),
    _ref("person_id", "people.id", nullable=True),
    Column("detail", Json, nullable=False),  # ids, counts and reasons; never content
)

alarms = Table(
    "alarms",
    metadata,
    Column("name", Text, primary_key=True),
    Column("detail", Text, nullable=False),
    _at("since"),
    _at("told_at", nullable=True),
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),  # directory_version, bot_username, …
    Column("value", Text, nullable=False),
)
