"""Which pages the console has: a line for each file of them."""

from bot.web import (
    console_calendars,
    console_changes,
    console_directory,
    console_drills,
    console_import,
    console_invitations,
    console_readiness,
    console_routing,
    console_scenarios,
    console_today,
    console_triage,
    console_waits,
)

CONSOLE_PAGES = (
    console_today.pages,
    console_readiness.pages,
    console_triage.pages,
    console_drills.pages,
    console_directory.pages,
    console_import.pages,
    console_invitations.pages,
    console_routing.pages,
    console_waits.pages,
    console_calendars.pages,
    console_scenarios.pages,
    console_changes.pages,
)
