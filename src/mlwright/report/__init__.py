"""Run records become pages that a person reads. Reads records only and decides nothing."""

from mlwright.report.card import Card, card
from mlwright.report.explain_summary import explain_summary
from mlwright.report.explore_page import MARK, page
from mlwright.report.explore_summary import explore_summary
from mlwright.report.report_page import REPORT_MARK, draw
from mlwright.report.summary import summary
from mlwright.report.what_if_section import FOLDER_MARK, SCRIPTS, Beside, Runtime, beside_page

__all__ = [
    "FOLDER_MARK",
    "MARK",
    "REPORT_MARK",
    "SCRIPTS",
    "Beside",
    "Card",
    "Runtime",
    "beside_page",
    "card",
    "draw",
    "explain_summary",
    "explore_summary",
    "page",
    "summary",
]
