"""Decision trees as arrays, ready for the operator TreeEnsemble (ai.onnx.ml 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Forest:
    """Trees whose nodes send a row left when ``x[feature] <= threshold`` (or, if missing, when ``missing_left``).

    ``left`` and ``right`` hold a node's index, or ``~leaf`` (negative) for a leaf. Each leaf adds its ``weight`` to the
    output ``target``. ``roots`` may be ``~leaf`` too: a tree of one leaf.
    """

    roots: Ints
    feature: Ints
    threshold: NDArray[np.float32]
    left: Ints
    right: Ints
    missing_left: NDArray[np.uint8]
    weight: NDArray[np.float32]
    target: Ints
    targets: int

    def attributes(self) -> dict[str, Any]:
        """The arrays by name, as a tensor's attributes."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> Forest:
        """The inverse of `attributes`."""
        return cls(**{name: attributes[name] for name in cls.__dataclass_fields__})

    @classmethod
    def gathered(cls, parts: Mapping[str, Sequence[Any]], targets: int) -> Forest:
        """Of the arrays of each tree by name (of ``roots`` its root), whose nodes and leaves are numbered through."""
        dtypes = {"threshold": np.float32, "weight": np.float32, "missing_left": np.uint8}

        def joined(name: str) -> NDArray[Any]:
            return np.concatenate([*parts[name], np.zeros(0)]).astype(dtypes.get(name, np.int64))

        names = [name for name in cls.__dataclass_fields__ if name not in ("roots", "targets")]
        return cls(roots=np.array(parts["roots"], dtype=np.int64), targets=targets, **{n: joined(n) for n in names})

    def reading(self, index: Ints) -> Forest:
        """The same trees on a matrix whose column ``index[j]`` is this one's column ``j``."""
        return _replace(self, feature=index[self.feature] if len(self.feature) else self.feature)


def join(forests: Iterable[Forest]) -> Forest:
    """One forest whose targets are those of all forests, side by side."""
    forests = list(forests)
    nodes = np.cumsum([0, *(len(f.feature) for f in forests)])
    leaves = np.cumsum([0, *(len(f.weight) for f in forests)])
    targets = np.cumsum([0, *(f.targets for f in forests)])

    def shifted(name: str) -> Ints:
        parts = [_shift(getattr(f, name), nodes[i], leaves[i]) for i, f in enumerate(forests)]
        return np.concatenate(parts)

    return Forest(
        roots=shifted("roots"),
        feature=np.concatenate([f.feature for f in forests]),
        threshold=np.concatenate([f.threshold for f in forests]),
        left=shifted("left"),
        right=shifted("right"),
        missing_left=np.concatenate([f.missing_left for f in forests]),
        weight=np.concatenate([f.weight for f in forests]),
        target=np.concatenate([f.target + targets[i] for i, f in enumerate(forests)]),
        targets=int(targets[-1]),
    )


def blend(forests: Sequence[Forest], share: NDArray[np.float64]) -> Forest:
    """One forest of one target that answers the weighted sum of forests of one target, which read the matrices that
    stand side by side in its own."""
    joined = join(forests)
    scale = np.repeat(share, [len(f.weight) for f in forests])
    weight = (joined.weight * scale).astype(np.float32)
    return _replace(joined, weight=weight, target=np.zeros_like(joined.target), targets=1)


def split(forest: Forest, most: int) -> list[Forest]:
    """Forests of at most ``most`` trees each, whose answers add up to this one's."""
    if len(forest.roots) <= most:
        return [forest]
    of_node, of_leaf = _trees_of(forest)
    parts = -(-len(forest.roots) // most)
    chunk = np.arange(len(forest.roots)) * parts // len(forest.roots)
    return [_subset(forest, chunk == part, chunk[of_node] == part, chunk[of_leaf] == part) for part in range(parts)]


def _trees_of(forest: Forest) -> tuple[Ints, Ints]:
    """The tree that each node and each leaf belongs to."""
    of_node, of_leaf = np.zeros(len(forest.feature), np.int64), np.zeros(len(forest.weight), np.int64)
    place, tree = forest.roots, np.arange(len(forest.roots))
    while len(place):
        inner = place >= 0
        of_leaf[~place[~inner]] = tree[~inner]
        node, tree = place[inner], tree[inner]
        of_node[node] = tree
        place, tree = np.concatenate([forest.left[node], forest.right[node]]), np.concatenate([tree, tree])
    return of_node, of_leaf


def _subset(forest: Forest, trees: NDArray[np.bool_], nodes: NDArray[np.bool_], leaves: NDArray[np.bool_]) -> Forest:
    node, leaf = np.cumsum(nodes) - 1, np.cumsum(leaves) - 1

    def moved(place: Ints) -> Ints:
        to_leaf = place < 0
        return np.where(to_leaf, ~leaf[np.where(to_leaf, ~place, 0)], node[np.where(to_leaf, 0, place)])

    return Forest(
        roots=moved(forest.roots[trees]) if len(node) else ~leaf[~forest.roots[trees]],
        feature=forest.feature[nodes],
        threshold=forest.threshold[nodes],
        left=moved(forest.left[nodes]) if len(node) else forest.left,
        right=moved(forest.right[nodes]) if len(node) else forest.right,
        missing_left=forest.missing_left[nodes],
        weight=forest.weight[leaves],
        target=forest.target[leaves],
        targets=forest.targets,
    )


def round_down(threshold: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 not above each threshold: ``float32(x) <= threshold`` keeps its answer for every x."""
    single = threshold.astype(np.float32)
    above = single.astype(np.float64) > threshold
    single[above] = np.nextafter(single[above], np.float32(-np.inf))
    return single


def with_roots_split(forest: Forest) -> Forest:
    """The same forest without trees of one leaf: these get a node that leads to their leaf either way."""
    bare = np.flatnonzero(forest.roots < 0)
    if not len(bare):
        return forest
    first, count = len(forest.feature), len(bare)
    roots, leaf = forest.roots.copy(), forest.roots[bare]
    roots[bare] = first + np.arange(count)
    return _replace(
        forest,
        roots=roots,
        feature=np.append(forest.feature, np.zeros(count, np.int64)),
        threshold=np.append(forest.threshold, np.zeros(count, np.float32)),
        left=np.append(forest.left, leaf),
        right=np.append(forest.right, leaf),
        missing_left=np.append(forest.missing_left, np.zeros(count, np.uint8)),
    )


def _shift(children: Ints, nodes: int, leaves: int) -> Ints:
    return np.where(children >= 0, children + nodes, children - leaves)


def _replace(forest: Forest, **changes: Any) -> Forest:
    return Forest(**{**forest.attributes(), **changes})
