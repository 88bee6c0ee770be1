"""Fakes name resolution in the processes that have this folder on PYTHONPATH; Python imports it at its start.

FAKE_DNS is JSON: a name, or "*.name" for all names below it, with the addresses to return one after another (the last
one repeatedly). For other names, only numbers in any spelling and localhost are passed on to the system: no test asks a
real name server.
"""

from __future__ import annotations

import json
import os
import re
import socket

_system_gethostbyname = socket.gethostbyname
_answers: dict[str, list[str]] = json.loads(os.environ.get("FAKE_DNS", "{}"))
_numbers = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+))*")


def gethostbyname(host: str) -> str:
    name = host.lower().removesuffix(".")
    labels = name.split(".")
    for pattern in (name, *("*." + ".".join(labels[at:]) for at in range(1, len(labels)))):
        if (answers := _answers.get(pattern)) is not None:
            return answers.pop(0) if len(answers) > 1 else answers[0]
    if name == "localhost" or _numbers.fullmatch(name):
        return _system_gethostbyname(host)
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


socket.gethostbyname = gethostbyname
