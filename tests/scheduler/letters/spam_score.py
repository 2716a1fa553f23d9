"""What SpamAssassin makes of every letter: by hand, for those who have it, since its rules are not ours to pin.

`python -m tests.scheduler.letters.spam_score` needs Debian's package spamassassin; it runs the local tests only (nothing is
asked on the network) and prints a line for each letter. It ends with 1 if one reaches 0.5. Last
with SpamAssassin 4.0.1: none.
"""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.scheduler.letters.letter_gallery import LETTERS, mail_of

SCORE_MAX = 0.5
PATIENCE_S = 120
RULE = re.compile(r"^ *(-?\d+\.\d) ([A-Z][A-Z0-9_]+) ", re.MULTILINE)


def score(name: str) -> tuple[str, float, list[tuple[str, str]]]:
    """A letter's name, its score and the rules that it met. Raises where SpamAssassin isn't or says nothing."""
    mail = bytes(mail_of(LETTERS[name])).replace(b"\r\n", b"\n")
    command = ["spamassassin", "--local", "--test-mode"]
    answer = subprocess.run(command, input=mail, capture_output=True, timeout=PATIENCE_S, check=True)
    text = answer.stdout.decode(errors="replace")
    found = re.search(r"^X-Spam-Status: .*?score=(-?[\d.]+)", text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"spamassassin gave no score: {text[:400]} {answer.stderr.decode(errors='replace')[:400]}")
    return name, float(found[1]), RULE.findall(text)


def main() -> int:
    """Print every letter's score; how many reach the limit decides the exit code."""
    high = 0
    with ThreadPoolExecutor(2) as hands:
        for name, points, rules in hands.map(score, LETTERS):
            high += points >= SCORE_MAX
            print(f"{points:5.1f}  {name:40} {', '.join(f'{rule} {part}' for part, rule in rules)}", flush=True)
    print(f"{high} of {len(LETTERS)} reach {SCORE_MAX}")
    return min(high, 1)


if __name__ == "__main__":
    sys.exit(main())
