"""Every fault that the service is to survive, at every stage of an alert's journey, each with the
ending that is expected of it: `python -m tests.rigs.faults --cells 60`.
"""
