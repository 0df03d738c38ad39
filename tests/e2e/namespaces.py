"""File systems that only one test sees."""

import ctypes
import os
import subprocess

CLONE_NEWNS = 0x20000


def enter_mount_namespace():
    """From here on, mounts of this process and its children are their own. Each test is a process of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


def mount_tmpfs(path, size, mode="0700"):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode={mode}", "tmpfs", path], check=True)


def remount(path, options):
    subprocess.run(["mount", "-o", f"remount,{options}", path], check=True)


def fill(path):
    """Writes a file until the file system is full; returns its path."""
    name = os.path.join(path, "filler")
    with open(name, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return name
