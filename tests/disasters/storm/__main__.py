"""`python -m tests.disasters.storm --seed N --minutes M`: a run, its report, and 1 where a promise was broken.

    python3 dev.py disasters --seed 7 --minutes 10
    python3 dev.py disasters --seed 7 --seconds 40 --within 30     as the build machine does

Report and excerpts go to standard output; with the logs of every process they stay under var/disasters/<seed>-<time>/.
The plan depends on the seed alone, what the load does in between also on the machine's speed: the same seed makes the same
faults at the same times, and finds the same kinds of faults again, if rarely the same message.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from tests.disasters.storm.run import Outcome, run

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Run, tell, and say by the exit status whether all held."""
    parser = argparse.ArgumentParser(prog="dev.py disasters", description="Random faults under load, judged.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long faults strike")
    parser.add_argument("--seconds", type=float, help="the same in seconds")
    parser.add_argument(
        "--within", type=float, default=5.0, metavar="S", help="everything is right so soon after all is up"
    )
    chosen = parser.parse_args()
    folder = ROOT / "var" / "disasters" / f"{chosen.seed}-{time.strftime('%Y%m%d-%H%M%S')}"
    folder.mkdir(parents=True)
    lasts_s = chosen.seconds or chosen.minutes * 60
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 2**30
    with tempfile.TemporaryDirectory(prefix="chattar-storm-", dir=memory if roomy else None) as data:
        outcome = uvloop.run(run(chosen.seed, lasts_s, folder, Path(data), chosen.within))
    tell(outcome, folder)
    return 1 if outcome.violations else 0


def tell(outcome: Outcome, folder: Path) -> None:
    """The report as one line, and the excerpts."""
    line = json.dumps(outcome.figures)
    (folder / "report.json").write_text(line + "\n")
    (folder / "excerpts.txt").write_text("\n".join(outcome.excerpts) + "\n")
    for excerpt in outcome.excerpts:
        print(excerpt)
    if outcome.violations:
        print(f"seed {outcome.figures['seed']}: {len(outcome.violations)} violations; logs in {folder}")
    print(line)


if __name__ == "__main__":
    sys.exit(main())
