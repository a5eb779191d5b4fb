"""Runs a command on a terminal of its own: what is typed comes by standard input, what it shows goes to standard output.
The end of standard input hangs the terminal up. Ends as the command ended; by a signal N with 128 + N."""

import os
import pty
import select
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
typing = 0
while True:
    ready, _, _ = select.select([typing, terminal], [], [])
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:
            # Nobody has the terminal any more.
            break
        os.write(1, shown)
    if typing in ready:
        typed = os.read(typing, 65536)
        if not typed:
            break
        os.write(terminal, typed)
os.close(terminal)
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
