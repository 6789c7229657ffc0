"""A simulated term: an authority, its staff and a police force, around the real service.

    python -m tests.rigs.term --days 60 --schools 130 --seed 20260907

Everything is drawn from the seed alone. The real service runs on a clock that is moved by hand,
over the sandbox's real HTTP, with the sandbox's faults on; no day ends with a broken promise.
"""
