"""Errors of system calls: an errno with Linux's own words, whatever machine this runs on."""

from __future__ import annotations

import errno as _errno

TEXTS: dict[int, str] = {
    _errno.EPERM: "Operation not permitted",
    _errno.ENOENT: "No such file or directory",
    _errno.ESRCH: "No such process",
    _errno.EINTR: "Interrupted system call",
    _errno.EIO: "Input/output error",
    _errno.ENXIO: "No such device or address",
    _errno.E2BIG: "Argument list too long",
    _errno.ENOEXEC: "Exec format error",
    _errno.EBADF: "Bad file descriptor",
    _errno.ECHILD: "No child processes",
    _errno.EAGAIN: "Resource temporarily unavailable",
    _errno.ENOMEM: "Cannot allocate memory",
    _errno.EACCES: "Permission denied",
    _errno.EBUSY: "Device or resource busy",
    _errno.EEXIST: "File exists",
    _errno.EXDEV: "Invalid cross-device link",
    _errno.ENODEV: "No such device",
    _errno.ENOTDIR: "Not a directory",
    _errno.EISDIR: "Is a directory",
    _errno.EINVAL: "Invalid argument",
    _errno.EMFILE: "Too many open files",
    _errno.ENOTTY: "Inappropriate ioctl for device",
    _errno.ETXTBSY: "Text file busy",
    _errno.EFBIG: "File too large",
    _errno.ENOSPC: "No space left on device",
    _errno.ESPIPE: "Illegal seek",
    _errno.EROFS: "Read-only file system",
    _errno.EMLINK: "Too many links",
    _errno.EPIPE: "Broken pipe",
    _errno.ENAMETOOLONG: "File name too long",
    _errno.ENOSYS: "Function not implemented",
    _errno.ENOTEMPTY: "Directory not empty",
    _errno.ELOOP: "Too many levels of symbolic links",
    _errno.ENOTSOCK: "Socket operation on non-socket",
    _errno.EOPNOTSUPP: "Operation not supported",
    _errno.EADDRINUSE: "Address already in use",
    _errno.EADDRNOTAVAIL: "Cannot assign requested address",
    _errno.ENETUNREACH: "Network is unreachable",
    _errno.ECONNRESET: "Connection reset by peer",
    _errno.ENOTCONN: "Transport endpoint is not connected",
    _errno.ETIMEDOUT: "Connection timed out",
    _errno.ECONNREFUSED: "Connection refused",
    _errno.EHOSTUNREACH: "No route to host",
    _errno.ESTALE: "Stale file handle",
}


def failure(number: int, path: str | None = None) -> OSError:
    """The OSError of an errno, of the subclass Python gives it (FileNotFoundError, ...), worded as Linux does."""
    text = TEXTS.get(number, f"Unknown error {number}")
    return OSError(number, text) if path is None else OSError(number, text, path)
