"""Run folders, and files that are written whole or not at all."""

from mlwright.store.files import atomic_file, atomic_folder, atomic_write, check_folder, explain
from mlwright.store.run import Run

__all__ = ["Run", "atomic_file", "atomic_folder", "atomic_write", "check_folder", "explain"]
