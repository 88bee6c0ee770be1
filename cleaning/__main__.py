"""Start `python -m cleaning`: handle Ctrl-C first, then load and run `cleaning.program.command_line`."""

from __future__ import annotations

import sys

from cleaning.interruption import finish_program, handle_uncaught_interrupt

if __name__ == "__main__":
    handle_uncaught_interrupt("python -m cleaning")
    from cleaning.program.command_line import main

    status = main()
    finish_program()
    sys.exit(status)
