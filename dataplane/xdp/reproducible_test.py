#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The objects for the kernel are the same, wherever they are built: each is compiled again from a copy
of its sources in another directory, and compared octet by octet.

    reproducible_test.py ROOT OBJECT... -- CLANG FLAGS...    ROOT: the top of the sources
"""
import os
import shutil
import subprocess
import sys
import tempfile


def sources(root, source, command):
    """What the compiler reads of the tree, relative to ROOT."""
    rule = subprocess.run(command + ["-MM", source], check=True, stdout=subprocess.PIPE, text=True)
    read = rule.stdout.replace("\\\n", " ").split(":", 1)[1].split()
    return [os.path.relpath(path, root) for path in read]


def compiled(root, object_file, command, work):
    copy, out = os.path.join(work, "elsewhere"), os.path.join(work, "out")
    os.makedirs(out, exist_ok=True)
    name = os.path.basename(object_file).removesuffix(".o") + ".c"
    source = os.path.join(root, "dataplane", "xdp", name)
    for path in sources(root, source, command):
        os.makedirs(os.path.join(copy, os.path.dirname(path)), exist_ok=True)
        shutil.copy(os.path.join(root, path), os.path.join(copy, path))
    again = os.path.join(out, "again.o")
    # The compiler may itself be in the tree, in .path of `make`; its flags name the sources.
    subprocess.run(command[:1] + [part.replace(root, copy) for part in command[1:]] +
                   ["-c", source.replace(root, copy), "-o", again],
                   check=True, cwd=out, env={**os.environ, "CCACHE_DISABLE": "1"})
    with open(again, "rb") as file:
        return file.read()


def main(root, *rest):
    at = rest.index("--")
    objects, command = rest[:at], list(rest[at + 1:])
    differ = 0
    for path in objects:
        with tempfile.TemporaryDirectory() as work, open(path, "rb") as file:
            built = file.read()
            same = built == compiled(root, path, command, work)
        named = root.encode() in built
        print(f"{'ok   ' if same and not named else 'WRONG'} {os.path.basename(path)}: "
              f"{'the same' if same else 'another one'} when built elsewhere"
              f"{'; it names ' + root if named else ''}")
        differ += not same or named
    return 1 if differ or not objects else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
