"""Settings that every test shares."""

from __future__ import annotations

import hypothesis

# The same examples on every run, and no failure because a machine is busy. A law that needs more examples says so.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None, max_examples=50)
hypothesis.settings.register_profile("quick", parent=hypothesis.settings.get_profile("steady"), max_examples=10)
hypothesis.settings.load_profile("steady")
