#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""tandemctl with an engine of this file's own, in a pipe and at a terminal: live_test.py TANDEMCTL"""
import fcntl
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import unittest

CTL = sys.argv.pop(1)
HEAD = struct.Struct("<IHhI")
HELLO, SHOW, AGENT, STATUS = 1, 16, 17, 68


def call(number, **other):
    row = {"id": f"1732220776.{number}", "caller": "0301234567", "dialled": "100", "trunk": "north",
           "queue": "sales", "to_trunk": "", "agent": "", "state": "waiting", "position": number,
           "seconds": 10.0 * number, "waited": 0.0, "talked": 0.0, "codec": "pcma", "mos": None,
           "audio": "", "digits": "", "recording": 0, "sip_call_id": "x"}
    return {**row, **other}


class Engine:
    """Answers requests of many clients from `views`."""

    def __init__(self, path):
        self.path, self.views, self.listener, self.asked = path, {}, None, []
        self.alarms = ""
        self.start()

    def start(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(8)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        os.unlink(self.path)

    def accept(self, listener):
        try:
            while True:
                threading.Thread(target=self.serve, args=(listener.accept()[0],),
                                 daemon=True).start()
        except OSError:
            pass

    def serve(self, sock):
        with sock, sock.makefile("rb") as data:
            while head := data.read(HEAD.size):
                length, op, _, number = HEAD.unpack(head)
                body = json.loads(data.read(length) or "{}")
                for status, answer in self.answers(op, body):
                    text = json.dumps(answer).encode() if answer is not None else b""
                    sock.sendall(HEAD.pack(len(text), op, status, number) + text)

    def answers(self, op, body):
        if op == HELLO:
            return [(0, {"version": 1, "program": "engine", "release": "0"})]
        if op == STATUS:
            return [(0, {"engine": True, "alarms": self.alarms})]
        if op == AGENT:
            if body["agent"] not in [row["name"] for row in self.views["agents"]]:
                return [(-2, {"error": f"there is no agent {body['agent']}"})]
            self.asked.append(body)
            return [(0, {})]
        rows = self.views.get(body["what"], [])
        return [(0, {"rows": rows[i:i + 100]}) for i in range(0, len(rows), 100)] + [(0, None)]


class Live(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.engine = Engine(f"{self.folder.name}/engine.sock")
        self.engine.views["calls"] = [call(1), call(2, queue="support", state="talking"), call(3)]

    def tearDown(self):
        if os.path.exists(self.engine.path):
            self.engine.stop()
        self.folder.cleanup()

    def words(self, *words):
        return [CTL, "--engine", self.engine.path, "--tandemd", f"{self.folder.name}/t", *words]

    def ctl(self, *words):
        return subprocess.run(self.words(*words), capture_output=True, text=True, check=False)

    def terminal(self, *words, rows=24, columns=80, **environment):
        pid, fd = pty.fork()
        if pid == 0:
            # The size is there before the program asks for it.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(CTL, self.words(*words), {"TERM": "xterm", "TZ": "UTC", **environment})
        return pid, fd

    def said(self, *words, **size):
        """All that a terminal gets."""
        pid, fd = self.terminal(*words, **size)
        text = b""
        try:
            while part := os.read(fd, 4096):
                text += part
        except OSError:
            pass
        os.close(fd)
        os.waitpid(pid, 0)
        return text.decode()

    def until(self, fd, wanted):
        text = b""
        while wanted not in text:
            text += os.read(fd, 4096)
        return text

    def test_options_of_show_choose_rows(self):
        done = self.ctl("show", "calls", "--queue", "sales", "--sort", "-seconds", "--json")
        self.assertEqual([r["position"] for r in json.loads(done.stdout)], [3, 1])
        done = self.ctl("show", "calls", "--limit", "1")
        self.assertEqual(len(done.stdout.splitlines()), 2)
        done = self.ctl("show", "calls", "--state", "taking")
        self.assertEqual((done.returncode, done.stdout), (
            0, "calls: none of 3 has state taking; there are waiting, talking\n"))
        self.assertEqual(self.ctl("show", "calls", "--state", "taking", "--json").stdout, "[]\n")
        done = self.ctl("complete", "--line", "--engine", self.engine.path, "show", "calls",
                        "--state", "t")
        self.assertEqual(done.stdout.split(), ["talking"])

    def test_an_option_that_a_view_lacks_is_refused_in_a_line(self):
        for words, line in (
                (("trunks", "-q", "sales"),
                 "show: trunks has no queue; there are --trunk, --sort, --limit"),
                (("stats", "--sort", "in"), "show: stats has no rows: no --sort"),
                (("drops", "--sort", "pakets"),
                 "show: drops has no column pakets; there are port, reason, packets, text")):
            done = self.ctl("show", *words)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (2, "", f"tandemctl: {line}\n"))

    def agent(self, *words):
        self.engine.asked = []
        done = self.ctl("agent", *words)
        return done.returncode, done.stdout, done.stderr.splitlines(), \
            [(a["agent"], a["do"], a.get("reason")) for a in self.engine.asked]

    def test_an_action_is_for_several_agents(self):
        states = ("available", "logged out", "paused", "not responding", "wrap-up", "talking")
        self.engine.views["agents"] = [
            {"name": f"a{i}", "state": state, "queues": "sales,help" if i else "help"}
            for i, state in enumerate(states)]
        self.engine.views["queues"] = [{"name": "sales"}, {"name": "help"}, {"name": "night"}]
        self.assertEqual(self.agent("a0,a1,a0", "pause", "--reason", "lunch"), (
            0, "", [], [("a0", "pause", "lunch"), ("a1", "pause", "lunch")]))
        self.assertEqual(self.agent("a0,eve,a1,mallory", "logout"), (
            3, "", ["tandemctl: there is no agent eve", "tandemctl: there is no agent mallory"],
            [("a0", "logout", None), ("a1", "logout", None)]))
        for words, names in ((("--queue", "sales", "pause"), "a2 a3 a4 a5"),
                             (("pause", "-q", "help"), "a0 a2 a3 a4 a5"),
                             (("login", "--queue=sales"), "a1"),
                             (("--queue", "sales", "unpause"), "a2 a3"),
                             (("--queue", "sales", "ready"), "a4")):
            status, _, said, asked = self.agent(*words)
            self.assertEqual((status, said), (0, []))
            self.assertEqual(" ".join(name for name, _, _ in asked), names)
        self.assertEqual(self.agent("--queue", "night", "pause"), (
            3, "", ["tandemctl: agent: the queue night has no agent whom pause concerns"], []))
        self.assertEqual(self.agent("--queue", "nigth", "pause"), (
            3, "", ["tandemctl: agent: there is no queue nigth"], []))
        self.assertEqual(json.loads(self.agent("-q", "sales", "logout", "--json")[1]),
                         {"agents": ["a2", "a3", "a4", "a5"]})
        self.engine.stop()
        status, _, said, _ = self.agent("a0,a1", "pause")
        self.assertEqual((status, len(said)), (5, 1))

    def test_a_command_is_repeated(self):
        words = self.words("show", "calls", "--json", "--watch", "0.1")
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as done:
            for count in (3, 3, 0):
                self.engine.views["calls"] = [call(i + 1) for i in range(count)]
                while len(json.loads(done.stdout.readline())) != count:
                    pass
            done.send_signal(signal.SIGINT)
            done.stdout.read()
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.ctl("show", "trunks", "-q", "x", "-w", "0.1").returncode, 2)

    def test_a_picture_that_cannot_be_had_is_told_and_the_next_one_comes(self):
        pid, fd = self.terminal("show", "calls", "--watch", "0.1")
        self.until(fd, b"\033[H\033[2Jtandemctl show  ")
        self.until(fd, b"1732220776.3")
        self.engine.stop()
        self.until(fd, b"no one listens there")
        self.engine.start()
        self.until(fd, b"1732220776.3")
        os.write(fd, b"\x03")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        os.close(fd)

    def screen(self, fd, wanted, rows=24, columns=80):
        """The first picture that has all of this, as lines; none is too large."""
        text = b""
        while True:
            pictures = text.split(b"\033[H\033[2J")
            for picture in pictures[1:-1]:
                shown = re.sub(r"\033\[[?0-9;]*[a-zA-Z]", "", picture.decode())
                if all(w in shown for w in wanted):
                    lines = shown.split("\r\n")
                    self.assertLessEqual(len(lines), rows, shown)
                    self.assertLessEqual(max(len(line) for line in lines), columns, shown)
                    return lines
            text = b"\033[H\033[2J" + pictures[-1] + os.read(fd, 65536)

    def test_top_fits_its_terminal_and_goes_on_without_the_engine(self):
        states = ("talking", "available", "paused", "not responding")
        self.engine.views["agents"] = [
            {"name": f"agent{i:03}", "state": states[3 if i == 77 else 2 if i == 88 else i % 2],
             "seconds": i * 1.0, "reason": "", "engaged": False, "reachable": True,
             "backed_off": False, "call": "", "queue": "sales", "answered": 0, "missed": 0}
            for i in range(500)]
        self.engine.views["queues"] = [
            {"name": f"q{i}", "waiting": i, "oldest": i * 1.0, "unattended": i == 5}
            for i in range(30)]
        self.engine.alarms = "trunk-full: north"
        tandemd = Engine(f"{self.folder.name}/t")
        tandemd.alarms = "trunk-full: north"
        pid, fd = self.terminal("top", "-d", "0.1")
        lines = self.screen(fd, ["tandem  ", "ALARM trunk-full: north", "q ends"])
        agents = [line for line in lines if line.startswith("agent0") or
                  line.startswith("agent4")]
        self.assertTrue(agents[0].startswith("agent077  not respon"), lines)
        self.assertTrue(agents[1].startswith("agent088  paused"), lines)
        self.assertTrue(any(re.fullmatch(r"\.\.\. 49\d more", line) for line in lines), lines)
        self.assertTrue(any(re.fullmatch(r"\.\.\. 2\d more", line) for line in lines), lines)
        queues = [line for line in lines if re.match(r"q\d", line)]
        self.assertTrue(queues[0].startswith("q5 "), lines)
        self.assertTrue(queues[1].startswith("q29 "), lines)
        os.write(fd, b"\t\033[6~")
        self.screen(fd, ["> agents", "more above"])
        os.write(fd, b"s")
        self.screen(fd, ["> agents  by name"])
        os.write(fd, b"/AGENT12\r")
        lines = self.screen(fd, ["/AGENT12   (", "10 agents", "agent120"])
        os.write(fd, b"/\r")
        self.screen(fd, ["500 agents"])
        self.engine.stop()
        self.screen(fd, ["no engine since ", "no agents"])
        self.engine.start()
        self.screen(fd, ["500 agents"])
        tandemd.stop()
        self.screen(fd, ["no tandemd since ", "500 agents"])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 60, 0, 0))
        lines = self.screen(fd, ["500 agents"], 40, 80)
        while len(lines) < 30:
            lines = self.screen(fd, ["500 agents"], 40, 80)
        os.write(fd, b"q")
        left = self.until(fd, b"\033[?1049l")
        self.assertTrue(left)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        os.close(fd)
        self.engine.stop()
        self.assertIn("no one listens there", self.said("top"))
        self.engine.start()
        done = self.ctl("top", "-n", "1")  # a pipe gets all
        self.assertIn("agent499", done.stdout)

    def test_a_table_fits_its_terminal(self):
        self.engine.views["trunks"] = [{
            "name": "north", "address": "192.0.2.1", "calls": 1,
            "server_name": "a-very-long-name.of-a-carrier.example.net"}]
        whole = self.ctl("show", "calls").stdout
        self.assertNotIn("not shown", whole)
        said = self.said("show", "calls", columns=100)
        lines = [line.replace("\033[1m", "").replace("\033[0m", "") for line in said.splitlines()]
        self.assertEqual(len(lines), 5)
        self.assertLessEqual(max(len(line) for line in lines[:4]), 100)
        self.assertIn("not shown, as the terminal is too narrow: ", lines[4])
        self.assertIn("\033[1mid", said)
        self.assertNotIn("\033[", self.said("show", "calls", NO_COLOR="1"))


if __name__ == "__main__":
    unittest.main()
