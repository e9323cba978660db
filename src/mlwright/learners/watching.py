"""When boosting watches rows to know when to stop, and what becomes of those rows."""

SMALL = 10_000  # rows below which the rounds found are fitted again with the watched rows
FEW = 300  # rows below which a part to watch is too small to say when to stop
