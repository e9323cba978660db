"""Model + rows -> Explanation: what the model goes by, how its answer goes with a column, and why a row is answered so.

subject         the graph and the rows        alike            columns that tell the same
importance      by dealing out values anew    effects          accumulated local effects, partial dependence
interactions    the H-statistic               shapley          the parts of one answer
counterfactual  the nearest other answer      examples         rows that are shown
overview        all of it, inside a clock

All is asked through the graph alone, so it holds for whatever model the graph is.
"""

from mlwright.explain.counterfactual import Goal, counterfactual
from mlwright.explain.overview import ASKED, explain, explain_rows
from mlwright.explain.subject import Answers, Subject

__all__ = ["ASKED", "Answers", "Goal", "Subject", "counterfactual", "explain", "explain_rows"]
