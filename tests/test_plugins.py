"""The registry: built-ins and anyone's by one door, options checked, mistakes answered with a near miss."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mlwright import plugins
from mlwright.contracts.errors import InputError
from mlwright.learners import Learner
from mlwright.steps import Step

BASES = {"mlwright.steps": Step, "mlwright.learners": Learner}
LISTED = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]


@pytest.mark.parametrize("group", BASES)
def test_the_built_ins_are_those_of_our_pyproject(group):
    own = {name: point.value for name, point in plugins.installed(group).items() if point.value.startswith("mlwright.")}
    assert own == LISTED[group]


@pytest.mark.parametrize(("group", "name"), [(g, n) for g, names in LISTED.items() for n in names])
def test_every_name_is_a_class_that_can_be_made(group, name):
    made = plugins.make(group, name, {})
    assert isinstance(made, BASES[group])
    assert type(made) is plugins.find(group, name)
    assert type(made).__doc__


@pytest.mark.parametrize(
    ("group", "name", "what", "way_out"),
    [
        ("mlwright.steps", "imputer", "no step is registered as 'imputer'", "did you mean 'impute'?"),
        ("mlwright.learners", "LightGDM", "no learner is registered as 'LightGDM'", "did you mean 'lightgbm'?"),
        ("mlwright.learners", "q", "no learner is registered as 'q'", "installed: catboost, constant, extratrees"),
    ],
)
def test_an_unknown_name_is_answered_with_what_there_is(group, name, what, way_out):
    with pytest.raises(InputError) as error:
        plugins.find(group, name)
    assert error.value.what == what
    assert error.value.way_out.startswith(way_out)


def test_options_become_fields():
    made = plugins.make("mlwright.steps", "quantiles", {"knots": 9, "shape": "uniform"})
    assert (made.knots, made.shape) == (9, "uniform")
    assert plugins.make("mlwright.learners", "linear", {"strengths": [1, 2.5]}).strengths == (1.0, 2.5)


def test_an_unknown_option_is_answered_with_a_near_miss():
    with pytest.raises(InputError) as error:
        plugins.make("mlwright.learners", "extratrees", {"tree": 3})
    assert "'tree'" in error.value.what
    assert error.value.way_out == "did you mean 'trees'?"


@pytest.mark.parametrize("private", ["_truth", "_model"])
def test_what_is_learnt_is_no_option(private):
    with pytest.raises(InputError) as error:
        plugins.make("mlwright.learners", "extratrees", {private: None})
    assert private not in error.value.way_out


@pytest.mark.parametrize(
    ("name", "options"),
    [("quantiles", {"knots": "many"}), ("quantiles", {"shape": "square"}), ("impute", {"indicator": 3})],
)
def test_an_option_of_the_wrong_kind_is_refused_by_name(name, options):
    with pytest.raises(InputError) as error:
        plugins.make("mlwright.steps", name, options)
    assert name in error.value.what
    assert next(iter(options)) in error.value.what


def test_a_strangers_plugin_is_found_by_its_entry_point(tmp_path):
    (tmp_path / "stranger.py").write_text(
        "from dataclasses import dataclass\n"
        "from mlwright.learners.constant import Constant\n"
        "@dataclass\nclass Mine(Constant):\n    depth: int = 2\n",
        "utf-8",
    )
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n", "utf-8")
    points = "[mlwright.learners]\nmine = stranger:Mine\nbroken = stranger:Absent\n"
    (info / "entry_points.txt").write_text(points, "utf-8")
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from mlwright import plugins\n"
        "print(plugins.make('mlwright.learners', 'mine', {'depth': 5}).depth)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "5"
