"""Run records become pages that a person reads. Reads records only and decides nothing."""

from mlwright.report.card import Card, card
from mlwright.report.explore_page import MARK, page
from mlwright.report.explore_summary import explore_summary
from mlwright.report.summary import summary

__all__ = ["MARK", "Card", "card", "explore_summary", "page", "summary"]
