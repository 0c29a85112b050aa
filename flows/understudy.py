"""Keeps a process that has already read Prefect in, and gives each flow run a copy of it.

A flow run in a process of its own reads in Prefect and the engine for two seconds, and works for
half of one. `python -m flows.understudy wait FOLDER` reads them in once, and waits at a socket in
the folder. `python -m flows.understudy call FOLDER`, which a worker starts for each flow run in
place of `python -m prefect.engine`, has it make a copy of itself that becomes the engine: in the
caller's environment and folder, with its output and its end. Where nobody waits, the caller becomes
the engine itself.
"""

import json
import os
import runpy
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

from flows.leash import tie_to_parent

DOOR = "understudy.sock"
ENGINE = "prefect.engine"
WORD = 8
"""Bytes of a number on the line: a length, a process, an exit code."""


def wait(folder: Path) -> None:
    """Read everything in and serve callers; returns only in a copy, which is to be the engine."""
    import flows.engine  # noqa: F401 - so that a copy need not

    os.chdir(folder)  # a socket's whole path may be too long for it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    Path(DOOR).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(DOOR)
        door.listen()
        while True:
            line, _ = door.accept()
            with line:
                if os.fork() == 0:
                    door.close()
                    return _see_through(line)


def _see_through(line: socket.socket) -> None:
    """Make the copy that becomes the engine, and tell the caller its number and how it ended."""
    tie_to_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, output, _, _ = socket.recv_fds(line, WORD, 3)
    asked = json.loads(_exactly(line, int.from_bytes(length)))
    copy = os.fork()
    if copy == 0:
        tie_to_parent()
        for ours, theirs in enumerate(output):
            os.dup2(theirs, ours)
        os.environ.clear()  # noqa: TID251 - the flow run's, which the worker made
        os.environ.update(asked["environment"])  # noqa: TID251
        os.chdir(asked["folder"])
        return
    line.sendall(copy.to_bytes(WORD))
    _, status = os.waitpid(copy, 0)
    line.sendall((os.waitstatus_to_exitcode(status) % 256).to_bytes(WORD))
    os._exit(0)


def call(folder: Path) -> int | None:
    """Have a copy run this process's flow run, and return its exit code; None if nobody waits."""
    here = str(Path.cwd())
    with socket.socket(socket.AF_UNIX) as line:
        try:
            os.chdir(folder)
            line.connect(DOOR)
        except OSError:
            return None
        finally:
            os.chdir(here)
        environment = dict(os.environ)  # noqa: TID251 - handed on whole
        asked = json.dumps({"environment": environment, "folder": here}).encode()
        socket.send_fds(line, [len(asked).to_bytes(WORD)], [0, 1, 2])
        line.sendall(asked)
        copy = int.from_bytes(_exactly(line, WORD))

        def pass_on(number: int, _: FrameType | None) -> None:
            os.kill(copy, number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, pass_on)
        return int.from_bytes(_exactly(line, WORD))


def _exactly(line: socket.socket, size: int) -> bytes:
    """So many bytes from the line; EOFError if the other end is gone before."""
    parts = bytearray()
    while len(parts) < size:
        part = line.recv(size - len(parts))
        if not part:
            raise EOFError("the other end of the line is gone")
        parts += part
    return bytes(parts)


def main() -> None:
    """Wait or call, then be the engine where that is what is left to do."""
    tie_to_parent()
    role, folder = sys.argv[1], Path(sys.argv[2])
    if role == "wait":
        wait(folder)
    elif (code := call(folder)) is not None:
        sys.exit(code)
    sys.argv = [ENGINE]
    runpy.run_module(ENGINE, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
