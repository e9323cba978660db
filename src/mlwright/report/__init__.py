"""Run records become pages that a person reads. Reads records only and decides nothing."""

from mlwright.report.card import Card, card
from mlwright.report.summary import summary

__all__ = ["Card", "card", "summary"]
