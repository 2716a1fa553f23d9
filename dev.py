#!/usr/bin/env python3
"""Everything a developer or a build machine does here, on a machine that has only Python. What it does is in deploy/dev.

Standard library only. This file alone must be readable for a Python that is too old for the rest.
"""

from __future__ import annotations

import os
import shutil
import sys


def use_new_enough_python(version: tuple[int, ...] = sys.version_info[:2]) -> None:
    if version >= (3, 11):
        return
    for minor in range(15, 10, -1):
        if found := shutil.which(f"python3.{minor}"):
            os.execv(found, [found, *sys.argv])
    sys.exit(
        f"dev.py: Python 3.11 or newer is needed, this is {sys.version.split()[0]}: install one, on PATH as python3"
    )


if __name__ == "__main__":
    use_new_enough_python()

    from deploy.dev.verbs import main

    sys.exit(main())
