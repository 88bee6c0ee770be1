"""Start `python -m cleaning`: handle Ctrl-C first, then load and run `cleaning.program.command_line`."""

from __future__ import annotations

import sys

from cleaning.interruption import begin_program, finish_program

if __name__ == "__main__":
    begin_program("python -m cleaning")
    from cleaning.program.command_line import main

    status = main()
    finish_program()
    sys.exit(status)
