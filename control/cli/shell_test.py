#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""tandemctl's own shell at a terminal, and as the reader of a pipe: shell_test.py TANDEMCTL"""
import os
import pty
import select
import subprocess
import sys
import tempfile
import termios
import time
import unittest

CTL = sys.argv.pop(1)
ARGS = ["tandemctl", "--engine", "/nonexistent/e"]
HISTORY = ".tandemctl_history"
# libedit keeps two strings until the end: a build with AddressSanitizer must not count them.
KEPT = {"LSAN_OPTIONS": "detect_leaks=0"}


class Terminal:
    def __init__(self, **environment):
        self.said = b""  # and not waited for yet
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(CTL, ARGS, {"TERM": "xterm", **KEPT, **environment})

    def until(self, wanted):
        while wanted not in self.said:
            self.said += os.read(self.fd, 4096)  # at the end of the shell: OSError
        before, self.said = self.said.split(wanted, 1)
        return before

    def prompt(self):
        self.until(b"tandem> ")
        # The prompt is there before the shell reads keys: until then they are the kernel's.
        while termios.tcgetattr(self.fd)[3] & termios.ICANON:
            time.sleep(0.01)

    def interrupt(self):
        """Ctrl-C, and again as a person does it when nothing happens: a read that has not begun does
        not see it."""
        self.type(b"\x03")
        while b"tandem> " not in self.said:
            if select.select([self.fd], [], [], 2)[0]:
                self.said += os.read(self.fd, 4096)
            else:
                self.type(b"\x03")
        self.prompt()

    def type(self, text):
        os.write(self.fd, text)

    def status(self):
        try:
            while os.read(self.fd, 4096):
                pass
        except OSError:
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class AtATerminal(unittest.TestCase):
    def test_ctrl_c_gives_up_the_line_and_not_the_shell(self):
        shell = Terminal()
        shell.prompt()
        shell.type(b"help frogs")
        shell.until(b"help frogs")
        shell.interrupt()
        shell.interrupt()
        shell.type(b"help hangup\n")
        self.assertNotIn(b"frogs", shell.until(b"end a call"))
        shell.prompt()
        shell.type(b"\x04")
        self.assertEqual(shell.status(), 0)

    def test_history_is_kept_at_home_or_nowhere(self):
        with tempfile.TemporaryDirectory() as home:
            for environment in ({"HOME": home}, {"HOME": ""}):
                shell = Terminal(**environment)
                shell.prompt()
                shell.type(b"help hangup\n")
                shell.until(b"end a call")
                shell.prompt()
                shell.type(b"\x04")
                shell.status()
                kept = os.path.join(home, HISTORY)
                self.assertEqual(os.path.exists(kept), environment["HOME"] == home)
                if os.path.exists(kept):
                    os.unlink(kept)


class FromAPipe(unittest.TestCase):
    def status(self, text):
        return subprocess.run([CTL] + ARGS[1:], input=text, capture_output=True,
                              env={**KEPT, "HOME": ""}, check=False).returncode

    def test_the_status_is_that_of_the_last_command_that_failed(self):
        self.assertEqual(self.status(b"help\n"), 0)
        self.assertEqual(self.status(b"bogus\n"), 2)
        self.assertEqual(self.status(b"bogus\nhelp\nquit\n"), 2)
        self.assertEqual(self.status(b'"open\n'), 2)


if __name__ == "__main__":
    unittest.main()
