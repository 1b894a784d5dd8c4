"""Keep a process on a leash: it ends when the process that started it ends, even by kill -9.

Run as a script (`python -I -S leash.py --parent PID [--signal N] [--unprivileged] [--user N] -- command …`) it prepares
the process and then becomes the command. A script of its own, and not `preexec_fn`, because Python code between fork and
exec can deadlock in a program that has threads. It imports nothing of the house and starts in some 20 ms.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when the thread that started it is gone."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


def become_nobody_in_a_namespace() -> None:
    """Move root into a user namespace of its own, where it is user 65534 and owns its files all the same.

    PostgreSQL refuses to run as root. Here it sees an ordinary user; outside, files and processes stay root's.
    Raises OSError where the kernel or the container forbids namespaces.
    """
    uid, gid = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER) failed")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {uid} 1"), ("gid_map", f"{NOBODY} {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text)
    if os.geteuid() != NOBODY:
        raise OSError(f"the namespace maps root to {os.geteuid()}")


def main(arguments: list[str]) -> None:
    end = arguments.index("--")
    options, command = arguments[:end], arguments[end + 1 :]
    parent = int(options[options.index("--parent") + 1])
    signal_number = int(options[options.index("--signal") + 1]) if "--signal" in options else signal.SIGKILL
    if "--unprivileged" in options:
        become_nobody_in_a_namespace()
    if "--user" in options:
        number = int(options[options.index("--user") + 1])
        os.setgroups([])
        os.setgid(number)
        os.setuid(number)
    # Only now: a change of credentials clears the death signal.
    die_with_parent(signal_number)
    if os.getppid() != parent:  # it died before the kernel knew of our wish
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  a program of our own, without a shell


if __name__ == "__main__":
    main(sys.argv[1:])
