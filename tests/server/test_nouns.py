"""What stands in a module of a noun is known without a list that names the module."""

import subprocess
import sys
from pathlib import Path

import pytest

from server import nouns
from server.core.doing import ACTIONS, CARRYING_ON, carries_on
from server.core.moment import CONSEQUENCES

ROOT = Path(nouns.__file__).parent


def test_every_module_of_every_noun_is_imported() -> None:
    nouns.import_all()
    modules = {
        f"server.{noun}.{path.stem}"
        for noun in nouns.names()
        for path in (ROOT / noun).glob("*.py")
        if path.stem != "__init__"
    }
    assert len(modules) > 30
    assert modules <= set(sys.modules)


@pytest.mark.parametrize("asks", ["server.commands", "server.consequences", "scheduler.jobs"])
def test_whoever_asks_what_functions_say_of_themselves_has_them_imported(asks: str) -> None:
    """In a process of its own, where nobody else has imported them."""
    script = f"""
import {asks}
from server.core.doing import ACTIONS, CARRYING_ON
from server.core.moment import CONSEQUENCES
print(len(ACTIONS), len(CARRYING_ON), len(CONSEQUENCES))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    actions, carrying_on, consequences = map(int, done.stdout.split())
    # Setting the clock is no noun's: only the dispatch asks for it.
    assert actions >= len(ACTIONS) - 1
    assert (carrying_on, consequences) == (len(CARRYING_ON), len(CONSEQUENCES))


def test_a_kind_of_work_has_one_who_carries_on() -> None:
    with pytest.raises(RuntimeError, match="decide"):
        carries_on("decide")(CARRYING_ON["decide"])
