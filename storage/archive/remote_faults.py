"""Tells what an archive at an address refuses from what may pass, whichever library raised it."""

from __future__ import annotations

import errno

from storage.database.faults import describe_error

_PASSING = {errno.EBUSY, errno.EIO, getattr(errno, "EREMOTEIO", errno.EIO), errno.ETIMEDOUT, errno.EPIPE}
# Errors of botocore that say that there is nobody to ask as.
_WITHOUT_LOGIN = ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError")


def to_os_error(error: Exception) -> OSError:
    """Return the error of a library as one of the operating system.

    `FileNotFoundError` and `PermissionError` stay as they are, without a number, so that nobody tries again. What may
    pass by itself is a `ConnectionError`: the server is away, slow, or has too much to do. So is whatever a library
    raises that is no `OSError`: botocore, aiohttp and their like have classes of their own for each broken connection.
    """
    if type(error).__name__ in _WITHOUT_LOGIN:
        return PermissionError(str(error))
    if isinstance(error, FileNotFoundError) and " " not in str(error):  # it says the name alone
        return FileNotFoundError(errno.ENOENT, "there is no such object")
    if isinstance(error, TypeError | ValueError | LookupError):  # of wrong options
        return OSError(errno.EINVAL, " ".join(str(error).split()))
    if isinstance(error, FileNotFoundError | PermissionError | ConnectionError):
        return error
    if isinstance(error, OSError) and error.errno is not None and error.errno not in _PASSING:
        return error
    return ConnectionError(describe_error(error))
