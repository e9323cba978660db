"""Column transformers: each is fitted once and emits what it learnt. The law is on `Step`."""

from mlwright.steps.base import Step

__all__ = ["Step"]
