#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""tandemd against an engine of this file's own, which refuses, dies and comes back on demand.

    tandemd_test.py TANDEMD TANDEMCTL
"""
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HEAD = struct.Struct("<IHhI")
SECRET = re.compile(r"( ha1=)([0-9a-f]+)")
HELLO, CONFIG_GET, CONFIG_APPLY, JOURNAL_ACK = 1, 19, 20, 22
APPLY, CDR, QUEUE_LOG, CALL, STATUS, ALARMS = 64, 65, 66, 67, 68, 69
ALARM, CONFIG_HISTORY, CONFIG_DIFF, CONFIG_ROLLBACK = 26, 70, 71, 72
ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"
SITE = """site: {name: test, domain: tandem.example}
engine: {log: stderr, journal_dir: journal}
groups: {sales: {agents: [alice]}}
agents: {alice: {password: secret}}
queues: {sales: {groups: [sales]}}
routes: {"100": {queue: sales}}
"""
EV_CDR, EV_QUEUE_LOG, EV_STORY = 4, 5, 12


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Journal:
    """A segment with stories, as include/tandem/event.h describes them."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.file = open(f"{folder}/{1:020}.journal", "wb", buffering=0)
        self.seq = 0

    def story(self, call, text):
        self.put(EV_STORY, struct.pack("<24s200s", call.encode(), text.encode()))

    def put(self, kind, payload):
        self.seq += 1
        rest = struct.pack("<IHHQQ", len(payload), kind, 0, self.seq,
                           1732220776000000000 + self.seq)
        record = struct.pack("<II", 0x43525454, crc32c(rest + payload)) + rest + payload
        self.file.write(record + bytes(-len(record) % 8))


class Peer:
    def __init__(self, sock):
        self.sock = sock

    def read(self):
        data = b""
        while len(data) < HEAD.size or len(data) < HEAD.size + HEAD.unpack(data[:12])[0]:
            want = HEAD.size + (HEAD.unpack(data[:12])[0] if len(data) >= 12 else 0) - len(data)
            part = self.sock.recv(want)
            if not part:
                raise ConnectionError
            data += part
        length, op, status, number = HEAD.unpack(data[:12])
        return op, status, number, json.loads(data[12:]) if length else None

    def write(self, op, number, body, status=0):
        self.write_text(op, number, json.dumps(body) if body is not None else "", status)

    def write_text(self, op, number, text, status=0):
        data = text.encode()
        self.sock.sendall(HEAD.pack(len(data), op, status, number) + data)


