"""The seal on a process that reads an untrusted file: from here on it can read that file, and do nothing else.

On Linux the kernel holds it (resource limits, seccomp, Landlock). Elsewhere only the resource limits that the system
knows are set, and the readers rest on their own care: one driver, no references followed.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
import time
from pathlib import Path

_X86_64 = 0xC000003E
_AARCH64 = 0xC00000B7
# fmt: off
_DENIED = {
    "x86_64": (_X86_64, (
        41, 42, 43, 44, 46, 49, 50, 53, 288, 307,  # socket connect accept sendto sendmsg bind listen socketpair ...
        57, 58, 59, 322,  # fork vfork execve execveat
        62, 200, 234, 101, 310, 311, 424, 434, 438,  # kill tkill tgkill ptrace process_vm_* pidfd_*
        76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 92, 94,  # truncate rename mkdir rmdir creat link unlink symlink chmod
        133, 165, 258, 259, 260, 263, 264, 265, 266, 268, 316, 437,  # mknod mount *at openat2
        425, 426, 427, 272, 308, 321, 323, 298, 250, 248,  # io_uring_* unshare setns bpf userfaultfd perf keyctl
    ), 257, 2, 56),
    "aarch64": (_AARCH64, (
        198, 199, 200, 201, 202, 203, 206, 211, 242, 269,
        221, 281,
        129, 130, 131, 117, 270, 271, 424, 434, 438,
        45, 46, 33, 34, 35, 36, 37, 38, 52, 53, 54, 55, 276, 40, 437,
        425, 426, 427, 97, 268, 280, 282, 241, 219, 217,
    ), 56, None, 220),
}
# fmt: on
"""Machine -> audit number, denied system calls, ``openat`` and ``open`` (allowed for reading only), ``clone`` (allowed
for threads only)."""
_CLONE3 = 435
_FOREIGN_CALLS = 0x40000000
_ALLOW, _REFUSE, _UNKNOWN, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38, 0x80000000
_THREAD = 0x00010000
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_EVERY_ACCESS = (1 << 13) - 1
_LOAD, _EQUAL, _AT_LEAST, _ANY_OF, _END = 0x20, 0x15, 0x35, 0x45, 0x06
"""Instructions of a seccomp filter: load a word, jump by it, end with a verdict."""
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2


def seal(path: Path, memory: int, seconds: float) -> None:
    """Seal this process.

    Parameters
    ----------
    path : Path
        The one file that it may still read, beside the interpreter's own.
    memory : int, bytes
        What it may take beyond what it has taken by now.
    seconds : float
        Of processor time that it may still take; then it ends.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    latest = int(time.process_time() + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (latest, latest))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform != "linux":
        return
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    _restrict_files(library, path)
    _restrict_calls(library)


def _restrict_files(library: ctypes.CDLL, path: Path) -> None:
    """Let Landlock refuse every file but one and the interpreter's own; older kernels do without."""
    handled = ctypes.create_string_buffer(struct.pack("Q", _EVERY_ACCESS))
    rules = library.syscall(_LANDLOCK_CREATE, handled, 8, 0)
    if rules < 0:
        return
    own = {Path(sys.prefix), Path(sys.base_prefix), Path("/usr/lib"), Path("/usr/share/zoneinfo"), Path("/lib")}
    for allowed in (path, *own):
        if not allowed.exists():
            continue
        access = _READ_FILE | _READ_FOLDER if allowed.is_dir() else _READ_FILE
        handle = os.open(allowed, os.O_PATH)
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, handle))
        library.syscall(_LANDLOCK_ADD, rules, 1, rule, 0)
        os.close(handle)
    if library.syscall(_LANDLOCK_RESTRICT, rules, 0) != 0:
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(rules)


def _restrict_calls(library: ctypes.CDLL) -> None:
    """Let seccomp refuse the network, other programs, other processes and every change of a file."""
    known = _DENIED.get(platform.machine())
    if known is None:
        raise OSError(f"no seccomp filter is known for {platform.machine()}")
    machine, denied, openat, opening, clone = known
    program = [_step(_LOAD, 4), _step(_EQUAL, machine, 1, 0), _step(_END, _KILL), _step(_LOAD, 0)]
    program += [_step(_AT_LEAST, _FOREIGN_CALLS, 0, 1), _step(_END, _KILL)]
    program += [step for call in denied for step in (_step(_EQUAL, call, 0, 1), _step(_END, _REFUSE))]
    program += [_step(_EQUAL, _CLONE3, 0, 1), _step(_END, _UNKNOWN)]
    for call, argument, flags, yes, no in (
        (openat, 2, _WRITE_FLAGS, _REFUSE, _ALLOW),
        (opening, 1, _WRITE_FLAGS, _REFUSE, _ALLOW),
        (clone, 0, _THREAD, _ALLOW, _REFUSE),
    ):
        if call is not None:
            program += [_step(_EQUAL, call, 0, 4), _step(_LOAD, 16 + 8 * argument)]
            program += [_step(_ANY_OF, flags, 0, 1), _step(_END, yes), _step(_END, no)]
    program.append(_step(_END, _ALLOW))
    steps = ctypes.create_string_buffer(b"".join(program))
    head = ctypes.create_string_buffer(struct.pack("HL", len(program), ctypes.addressof(steps)))
    if library.prctl(_SET_SECCOMP, _FILTER, head, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)
