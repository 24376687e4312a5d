#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""tools/programs on scripts made for the test: what it finds, where, and what it says to do."""
import os
import shutil
import subprocess
import tempfile
import unittest

TOOLS = os.path.dirname(os.path.abspath(__file__))

# A program that no Debian package has, called in every way that a script can: (line, script).
CALLED = [
    (2, "xfrobnicate --now"),
    (2, "if ! xfrobnicate; then :; fi"),
    (2, "x=1 y=2 xfrobnicate"),
    (2, "true && xfrobnicate || true"),
    (2, "echo a | xfrobnicate"),
    (2, "echo \"$(xfrobnicate)\""),
    (2, "echo `xfrobnicate`"),
    (2, "echo \"${x:-$(xfrobnicate)}\""),
    (2, "(cd /; xfrobnicate)"),
    (2, "a=(1 $(xfrobnicate))"),
    (2, "[[ -n $(xfrobnicate) && 1 < 2 ]]"),
    (2, "cat <(xfrobnicate) >/dev/null"),
    (2, "case $x in a | b) xfrobnicate ;; *) true ;; esac"),
    (3, "case $x in a) true\n;; *) xfrobnicate; esac"),
    (3, "for i in a b\ndo xfrobnicate; done"),
    (3, "for ((i = 0; i < 3; i++)); do\nxfrobnicate; done"),
    (3, "f() {\n\txfrobnicate; }"),
    (4, "cat <<END\nwhatever it is\n$(xfrobnicate)\nEND"),
    (5, "cat <<-'END'\n\txnothing\n\tEND\nxfrobnicate"),
    (2, "exec xfrobnicate"),
    (2, "timeout -k 3 10 xfrobnicate"),
    (2, "nice -n 5 xfrobnicate"),
    (2, "find . -name a -exec xfrobnicate {} +"),
    (2, "find . | xargs -r -P 2 -n 20 xfrobnicate"),
    (2, "ip netns exec \"$LAB-x\" xfrobnicate"),
    (2, "\"$lab\" exec carrier xfrobnicate -q"),
    (2, "background \"$lab\" exec carrier xfrobnicate -q"),
    (2, "sh -c 'cd /; xfrobnicate'"),
    (2, "trap 'rm -f \"$x\"; xfrobnicate' EXIT"),
    (2, "echo 2>&1 >/dev/null; /usr/bin/xfrobnicate"),
    (3, "awk '/a/ {b}' \\\n\t| xfrobnicate"),
]

# The same word where it is no program.
NOT_CALLED = [
    "echo xfrobnicate; echo 'a; xfrobnicate' \"b; xfrobnicate\"",
    "# xfrobnicate\necho a # xfrobnicate",
    "cat <<'END'\n$(xfrobnicate)\nEND",
    "a=(xfrobnicate b)\na[xfrobnicate]=1",
    "case $x in xfrobnicate) true ;; esac",
    "for i in xfrobnicate; do true; done",
    "[[ $x == xfrobnicate && xfrobnicate -lt 2 ]]",
    "echo $((xfrobnicate + 1)) ${x#xfrobnicate}",
    "\"$xfrobnicate\" a; $xfrobnicate",
    "./xfrobnicate; tests/xfrobnicate",
    "command -v xfrobnicate >/dev/null || exit 77",
    "echo a >xfrobnicate 2>>xfrobnicate",
    "# needs xfrob-daemon: xfrobnicate\nxfrobnicate",
]


class Programs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def lines(self, scripts):
        """What is said of each of these files: {name: text} in one run."""
        paths = [os.path.join(self.folder, name) for name in scripts]
        for path, text in zip(paths, scripts.values()):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        run = subprocess.run([TOOLS + "/programs", *paths], cwd=TOOLS, capture_output=True, text=True,
                             check=False)
        self.assertEqual(run.stderr, "")
        self.assertEqual(run.returncode, 1 if run.stdout else 0)
        return run.stdout.replace(self.folder + "/", "").splitlines()

    def said(self, name, text):
        return "\n".join(self.lines({name: text}))

    def test_called(self):
        said = self.lines({f"{i}.sh": f"#!/bin/bash\n{script}\n" for i, (_, script) in enumerate(CALLED)})
        for i, (line, script) in enumerate(CALLED):
            with self.subTest(script):
                self.assertTrue([s for s in said if s.startswith(f"{i}.sh:{line}: xfrobnicate: ")])

    def test_not_called(self):
        said = self.lines({f"{i}.sh": f"#!/bin/bash\n{script}\n" for i, script in enumerate(NOT_CALLED)})
        for i, script in enumerate(NOT_CALLED):
            with self.subTest(script):
                self.assertFalse([s for s in said if s.startswith(f"{i}.sh:")])

    def test_function_is_no_program(self):
        self.assertEqual(self.said("a.sh", "#!/bin/sh\nxfrobnicate() { :; }\nxfrobnicate\n"), "")

    def test_says_what_to_do(self):
        self.assertEqual(self.said("a.sh", "#!/bin/sh\nxfrobnicate\n"),
                         "a.sh:2: xfrobnicate: no package of packages.txt brings this program; add the "
                         "package that has it to packages.txt, or do without it")

    def test_installed_is_not_listed(self):
        """A program that is on many machines, and that we do not list."""
        said = self.said("a.sh", "#!/bin/sh\nsudo make demo\nsysctl -a\nifconfig\nnmap -p 1 a\n")
        for place in ("a.sh:2: sudo", "a.sh:3: sysctl", "a.sh:4: ifconfig", "a.sh:5: nmap"):
            self.assertIn(place, said)

    def test_listed_passes(self):
        self.assertEqual(self.said("a.sh", "#!/usr/bin/env bash\ngit status; make; apt-get update; jq .; "
                                           "ip link; tshark -v; awk 1; ping -c 1 a; clang-format-14 -h\n"), "")

    def test_interpreter(self):
        self.assertIn("a:1: xruby: ", self.said("a", "#!/usr/bin/env xruby\nputs 1\n"))
        self.assertIn("a:1: xlua: ", self.said("a", "#!/usr/bin/xlua\n"))

    def test_python(self):
        head = "#!/usr/bin/env python3\nimport subprocess\n"
        for line in ('subprocess.run(["xfrobnicate", "-a"], check=True)',
                     'command = ["ip", "netns", "exec", x, "xfrobnicate"] + more',
                     'self.process = subprocess.Popen(["timeout", "5", "xfrobnicate"])'):
            self.assertIn("a:3: xfrobnicate: ", self.said("a", head + line + "\n"))
        self.assertEqual(self.said("a", head + 'words = ["xfrobnicate"]\nprint(["xfrobnicate"])\n'), "")

    def test_makefile_and_meson(self):
        self.assertIn("Makefile:3: xfrobnicate: ",
                      self.said("Makefile", "a = xfrobnicate\na: b\n\t@xfrobnicate $(a) $$HOME\n"))
        self.assertIn("meson.build:2: xfrobnicate: ",
                      self.said("meson.build", "a = 1\nb = find_program('xfrobnicate')\n"))

    def test_link_of_each_listed_package(self):
        names = os.listdir(os.path.dirname(TOOLS) + "/.path")
        for name in ("sh", "awk", "git", "make", "apt-get", "meson", "cc", "sipp", "tshark", "iptables"):
            self.assertIn(name, names)
        for name in ("sudo", "ccache", "sysctl"):
            self.assertNotIn(name, names)


if __name__ == "__main__":
    unittest.main()
