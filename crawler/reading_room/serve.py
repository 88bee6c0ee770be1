"""Serves the reading room on loopback until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from cleaning.errors import BadArgument
from crawler.reading_room.room import ReadingRoom

HOST = "127.0.0.1"


class RoomServer(uvicorn.Server):
    """Answers on one port of this machine. Port 0 is any that is free.

    `tell` gets the address as soon as it can be opened. Raise `BadArgument` if the port is taken.
    """

    def __init__(self, room: ReadingRoom, port: int, tell: Callable[[str], None]) -> None:
        super().__init__(uvicorn.Config(room.app(), lifespan="on", log_level="warning", access_log=False))
        self._tell = tell
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._listener.bind((HOST, port))
        except OSError as error:
            self._listener.close()
            raise BadArgument(f"--port {port} cannot be used: {error.strerror}; choose another one") from error

    def serve_room(self) -> None:
        """Answer until the process is interrupted, or `should_exit` is set. Blocking."""
        with self._listener:
            self.run(sockets=[self._listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._tell(f"http://{HOST}:{self._listener.getsockname()[1]}")
