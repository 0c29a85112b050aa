"""Runs a Python module as a process that ends, at the latest, when the one that started it does.

`python -m flows.leash MODULE ARGUMENT...` is `python -m MODULE ARGUMENT...` on a leash: a parent
that is killed outright, and so cannot clear up, leaves nothing running. The leash is Linux's; on
other systems the module simply runs.
"""

import ctypes
import os
import runpy
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1
"""The prctl option of that meaning, from <linux/prctl.h>."""
REAPER = 1
"""The process that inherits orphans."""


def tie_to_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == REAPER:  # it ended before the leash was on
            sys.exit(1)


def main() -> None:
    """Put the leash on and become the module named first, with the arguments that follow it."""
    tie_to_parent()
    # A parent in the background hands down a SIGINT that is ignored; Prefect stops by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
