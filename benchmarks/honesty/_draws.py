"""The training samples of coverage.py, for whoever is to be measured on the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

TASKS = (
    "credit_g,telco_churn,phoneme,cmc,vehicle,wine_quality_white,abalone,casp,kc1,segment,quake,concrete,"
    "cal_housing,airfoil,bank_customer_churn,insurance,diabetes"
)


def draw(task: Any, resample: int, most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A training sample and all other rows, which stand for every row that there is: they must be many."""
    rows = pd.concat([task.train, task.test], ignore_index=True)
    order = np.random.default_rng(resample).permutation(len(rows))
    most = min(most, len(rows) // 5)
    train, rest = rows.iloc[order[:most]], rows.iloc[order[most:]]
    if task.kind != "regression":
        rest = rest[rest[task.target].isin(set(train[task.target]))]
    return train, rest
