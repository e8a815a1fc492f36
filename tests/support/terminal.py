"""A program on a pseudo-terminal: what is typed, what it shows, and how it leaves the terminal behind.

A failed expectation prints what the terminal showed and ends the test with status 1."""

import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 30  # seconds until something that does not come has failed to come
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]|\r")


class Terminal:
    def __init__(self, argv, env=None, rows=100, columns=80):
        self.name = " ".join(argv)
        self.shown = ""  # since the last expectation was met; escapes taken out
        self.raw = ""    # the same as it came
        self.status = None
        self.master, self.slave = os.openpty()
        self.resize(rows, columns)
        self.found = termios.tcgetattr(self.slave)
        environment = dict(os.environ, TERM="xterm")
        for name, value in (env or {}).items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(self.slave, fd)
            os.closerange(3, 64)
            # Python ignores these two; the program is not to inherit that.
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            try:
                os.execvpe(argv[0], argv, environment)
            finally:
                os._exit(127)

    def fail(self, why):
        print(f"{self.name}: {why}; the terminal showed:\n{self.raw!r}")
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        sys.exit(1)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text.encode())

    def read(self, timeout):
        if not select.select([self.master], [], [], timeout)[0]:
            return
        self.raw += os.read(self.master, 65536).decode("utf-8", "replace")
        self.shown = ESCAPES.sub("", self.raw)

    def expect(self, pattern):
        """Waits until the pattern is shown; returns all that was shown up to its end, escapes and all."""
        until = time.monotonic() + PATIENCE
        while not re.search(pattern, self.shown):
            if time.monotonic() > until:
                self.fail(f"no {pattern!r}")
            self.read(0.1)
        seen, self.raw, self.shown = self.raw, "", ""
        return seen

    def ask(self, line, prompt="> $"):
        """Types a line and returns what it brought, without escapes, up to the next prompt."""
        self.type(line + "\n")
        # The echo of the line ends in a line feed; behind it comes the answer, then a prompt.
        seen = ESCAPES.sub("", self.expect(r"(?s)\n.*" + prompt))
        return "\n".join(seen.split("\n")[1:-1])

    def wait_for(self, condition, what):
        until = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > until:
                self.fail(what)
            self.read(0.02)

    def is_as_found(self):
        return termios.tcgetattr(self.slave) == self.found

    def ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def finish(self, status=0):
        """Waits for the end, which must have that status and the terminal as it was found."""
        self.wait_for(self.ended, "it does not end")
        if self.status != status:
            self.fail(f"ended with {self.status}")
        if not self.is_as_found():
            self.fail("the terminal is not as it was found")
        while select.select([self.master], [], [], 0)[0]:
            self.read(0)
        os.close(self.slave)
        os.close(self.master)
        return self.shown
