#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""tools/commits as the hook and lint call it, on messages and on histories made for the test."""
import os
import shutil
import subprocess
import tempfile
import unittest

TOOLS = os.path.dirname(os.path.abspath(__file__))
WHY = "\n\nCarriers ask with OPTIONS whether we are there, and take no answer for a dead trunk.\n"

GOOD = [
    "sip: answer OPTIONS" + WHY,
    "sip: TD_ROWS follows from the table" + WHY,
    "engine-host: IPv6 for the kernel's socket" + WHY,
    "sip: use 3 lines" + WHY,
    "docs: documents name their files" + WHY,
    "sip: answer OPTIONS" + WHY + "\nSigned-off-by: A Person <a@example.org>\n",
    "sip: answer OPTIONS" + WHY + "\n# Please enter the commit message for your changes.\n",
    "sip: answer OPTIONS" + WHY + "# ------------------------ >8 ------------------------\ndiff --git\n",
    "fixup! sip: answer OPTIONS\n",
]

BAD = [
    ("", "the message is empty"),
    ("# only a comment\n", "the message is empty"),
    ("sip: answer OPTIONS\n", "there is no body"),
    ("sip: answer OPTIONS\n\n# only a comment\n", "there is no body"),
    ("sip: answer OPTIONS\n\nSigned-off-by: A Person <a@example.org>\n", "there is no body"),
    ("sip: answer OPTIONS\n\nAnswer OPTIONS in sip.\n", "no more than the subject"),
    ("sip: answer OPTIONS\nCarriers ask with it whether we are there.\n", "no empty line follows"),
    ("answer OPTIONS" + WHY, "is not \"topic: imperative\""),
    ("sip:answer OPTIONS" + WHY, "is not \"topic: imperative\""),
    ("sip: " + WHY, "is not \"topic: imperative\""),
    ("sip, sdp: answer OPTIONS" + WHY, "is no single topic"),
    ("sip/sdp: answer OPTIONS" + WHY, "is no single topic"),
    ("SIP: answer OPTIONS" + WHY, "is not in lower case"),
    ("sip: Answer OPTIONS" + WHY, "begins with a capital"),
    ("sip: answer OPTIONS." + WHY, "ends with a full stop"),
    ("sip:  answer OPTIONS" + WHY, "spaces too many"),
    ("sip: added an answer to OPTIONS" + WHY, "tells what was done"),
    ("sip: adds an answer to OPTIONS" + WHY, "tells what was done"),
    ("sip: fixing OPTIONS" + WHY, "tells what was done"),
    ("sip: " + "o" * 68 + WHY, "has 73 characters; 72 at most"),
    ("Revert \"sip: answer OPTIONS\"" + WHY, "is no single topic"),
]


def git(folder, *arguments, **more):
    who = ["-c", "user.name=A Person", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True,
                          check=more.get("check", True), env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"})


class Commits(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        os.makedirs(self.folder + "/tools")
        for name in ("commits", "hooks"):
            subprocess.run(["cp", "-r", f"{TOOLS}/{name}", self.folder + "/tools/"], check=True)

    def message(self, text):
        path = self.folder + "/message"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return subprocess.run([self.folder + "/tools/commits", "--message", path], cwd=self.folder,
                              capture_output=True, text=True, check=False)

    def lint(self, folder=None):
        return subprocess.run(["tools/commits"], cwd=folder or self.folder, capture_output=True,
                              text=True, check=False)

    def history(self, *messages):
        """A repository whose first commit is the base; the ids of the others."""
        git(self.folder, "init", "-q")
        git(self.folder, "add", "tools/commits", "tools/hooks")
        git(self.folder, "commit", "-qm", "Anything before the base.")
        with open(self.folder + "/tools/commit-base", "w", encoding="utf-8") as file:
            file.write("# the base\n" + git(self.folder, "rev-parse", "HEAD").stdout)
        git(self.folder, "add", "tools/commit-base")
        ids = []
        for text in messages:
            git(self.folder, "commit", "-q", "--allow-empty", "-m", text)
            ids.append(git(self.folder, "rev-parse", "--short", "HEAD").stdout.strip())
        return ids

    def test_good_messages_pass(self):
        for text in GOOD:
            run = self.message(text)
            self.assertEqual((run.returncode, run.stdout), (0, ""), text)

    def test_bad_messages_say_what_is_wrong(self):
        for text, what in BAD:
            run = self.message(text)
            self.assertEqual(run.returncode, 1, text)
            self.assertIn(what, run.stdout, text)

    def test_commits_after_the_base_are_judged(self):
        ids = self.history("sip: answer OPTIONS" + WHY, "sip: answer REGISTER", "fixup! sip: answer OPTIONS")
        run = self.lint()
        self.assertEqual(run.returncode, 1)
        self.assertNotIn(ids[0], run.stdout)
        self.assertIn(f"commit {ids[1]} \"sip: answer REGISTER\": there is no body; say why", run.stdout)
        self.assertIn(f"commit {ids[2]} \"fixup! sip: answer OPTIONS\": the subject says", run.stdout)
        self.assertIn("make hooks", run.stdout)

    def test_a_good_history_passes(self):
        self.history("sip: answer OPTIONS" + WHY)
        run = self.lint()
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_a_shallow_clone_is_judged_as_far_as_it_goes(self):
        self.history("sip: answer REGISTER", "sip: answer OPTIONS" + WHY)
        git(self.folder, "clone", "-q", "--depth", "1", "file://" + self.folder, "shallow")
        run = self.lint(self.folder + "/shallow")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn("the clone is shallow", run.stdout)

    def test_without_history_nothing_is_judged(self):
        run = self.lint()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("there is no git history here", run.stdout)

    def test_a_history_without_the_base_is_not_judged(self):
        self.history("sip: answer REGISTER")
        with open(self.folder + "/tools/commit-base", "w", encoding="utf-8") as file:
            file.write("0123456789012345678901234567890123456789\n")
        run = self.lint()
        self.assertEqual(run.returncode, 0)
        self.assertIn("is not in this history", run.stdout)

    def test_the_hook_refuses_a_bad_commit(self):
        self.history()
        git(self.folder, "config", "core.hooksPath", "tools/hooks")
        run = git(self.folder, "commit", "--allow-empty", "-m", "sip: answer OPTIONS", check=False)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("there is no body", run.stdout + run.stderr)
        git(self.folder, "commit", "--allow-empty", "-m", "sip: answer OPTIONS" + WHY)


if __name__ == "__main__":
    unittest.main()