class Engine:
    """Holds lines as an engine does, by kind and name."""

    def __init__(self, path):
        self.path, self.objects, self.applied, self.acks = path, {}, [], []
        self.refuse = self.refuse_ack = self.silent = self.held = None
        self.answered = 0  # changes that were applied and answered
        self.listener = self.peer = None
        self.alarms = {}  # name: raised, text

    def start(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.alarms = {}
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        threading.Thread(target=self.serve, daemon=True).start()

    def stop(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        for sock in (self.listener, self.peer and self.peer.sock):
            if sock and sock.fileno() >= 0:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                sock.close()

    def serve(self):
        try:
            self.peer = Peer(self.listener.accept()[0])
            while True:
                self.answer(*self.peer.read())
        except OSError:
            pass

    def answer(self, op, _, number, body):
        if op == JOURNAL_ACK:
            self.acks.append(body["seq"])
            if self.refuse_ack:
                self.peer.write(op, number, {"error": self.refuse_ack}, -34)
            else:
                self.peer.write(op, number, {})
        elif op == ALARM:
            self.alarms[body["alarm"]] = (body["raised"], body["text"])
            self.peer.write(op, number, {})
        elif op == CONFIG_GET:
            self.peer.write(op, number, {"text": "".join(
                SECRET.sub(lambda m: m[1] + "0" * len(m[2]), f"{line}\n")
                for line in self.objects.values())})
        elif op == CONFIG_APPLY:
            if self.held:
                self.held.wait()
            if self.silent:
                self.stop()
            elif self.refuse:
                self.peer.write(op, number, {"error": self.refuse}, -22)
            else:
                self.peer.write(op, number, self.take(body["text"]))
                self.answered += 1
        else:
            self.peer.write(op, number, {"version": 1, "program": "engine", "release": "0"})

    def take(self, text):
        self.applied.append(text)
        count = {"set": 0, "deleted": 0}
        for line in text.splitlines():
            word, kind, name = line.split()[:3]
            if word == "set":
                count["set"] += self.objects.get((kind, name)) != line[4:]
                self.objects[kind, name] = line[4:]
            else:
                count["deleted"] += 1
                del self.objects[kind, name]
        return count


def until(what, condition):
    end = time.monotonic() + 10
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within 10 s: {what}")
        time.sleep(0.01)


class Tandemd(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = self.folder.name
        self.site = f"{self.dir}/site.yaml"
        self.write(SITE)
        self.engine = Engine(f"{self.dir}/engine.sock")
        self.process = None

    def tearDown(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.engine.stop()
        self.folder.cleanup()

    def write(self, text):
        with open(self.site, "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        self.log = open(f"{self.dir}/log", "a+", encoding="utf-8")
        self.process = subprocess.Popen(
            [PROGRAM, "--site", self.site, "--compiled", f"{self.dir}/site.conf", "--engine",
             self.engine.path, "--socket", f"{self.dir}/tandemd.sock", "--store",
             f"{self.dir}/store.sqlite", "--keep-days", "0"], stderr=self.log)
        self.addCleanup(self.log.close)
        until("tandemd listens", self.connect)

    def connect(self):
        self.assertIsNone(self.process.poll(), "tandemd ended")
        self.sock = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.sock.close)
        try:
            self.sock.connect(f"{self.dir}/tandemd.sock")
        except OSError:
            return False
        self.client = Peer(self.sock)
        self.ask(HELLO, {"version": 1, "program": "test"})
        return True

    def ask(self, op, body):
        self.client.write(op, 7, body)
        _, status, number, answer = self.client.read()
        self.assertEqual(number, 7)
        return status, answer

    def rows(self, op, body):
        self.client.write(op, 7, body)
        rows = []
        while True:
            _, status, _, answer = self.client.read()
            self.assertEqual(status, 0)
            if answer is None:
                return rows
            rows += answer["rows"]

    def stop(self):
        self.process.terminate()
        self.assertEqual(self.process.wait(10), 0)

    def apply(self, text):
        return self.ask(APPLY, {"file": self.site, "yaml": text})

    def status(self):
        return self.ask(STATUS, {})[1]

    def compiled(self):
        with open(f"{self.dir}/site.conf", encoding="utf-8") as file:
            return file.read()

    def logged(self):
        with open(f"{self.dir}/log", encoding="utf-8") as file:
            return file.read()

    def come(self):
        before = self.engine.answered
        self.engine.start()
        until("the engine is configured", lambda: self.engine.answered > before)

    def lost(self):
        return [row["raised"] for row in self.rows(ALARMS, {"limit": 10})
                if row["name"] == "engine-lost"]

    def test_an_engine_that_is_lost_is_an_alarm(self):
        self.engine.start()
        self.start()
        until("the engine is reached", lambda: self.status()["engine"])
        self.assertEqual((self.lost(), self.status()["alarms"]), ([], ""))
        self.engine.stop()
        until("the alarm", lambda: self.lost() == [1])
        self.assertEqual(self.status()["alarms"], "engine-lost")
        self.stop()  # which is no loss of the engine, and no end of one
        self.start()
        self.assertEqual(self.status()["alarms"], "engine-lost")
        self.engine.start()
        until("its end", lambda: self.lost() == [1, 0])
        self.assertEqual(self.status()["alarms"], "")
        self.stop()
        self.engine.stop()
        self.engine.start()
        self.start()
        until("the engine is reached again", lambda: self.status()["engine"])
        self.assertEqual(self.lost(), [1, 0])

    def test_a_bad_site_is_no_reason_not_to_start(self):
        wrong = SITE.replace("groups: [sales]}}", "groups: [slaes]}}")
        place = f"{self.site}:5:27: queues.sales.groups: no group is called 'slaes'; did you mean 'sales'?"
        self.write(wrong)
        self.start()  # nothing was ever applied
        self.assertFalse(os.path.exists(f"{self.dir}/site.conf"))
        self.assertIn(place + "\n", self.logged())
        self.assertEqual(self.status()["not_applied"], place)
        self.assertEqual(self.status()["applied"], 0)
        self.assertEqual(self.rows(CDR, {}), [])
        self.assertEqual(self.ask(CONFIG_DIFF, {}), (-22, {"error": place}))
        self.engine.start()
        until("the alarm", lambda: self.engine.alarms.get("site-wrong") == (True, place))
        self.assertEqual(self.engine.objects, {})
        self.write(SITE)
        self.assertEqual(self.apply(SITE)[0], 0)
        self.assertEqual(len(self.engine.objects), 5)
        self.assertEqual(self.status()["not_applied"], "")
        until("no alarm", lambda: not self.engine.alarms["site-wrong"][0])
        self.engine.stop()
        self.stop()
        self.write(wrong)
        before = self.compiled()
        self.start()  # with what was applied last
        self.assertEqual(self.compiled(), before)
        self.assertEqual(self.status()["not_applied"], place)
        self.assertIn(f'error="{place}"', self.logged())
        self.engine.objects.clear()
        self.come()
        self.assertEqual(len(self.engine.objects), 5)
        until("the alarm", lambda: self.engine.alarms.get("site-wrong") == (True, place))
        os.unlink(self.site)
        self.assertIn("cannot be read: No such file", self.status()["not_applied"])

    def test_only_apply_changes_the_site(self):
        edited = SITE.replace("100", "200")
        differs = f"{self.site} differs from what is applied: run tandemctl apply {self.site}"
        self.start()
        self.come()
        self.assertEqual(self.status()["not_applied"], "")
        self.assertEqual(self.engine.alarms["site-not-applied"][0], False)
        self.write(edited)
        self.assertEqual(self.status()["not_applied"], differs)
        for restart in (self.stop, self.engine.stop):
            restart()
            if restart == self.stop:
                self.engine.stop()
                self.start()
            self.engine.objects.clear()
            self.come()
            self.assertIn(("route", "100"), self.engine.objects)
            self.assertNotIn(("route", "200"), self.engine.objects)
            self.assertNotIn("route 200", self.compiled())
            until("the alarm",
                  lambda: self.engine.alarms["site-not-applied"] == (True, differs))
        self.assertEqual(self.logged().count("site file is not applied"), 2)
        self.assertEqual(self.apply(edited)[0], 0)
        self.assertIn(("route", "200"), self.engine.objects)
        self.assertEqual(self.status()["not_applied"], "")
        until("no alarm", lambda: not self.engine.alarms["site-not-applied"][0])

    def test_what_was_applied_from_another_file_stays(self):
        self.start()
        other = f"{self.dir}/other.yaml"
        text = SITE.replace("100", "300")
        status, answer = self.ask(APPLY, {"file": other, "yaml": text})
        self.assertEqual(status, 0)
        self.assertIn("run tandemctl apply", answer["note"])
        self.stop()
        self.start()
        self.assertIn("route 300", self.compiled())
        status = self.status()
        self.assertEqual((status["applied"], status["applied_from"]), (2, other))
        self.assertRegex(status["applied_at"], ISO)
        self.assertIn("differs", status["not_applied"])

    def test_the_last_ten_are_kept(self):
        self.start()
        for i in range(201, 213):
            self.write(SITE.replace("100", str(i)))
            self.assertEqual(self.apply(SITE.replace("100", str(i)))[1]["number"], i - 199)
            self.assertEqual(self.apply(SITE.replace("100", str(i)))[1]["number"], i - 199)
        folder = f"{self.dir}/site.conf-history"
        self.assertEqual(sorted(os.listdir(folder), key=lambda name: int(name[:-5])),
                         [f"{i}.conf" for i in range(4, 14)])
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        self.assertEqual({os.stat(f"{folder}/{name}").st_mode & 0o777
                          for name in os.listdir(folder)}, {0o600})
        rows = self.ask(CONFIG_HISTORY, {})[1]["rows"]
        self.assertEqual([row["number"] for row in rows], list(range(4, 14)))
        self.assertEqual({(row["set"], row["deleted"], row["from"]) for row in rows},
                         {(1, 1, self.site)})
        self.assertTrue(all(re.match(ISO, row["at"]) for row in rows))
        self.assertEqual([row["number"] for row in rows if row["applied"]], [13])

        self.assertEqual(self.changes({"from": 4, "to": 6}),
                         [("routes.203", "gone", "", ""), ("routes.205", "new", "", ""),
                          ("routes.205.queue", "new", "", "sales")])
        self.assertEqual(self.changes({"from": 12}),
                         [("routes.211", "gone", "", ""), ("routes.212", "new", "", ""),
                          ("routes.212.queue", "new", "", "sales")])
        self.write(SITE.replace("100", "212").replace("secret", "other")
                   .replace("[sales]}", "[sales], ring: 90s}"))
        self.assertEqual(self.changes({}),
                         [("agents.alice.password", "set", "(secret)", "(secret)"),
                          ("queues.sales.ring", "set", "15s", "90s")])
        self.assertEqual(self.ask(CONFIG_DIFF, {"from": 3})[0], -2)
        self.assertEqual(self.ask(CONFIG_DIFF, {"from": "x"})[0], -22)

        self.come()
        self.assertEqual(self.ask(CONFIG_ROLLBACK, {"number": 3})[0], -2)
        self.assertEqual(self.ask(CONFIG_ROLLBACK, {})[0], -22)
        status, answer = self.ask(CONFIG_ROLLBACK, {"number": 4})
        self.assertEqual((status, answer["number"]), (0, 14))
        self.assertIn("differs", answer["note"])
        self.assertIn(("route", "203"), self.engine.objects)
        self.assertEqual(self.status()["applied_from"], "rollback 4")
        self.stop()
        self.start()
        self.assertIn("route 203", self.compiled())
        self.assertEqual(self.changes({"from": 14}), [])

    def changes(self, body):
        status, answer = self.ask(CONFIG_DIFF, body)
        self.assertEqual(status, 0, answer)
        return [(row["path"], row["change"], row["old"], row["new"]) for row in answer["rows"]]

    def test_what_is_lost_is_taken_from_the_history(self):
        self.start()
        self.assertEqual(self.apply(SITE.replace("100", "300"))[0], 0)
        self.stop()
        with open(f"{self.dir}/site.conf", "w", encoding="utf-8") as file:
            file.write("nonsense\n")
        self.start()
        self.assertIn("route 300", self.compiled())
        self.assertEqual(self.status()["applied"], 2)
        self.stop()
        os.unlink(f"{self.dir}/site.conf")
        self.start()
        self.assertIn("route 300", self.compiled())

    def test_the_file_of_an_older_release_is_taken(self):
        self.start()
        self.stop()
        lines = self.compiled().splitlines(keepends=True)
        shutil.rmtree(f"{self.dir}/site.conf-history")
        with open(f"{self.dir}/site.conf", "w", encoding="utf-8") as file:
            file.write("".join(line for line in lines if line[0] != "#"))
        self.write(SITE.replace("100", "300"))
        self.start()
        self.assertIn("route 100", self.compiled())
        status = self.status()
        self.assertEqual((status["applied"], status["applied_from"]), (1, ""))
        self.assertIn("differs", status["not_applied"])
        self.assertEqual(self.ask(CONFIG_HISTORY, {})[1]["rows"][0]["number"], 1)

    def test_a_name_of_a_file_is_no_line_of_the_text(self):
        self.start()
        file = f"{self.dir}/a\nroute 666 queue=sales"
        self.assertEqual(self.ask(APPLY, {"file": file, "yaml": SITE.replace("100", "300")})[0], 0)
        self.assertNotIn("\nroute 666", self.compiled())
        self.stop()
        self.start()
        self.assertEqual(self.status()["applied_from"],
                         file.replace("\n", "\\n"))

    def test_what_needs_a_restart_waits_and_the_rest_is_applied(self):
        self.start()
        self.come()
        text = SITE.replace("100", "300").replace("name: test,", "max_calls: 7, rtp_dscp: AF41,")
        text += "ports: {floor: {device: eth2, address: [10.0.0.1/24]}}\n"
        self.write(text)
        status, answer = self.apply(text)
        self.assertEqual(status, 0)
        self.assertTrue(answer["restart"])
        self.assertEqual([(row["path"], row["old"], row["new"]) for row in answer["waiting"]][:3],
                         [("site.max_calls", "2000", "7"), ("ports.floor", "", ""),
                          ("ports.floor.device", "", "eth2")])
        self.assertIn(("route", "300"), self.engine.objects)
        self.assertIn("rtp_dscp=34", self.engine.objects["site", "site"])
        self.assertIn("max_calls=2000", self.engine.objects["site", "site"])
        self.assertNotIn(("port", "floor"), self.engine.objects)
        self.assertIn("max_calls=7", self.compiled())
        self.assertIn("site.max_calls, ports.floor", self.status()["restart"])
        self.assertEqual(self.status()["not_applied"], "")
        # What follows is not held up, and tandemd that restarts knows it again.
        self.stop()
        self.engine.stop()
        self.start()
        self.come()
        self.assertIn("site.max_calls, ports.floor", self.status()["restart"])
        self.assertEqual(self.apply(text.replace("300", "400"))[0], 0)
        self.assertIn(("route", "400"), self.engine.objects)
        # What cannot be without what waits is refused with the reason.
        self.engine.refuse = "agent bob: there are 2 agents"
        status, answer = self.apply(text.replace("400", "500"))
        self.assertEqual(status, -22)
        self.assertIn("restart the engine, then apply the rest", answer["error"])
        self.engine.refuse = None
        # The next start takes it.
        self.engine.stop()
        self.engine.objects = {tuple(line.split()[:2]): line
                               for line in self.compiled().splitlines() if line[0] != "#"}
        self.come()
        self.assertEqual(self.status()["restart"], "")

    def test_tandemctl_names_places_and_differences(self):
        self.start()
        self.come()
        self.write(SITE.replace("100", "300").replace("name: test,", "max_calls: 7,"))
        waits = f"{self.site}:1:19: site.max_calls: 2000 -> 7: waits until tandem-engine starts next"
        difference = ["site.name: test -> tandem",
                      "site.max_calls: 2000 -> 7  (when tandem-engine starts next)",
                      "routes.100: gone", "routes.300: new", "routes.300.queue: sales"]
        self.assertEqual(self.tandemctl("config", "diff"), difference)
        self.assertEqual(self.tandemctl("apply", "--dry-run", self.site), difference)
        self.assertIn("differs from what is applied", "".join(self.tandemctl("status")))
        self.assertEqual(self.tandemctl("apply", "--diff", self.site), difference + [
            "applied: 2 objects set, 1 deleted", waits])
        self.assertEqual(self.tandemctl("config", "diff"), ["no difference"])
        self.assertEqual(self.tandemctl("config", "diff", "1", "2"), difference)
        history = self.tandemctl("config", "history")
        self.assertEqual([line.split()[0] for line in history[1:]], ["1", "2"])
        self.assertEqual(json.loads("".join(self.tandemctl("config", "history", "--json")))[0]["from"],
                         self.site)
        rows = json.loads("".join(self.tandemctl("config", "diff", "1", "--json")))
        self.assertEqual(rows[0]["path"], "site.name")
        answer = json.loads("".join(self.tandemctl("--json", "apply", self.site)))
        self.assertEqual(answer["waiting"][0]["line"], 1)
        self.assertIn("applied: 2 objects set, 1 deleted",
                      self.tandemctl("config", "rollback", "1"))
        self.assertIn("route 100", self.compiled())
        failed = subprocess.run([CTL, "--tandemd", f"{self.dir}/tandemd.sock", "config",
                                 "rollback", "9"], capture_output=True, text=True, check=False)
        self.assertEqual((failed.returncode, failed.stderr),
                         (3, "tandemctl: no number 9 is kept; see tandemctl config history\n"))

    def tandemctl(self, *words):
        done = subprocess.run([CTL, "--tandemd", f"{self.dir}/tandemd.sock", "--engine",
                               "/nonexistent", *words], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(all(": warning: " in line for line in done.stderr.splitlines()), done.stderr)
        return done.stdout.splitlines()

    def test_dry_run_tells_and_changes_nothing(self):
        self.start()
        self.come()
        before = self.compiled()
        body = {"file": self.site, "yaml": SITE.replace("100", "300"), "dry-run": True}
        status, answer = self.ask(APPLY, body)
        self.assertEqual((status, answer["dry-run"]), (0, True))
        self.assertEqual([(row["path"], row["change"]) for row in answer["changes"]],
                         [("routes.100", "gone"), ("routes.300", "new"),
                          ("routes.300.queue", "new")])
        self.assertEqual(self.compiled(), before)
        self.assertIn(("route", "100"), self.engine.objects)
        del body["dry-run"]
        self.assertEqual(self.ask(APPLY, body | {"diff": True})[1]["changes"], answer["changes"])
        self.assertIn(("route", "300"), self.engine.objects)

    def test_the_journal_that_the_engine_writes_is_followed(self):
        self.start()
        self.come()
        old = self.status()["journal"]
        self.assertEqual(old, f"{self.dir}/journal")
        moved = SITE.replace("journal_dir: journal", "journal_dir: other")
        self.assertEqual(self.apply(moved)[0], 0)
        self.assertEqual(self.status()["journal"], old)  # until the engine starts again
        self.engine.stop()
        self.engine.objects = {tuple(line.split()[:2]): line
                               for line in self.compiled().splitlines() if line[0] != "#"}
        self.come()
        until("the other journal", lambda: self.status()["journal"] == f"{self.dir}/other")

    def test_one_file_has_one_use(self):
        os.link(self.site, f"{self.dir}/link")
        os.link(self.site, f"{self.dir}/a.new")
        files = {"site": self.site, "compiled": f"{self.dir}/a.conf",
                 "store": f"{self.dir}/store.sqlite", "log": "stderr"}
        for option, value, line in (
                ("compiled", self.site, "--site and --compiled are one file"),
                ("compiled", f"{self.dir}/link", "--site and --compiled are one file"),
                ("compiled", f"{self.dir}/a",
                 "--site and the new text of --compiled are one file"),
                ("store", f"{self.dir}/a.conf", "--compiled and --store are one file"),
                ("log", self.site, "--site and the log are one file")):
            args = [f"--{name}={path}" for name, path in {**files, option: value}.items()]
            run = subprocess.run([PROGRAM, *args, "--socket", f"{self.dir}/tandemd.sock"],
                                 capture_output=True, text=True, check=False, timeout=20)
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertTrue(run.stderr.startswith(f"tandemd: {line}, "), run.stderr)
            self.assertEqual(run.stderr.count("\n"), 1)
        with open(self.site, encoding="utf-8") as file:
            self.assertEqual(file.read(), SITE)

    def test_what_lies_beside_the_compiled_file_is_not_written_into(self):
        precious = f"{self.dir}/precious"
        with open(precious, "w", encoding="utf-8") as file:
            file.write("mine")
        os.symlink(precious, f"{self.dir}/site.conf.new")
        self.start()
        self.assertFalse(os.path.islink(f"{self.dir}/site.conf"))
        self.assertIn("queue sales", self.compiled())
        with open(f"{self.dir}/site.conf.new", "w", encoding="utf-8"):
            os.chmod(f"{self.dir}/site.conf.new", 0o666)
        self.assertEqual(self.apply(SITE.replace("100", "300"))[0], 0)
        self.assertEqual(os.stat(f"{self.dir}/site.conf").st_mode & 0o777, 0o600)
        with open(precious, encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")

    def test_the_engine_gets_what_it_lacks_whenever_it_comes(self):
        self.start()
        self.assertIn("queue sales groups=sales", self.compiled())
        self.assertEqual(os.stat(f"{self.dir}/site.conf").st_mode & 0o777, 0o600)
        self.come()
        self.assertEqual(len(self.engine.objects), 5)
        self.engine.stop()
        del self.engine.objects["route", "100"]
        self.come()
        self.assertIn(["set", "route", "100"],
                      [line.split()[:3] for line in self.engine.applied[-1].splitlines()])
        self.assertEqual(len(self.engine.objects), 5)
        self.assertTrue(self.status()["engine"])

    def test_a_change_is_the_difference(self):
        self.start()
        self.come()
        status, answer = self.apply(SITE.replace("groups: [sales]}", "groups: [sales], ring: 9s}")
                                    .replace("100", "200"))
        self.assertEqual(status, 0)
        self.assertEqual((answer["set"], answer["deleted"]), (2, 1))
        self.assertEqual([line.split()[:3] for line in self.engine.applied[-1].splitlines()],
                         [["set", "agent", "alice"],  # the engine does not tell her password
                          ["set", "queue", "sales"], ["del", "route", "100"],
                          ["set", "route", "200"]])
        self.assertIn("ring=9000", self.compiled())
        self.assertFalse(answer["restart"])
        self.assertEqual(answer["note"], f"{self.site} differs from what is applied: "
                         f"run tandemctl apply {self.site}")
        self.write(SITE.replace("name: test,", "max_calls: 7,"))
        status, answer = self.apply(SITE.replace("name: test,", "max_calls: 7,"))
        self.assertNotIn("note", answer)
        self.assertTrue(answer["restart"])

    def test_a_refused_change_changes_nothing(self):
        self.start()
        self.come()
        before, applied = self.compiled(), len(self.engine.applied)
        for text, why in ((SITE + "tunks: {}\n", ":7:1: unknown section 'tunks'; did you mean "
                           "'trunks'?"), (SITE + "x: [\n", ":8:1: this is not YAML: ")):
            status, answer = self.apply(text)
            self.assertEqual(status, -22)
            self.assertTrue(answer["error"].startswith(self.site + why), answer)
        self.assertEqual(len(self.engine.applied), applied)
        changed = SITE.replace("groups: [sales]}", "groups: [sales], ring: 9s}")
        self.engine.refuse = "no room"
        self.assertEqual(self.apply(changed), (-22, {"error": "no room"}))
        self.assertEqual(self.compiled(), before)
        self.engine.refuse = None
        self.engine.silent = True
        status, answer = self.apply(changed)
        self.assertEqual(status, -104)
        self.assertEqual(self.compiled(), before)
        self.assertEqual(sorted(os.listdir(self.dir)), sorted(
            ["site.yaml", "site.conf", "site.conf-history", "tandemd.sock", "store.sqlite", "store.sqlite-wal",
             "store.sqlite-shm", "store.sqlite-archive", "log"]))
        self.engine.silent = None
        self.engine.objects.clear()
        self.come()
        self.assertEqual(len(self.engine.objects), 5)

    def test_without_an_engine_the_file_is_written_and_the_engine_gets_it_later(self):
        self.start()
        status, answer = self.ask(APPLY, {"file": f"{self.dir}/other.yaml",
                                          "yaml": SITE.replace("100", "300")})
        self.assertEqual((status, answer["engine"]), (0, False))
        self.assertIn(self.site, answer["note"])
        self.assertIn("route 300 queue=sales", self.compiled())
        self.come()
        self.assertIn(("route", "300"), self.engine.objects)

    def test_hangup_signal_looks_at_the_site_and_changes_nothing(self):
        self.start()
        self.come()
        self.write(SITE.replace("100", "400"))
        self.process.send_signal(signal.SIGHUP)
        until("the log says it", lambda: "site file is not applied" in self.logged())
        until("the alarm", lambda: self.engine.alarms["site-not-applied"][0])
        self.assertNotIn(("route", "400"), self.engine.objects)

    def test_requests_are_read_strictly(self):
        self.start()
        cases = [
            (APPLY, {"file": self.site, "yaml": SITE, "yml": ""},
             'unknown key "yml"; there are file yaml diff dry-run'),
            (APPLY, {"file": 7, "yaml": SITE}, '"file" is no text; put its value in quotes'),
            (CDR, {"queu": "sales"}, 'unknown key "queu"; there are limit since until call queue agent caller trunk'
             ' disposition'),
            (CDR, {"call": 1732220776.1}, '"call" is no text; put its value in quotes'),
            (CDR, {"limit": "5"}, '"limit" must be a number from 1 to 1000000'),
            (QUEUE_LOG, {"queue": ["sales"]}, '"queue" is no text; put its value in quotes'),
            (QUEUE_LOG, {"Limit": 1}, 'unknown key "Limit"; there are limit since until call queue agent'),
            (ALARMS, {"queue": "sales"}, 'unknown key "queue"; there are limit since until name'),
            (CDR, {"since": "2h"}, '"since" must be a number of seconds since 1970'),
            (CDR, {"until": -1}, '"until" must be a number of seconds since 1970'),
            (ALARMS, {"since": 5, "until": 5}, '"until" must be after "since"'),
            (CDR, {"disposition": "frogs"}, '"disposition" is one of answered, abandoned,'
             ' overflowed, rejected, failed, lost'),
            (CALL, {"id": "1732220776.1"}, 'unknown key "id"; there are call'),
            (CALL, {"call": 7}, '"call" is no text; put its value in quotes'),
            (CALL, {}, '"call" is missing'),
            (STATUS, {"what": "all"}, 'unknown key "what"; there is none'),
            (CONFIG_HISTORY, {"n": 1}, 'unknown key "n"; there is none'),
            (CONFIG_DIFF, {"form": 1}, 'unknown key "form"; there are from to'),
            (CONFIG_DIFF, {"from": "1"}, '"from" must be a number of tandemctl config history'),
            (CONFIG_ROLLBACK, {"number": 1, "n": 1}, 'unknown key "n"; there are number'),
        ]
        for op, body, text in cases:
            with self.subTest(op=op, body=body):
                self.assertEqual(self.ask(op, body), (-22, {"error": text}))
        for text in ('{"call": "1.1", "call": "1.2"}', "[]", "{"):
            self.client.write_text(CALL, 7, text)
            status, answer = self.client.read()[1::2]
            self.assertEqual(status, -22)
            self.assertIn("the request is no JSON object: ", answer["error"])

    def test_records_are_stored_acknowledged_and_shown(self):
        journal = Journal(f"{self.dir}/journal")
        self.start()
        self.engine.start()
        for i in range(500):
            journal.story("1732220776.1", f"step {i}")
        until("all are acknowledged", lambda: self.engine.acks[-1:] == [500])
        status, answer = self.ask(CALL, {"call": "1732220776.1"})
        self.assertEqual(status, 0)
        self.assertEqual([s["text"] for s in answer["story"]], [f"step {i}" for i in range(500)])
        self.assertEqual(self.ask(CALL, {"call": "no"})[0], -2)
        self.process.kill()
        self.process.wait()
        for i in range(500, 600):
            journal.story("1732220776.1", f"step {i}")
        self.start()
        until("the rest is stored", lambda: self.status()["stored_seq"] == 600)
        self.assertEqual(self.status()["missing"], 0)
        story = self.ask(CALL, {"call": "1732220776.1"})[1]["story"]
        self.assertEqual([s["text"] for s in story], [f"step {i}" for i in range(600)])
        self.assertEqual(len(os.listdir(f"{self.dir}/store.sqlite-archive")), 1)
        journal.file.close()

    def test_a_story_of_which_a_part_is_lost_is_no_success(self):
        journal = Journal(f"{self.dir}/journal")
        self.start()
        self.engine.start()
        for i in range(1, 3):
            journal.story("1732220776.1", f"step {i}")
            until("a block has it", lambda i=i: self.engine.acks[-1:] == [i])
        ask = [CTL, "--tandemd", f"{self.dir}/tandemd.sock", "call", "1732220776.1"]
        done = subprocess.run(ask, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("step 1", done.stdout)
        [name] = os.listdir(f"{self.dir}/store.sqlite-archive")
        with open(f"{self.dir}/store.sqlite-archive/{name}", "r+b") as file:
            file.seek(60)  # in the first of two blocks
            byte = file.read(1)
            file.seek(60)
            file.write(bytes([byte[0] ^ 1]))
        for words in (ask, ask + ["--json"]):
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("its checksum is wrong", done.stderr)
            self.assertNotIn("step 1", done.stdout)
            self.assertIn("step 2", done.stdout)
        os.unlink(f"{self.dir}/store.sqlite-archive/{name}")
        words = [CTL, "--json", "replay", "--verify", "--store", f"{self.dir}/store.sqlite"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(json.loads(done.stdout)["damaged"], 2)
        told = [line for line in done.stderr.splitlines() if name in line]
        self.assertEqual(len(told), 1, done.stderr)
        self.assertIn("nor can the other blocks of this file", told[0])
        journal.file.close()

    def test_an_engine_that_does_not_free_what_is_stored_is_told_once(self):
        journal = Journal(f"{self.dir}/journal")
        self.engine.refuse_ack = "is the store another engine's?"
        self.start()
        self.engine.start()
        for i in range(1, 4):
            journal.story("1732220776.1", f"step {i}")
            until("it is told", lambda i=i: self.engine.acks[-1:] == [i])
        until("status says it", lambda: self.status()["journal_error"] == self.engine.refuse_ack)
        self.engine.refuse_ack = None
        journal.story("1732220776.1", "step 4")
        until("status is without it", lambda: self.status()["journal_error"] == "")
        self.assertEqual(self.logged().count("engine does not free what is stored: "
                                             "reason=\"is the store another engine's?\""), 1)
        self.assertEqual(self.logged().count("engine frees what is stored again: seq=4"), 1)
        journal.file.close()

    def test_records_of_a_newer_engine_are_counted_and_told_once(self):
        journal = Journal(f"{self.dir}/journal")
        self.start()
        for count in (1, 2):
            journal.put(999, b"of a newer release")
            until("it is stored", lambda: self.status()["stored_seq"] == count)
            self.assertEqual(self.status()["unknown"], count)
        self.assertEqual(self.logged().count("this release does not know"), 1)
        journal.file.close()

    def test_long_answers_come_in_pieces(self):
        self.start()
        db = sqlite3.connect(f"{self.dir}/store.sqlite")
        with db:
            db.executemany("INSERT INTO queue_log VALUES (?, ?, '1.1', ?, 'alice', 'CONNECT', '', '',"
                           " '', '', '')", [(i, i, f"q{i % 2}") for i in range(1, 3001)])
        db.close()
        rows = self.rows(QUEUE_LOG, {"limit": 2500})
        self.assertEqual([r["seq"] for r in rows], list(range(501, 3001)))
        rows = self.rows(QUEUE_LOG, {"limit": 3, "queue": "q1"})
        self.assertEqual([r["seq"] for r in rows], [2995, 2997, 2999])
        rows = self.rows(QUEUE_LOG, {"since": 7, "until": 12.5, "queue": "q1"})
        self.assertEqual([r["seq"] for r in rows], [7, 9, 11])
        words = [CTL, "--tandemd", f"{self.dir}/tandemd.sock", "queue-log", "--json"]
        done = subprocess.run(words + ["--since", "1970-01-01T00:00:07Z", "--until",
                                       "1970-01-01T01:00:09+01:00"],
                              capture_output=True, text=True, check=False)
        self.assertEqual([r["seq"] for r in json.loads(done.stdout)], [7, 8])
        self.assertEqual(self.rows(CDR, {}), [])
        self.assertEqual(self.ask(CDR, {"limit": 0})[0], -22)
        status, answer = self.ask(QUEUE_LOG, {"limit": 3, "queue": "q" * 100})
        self.assertEqual(status, -22)
        self.assertIn('"queue" has 100 bytes, and can have', answer["error"])
        self.assertEqual(self.ask(16, {})[0], -38)

    def test_a_long_search_does_not_hold_up_the_journal_or_lose_its_client(self):
        journal = Journal(f"{self.dir}/journal")
        self.start()
        self.engine.start()
        db = sqlite3.connect(f"{self.dir}/store.sqlite")
        with db:
            db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE"
                       " i < 600000) INSERT INTO queue_log SELECT i, 9, '1.1', 'sales', iif(i = 5,"
                       " 'bob', 'alice'), 'CONNECT', '', '', '', '', '' FROM n")
        db.close()
        self.client.write(QUEUE_LOG, 9, {"agent": "bob"})
        journal.story("1732220776.1", "it goes on")
        answers = [self.client.read()]
        while answers[-1][3] is not None:
            answers.append(self.client.read())
        self.assertEqual([a[3] for a in answers if a[3] == {}], [{}])  # wait on, after 25 turns
        self.assertEqual([r["seq"] for a in answers if a[3] for r in a[3].get("rows", [])], [5])
        until("the record is stored", lambda: self.status()["stored_seq"] == 1)
        journal.file.close()

    def test_it_ends_on_a_signal_without_capabilities(self):
        self.start()
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            caps = [line.split()[1] for line in file if line.startswith(("CapEff", "CapPrm"))]
        self.assertEqual(caps, ["0" * 16] * 2)
        self.process.terminate()
        self.assertEqual(self.process.wait(10), 0)
        self.assertFalse(os.path.exists(f"{self.dir}/tandemd.sock"))


if __name__ == "__main__":
    PROGRAM, CTL = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
    unittest.main()
