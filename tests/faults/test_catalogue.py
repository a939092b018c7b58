"""The catalogue and the tests name the same faults."""

import ast
from pathlib import Path

import pytest

from tests.faults.catalogue import FAULTS

HERE = Path(__file__).parent


def _tests(module: str) -> set[str]:
    tree = ast.parse((HERE / f"test_{module}.py").read_text(encoding="utf-8"))
    found = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return {name.removeprefix("test_") for name in found if name.startswith("test_")}


@pytest.mark.parametrize("module", FAULTS)
def test_every_fault_is_tried_and_every_trial_is_a_fault(module: str) -> None:
    assert _tests(module) == {fault.id for fault in FAULTS[module]}
