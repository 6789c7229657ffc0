"""The audit trail: what happened, as `subject:action`, appended and never edited."""
