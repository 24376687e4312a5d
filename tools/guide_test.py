#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""tools/readmes and tools/recipes on small trees made for the test."""
import os
import shutil
import subprocess
import tempfile
import unittest

TOOLS = os.path.dirname(os.path.abspath(__file__))

GUIDE = """# Contributing

## How to add

### A number

1. Add a row. In `list.h`, in `numbers`, after `one,`:

   ```c
   	two,
   ```

2. In `list.h`, replace `#define COUNT 1` with `#define COUNT 2`.

3. New file `two.c`:

   ```c
   int two;
   ```

See it:

```
$ cat list.h
two,
```
"""
LIST = """#define COUNT 1
enum others {
	one,
};
enum numbers {
	one,
};
"""


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        os.mkdir(self.folder + "/tools")
        for name in ("readmes", "recipes"):
            shutil.copy(f"{TOOLS}/{name}", self.folder + "/tools")
        self.write("README.md", "`list.h`, `CONTRIBUTING.md`\n")
        self.write("tools/README.md", "`readmes`, `recipes`\n")
        self.write("CONTRIBUTING.md", GUIDE)
        self.write("list.h", LIST)
        self.write(".gitignore", "")
        subprocess.run(["git", "init", "-q", self.folder], check=True)

    def write(self, path, text):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def run_tool(self, *arguments):
        run = subprocess.run(arguments, cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout

    def says(self, tool, *expected):
        code, out = self.run_tool(*tool)
        self.assertEqual(code, 1 if expected else 0, out)
        for text in expected:
            self.assertIn(text, out)
        if not expected:
            self.assertEqual(out, "")


class Readmes(Tree):
    tool = ["tools/readmes"]

    def test_all_is_named(self):
        self.says(self.tool)

    def test_a_file_is_not_named(self):
        self.write("other.h", "")
        self.says(self.tool, "README.md: `other.h` is not named: say in one line what it is for")

    def test_a_pair_and_its_test_have_one_name(self):
        self.write("sub/README.md", "`a.c`\n")
        for name in ("a.c", "a.h", "a_test.c"):
            self.write("sub/" + name, "")
        self.says(self.tool)
        self.write("sub/b_test.c", "")
        self.says(self.tool, "sub/README.md: `b_test.c` is not named")

    def test_a_folder_of_c_has_a_readme(self):
        self.write("sub/a.c", "")
        self.says(self.tool, "sub/README.md: there is none: write one")

    def test_a_folder_of_what_is_built_has_a_readme(self):
        self.write("sub/meson.build", "")
        self.says(self.tool, "sub/README.md: there is none: write one")

    def test_a_folder_of_scripts_has_a_readme(self):
        self.write("sub/run", "#!/bin/sh\n")
        os.chmod(self.folder + "/sub/run", 0o755)
        self.write("other/page.py", "")
        self.write("README.md", "`list.h`, `CONTRIBUTING.md`, `sub/`, `other/`\n")
        self.says(self.tool, "other/README.md: there is none: write one", "sub/README.md: there is none: write one")

    def test_a_folder_of_data_is_named_above(self):
        self.write("data/a.txt", "")
        self.says(self.tool, "README.md: `data/a.txt` is not named")
        self.write("README.md", "`list.h`, `CONTRIBUTING.md`, `data/`\n")
        self.says(self.tool)

    def test_what_is_named_is_there(self):
        self.write("docs/README.md", "`list.h`, `gone.h`, `tools/gone`, `gone()`\n\n```\n  lacking()  list.h\n```\n")
        self.says(self.tool, "docs/README.md:1: there is no `gone.h`: name what is there now, or take it out",
                  "docs/README.md:1: there is no `tools/gone`", "docs/README.md:1: there is no function `gone()`",
                  "docs/README.md:4: there is no function `lacking()`")


class Recipes(Tree):
    tool = ["tools/recipes", "check"]

    def change(self, old, new):
        self.assertIn(old, GUIDE)
        self.write("CONTRIBUTING.md", GUIDE.replace(old, new))

    def test_it_fits(self):
        self.says(self.tool)

    def test_the_line_is_gone(self):
        self.change("after `one,`", "after `three,`")
        self.says(self.tool, "CONTRIBUTING.md:7: `list.h` has no line with `three,`: "
                             "look how the file does it now and mend the recipe")

    def test_the_line_is_there_twice(self):
        self.change("In `list.h`, in `numbers`, after", "In `list.h`, after")
        self.says(self.tool, "`list.h` has `one,` in lines 3, 6: name a longer part, or the function")

    def test_the_file_is_gone(self):
        self.change("In `list.h`, in", "In `lists.h`, in")
        self.says(self.tool, "there is no `lists.h`: name the file that does it now")

    def test_the_function_is_gone(self):
        self.change("in `numbers`", "in `digits`")
        self.says(self.tool, "`list.h` does not define `digits`")

    def test_a_new_file_is_there_already(self):
        self.write("two.c", "")
        self.says(self.tool, "`two.c` is there already: give the example another name")

    def test_nothing_shows_it(self):
        self.change("See it:", "That is all.")
        self.says(self.tool, "number: no \"See it:\": say how the new thing is seen")


if __name__ == "__main__":
    unittest.main()
