#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""tools/measure on small trees made for the test."""
import os
import shutil
import subprocess
import tempfile
import unittest

TOOLS = os.path.dirname(os.path.abspath(__file__))

LONG_BODY = """
static int sum(const int *values, int count)
{
	int all = 0;

	for (int i = 0; i < count; i++) {
		if (values[i] > 0 && values[i] < 100)
			all += values[i] * (i + 1) - count / 2;
		else if (values[i] < -100 || values[i] == 7)
			all -= values[i] * (i - 1) + count / 3;
	}
	return all > 0 ? all : 0;
}
"""


class Measure(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.write("tools/circles.txt", "# none\n")
        self.write("tools/uncalled.txt", "# none\n")
        shutil.copy(TOOLS + "/measure", self.folder + "/tools/measure")
        self.git("init", "-q")

    def git(self, *arguments):
        who = ["-c", "user.name=A Person", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True)

    def write(self, path, text):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def measure(self, *arguments):
        self.git("add", "-A")
        run = subprocess.run(["tools/measure", *arguments], cwd=self.folder, capture_output=True,
                             text=True, check=False)
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout

    def test_a_function_is_measured_without_comments_and_strings(self):
        self.write("engine/a.c", "/* if (this) counted */\n#define TWICE(x) \\\n\t((x) ? (x) : 0)\n"
                   "static const char *word(int n)\n{\n\tif (n)\n\t\treturn \"if && ?\"; // for\n\treturn \"{\";\n}\n")
        _, out = self.measure("-v")
        self.assertIn("functions              1: median 6, 95th percentile 6, largest 6 lines (word in engine/a.c:4)", out)
        self.assertIn("branches above 15      0 functions", out)

    def test_branches_above_the_limit_are_named(self):
        for branches, found in ((15, False), (16, True)):
            body = "\tif (n)\n\t\tn--;\n" * (branches - 1)
            self.write("engine/a.c", f"int many(int n)\n{{\n{body}\treturn n;\n}}\n")
            _, out = self.measure("-v")
            self.assertEqual("16 engine/a.c:1: many" in out, found, out)

    def test_tests_and_doubles_are_no_product(self):
        self.write("engine/a.c", "int a(void)\n{\n\treturn 0;\n}\n")
        self.write("engine/a_test.c", "int t(void)\n{\n\treturn 0;\n}\n")
        self.write("engine/test/fake.c", "int f(void)\n{\n\treturn 0;\n}\n")
        self.write("bench/b.c", "int b(void)\n{\n\treturn 0;\n}\n")
        self.assertIn(".c files               1:", self.measure()[1])

    def test_a_circle_of_calls_is_told_with_an_example(self):
        self.write("engine/a.h", "int low(int n);\n")
        self.write("engine/a.c", "#include <engine/b.h>\nint low(int n)\n{\n\treturn n ? high(n) : 0;\n}\n")
        self.write("engine/b.h", "int high(int n);\n")
        self.write("engine/b.c", "#include <engine/a.h>\nint high(int n)\n{\n\treturn low(n - 1);\n}\n")
        code, out = self.measure("--lint")
        self.assertEqual(code, 1)
        self.assertIn("engine/a engine/b: these call each other in a circle", out)
        self.assertIn("engine/a -> engine/b: low() calls high()", out)
        self.assertIn("engine/a engine/b: these include each other in a circle", out)
        self.write("tools/circles.txt", "engine/a engine/b engine/c: two halves of one recursion\n")
        self.assertEqual(self.measure("--lint"), (0, ""))
        self.write("tools/circles.txt", "engine/a engine/b\n")
        self.assertIn("tools/circles.txt:1: no reason", self.measure("--lint")[1])

    def test_what_is_no_call_of_another_part_makes_no_circle(self):
        self.write("engine/a.c", "int low(int n)\n{\n\treturn n;\n}\n"
                   "static int high(int n)\n{\n\treturn low(n);\n}\nint use(void)\n{\n\treturn high(1);\n}\n")
        self.write("engine/b.c", "int high(int n)\n{\n\treturn low(n);\n}\n")
        self.write("engine/c.c", "int over(const struct ops *o)\n{\n\treturn o->high(1);\n}\n")
        self.write("tools/uncalled.txt", "use: for the test\nover: for the test\n")
        self.assertEqual(self.measure("--lint"), (0, ""))

    def test_a_listed_circle_that_is_gone_fails(self):
        self.write("tools/circles.txt", "engine/a engine/b: for the test\n")
        code, out = self.measure("--lint")
        self.assertEqual(code, 1)
        self.assertIn("tools/circles.txt:1: these are no circle any more; take the line out", out)

    def test_namesakes_and_duplicates_are_named(self):
        self.write("engine/a.c", "struct leg {\n\tint x;\n};\n" + LONG_BODY)
        self.write("dataplane/b.c", "struct leg {\n\tint y;\n};\n" + LONG_BODY.replace("all", "whole"))
        _, out = self.measure("-v")
        self.assertIn("struct leg: dataplane/b.c engine/a.c", out)
        self.assertIn("duplicates             1 pairs of functions", out)
        code, out = self.measure("--lint")
        self.assertEqual(code, 1)
        self.assertIn("struct leg is two things, in dataplane/b.c and engine/a.c; name one", out)

    def test_a_function_that_no_other_file_calls_fails(self):
        body = "{\n\treturn 0;\n}\n"
        self.write("engine/a.h", "int used(void);\nint tried(void);\nint own(void);\nint both(void);\n")
        self.write("engine/a.c", f"int used(void)\n{body}int tried(void)\n{body}int own(void)\n{body}"
                   f"int both(void)\n{body}int row(void)\n{{\n\treturn own() + both();\n}}\n")
        self.write("engine/b.c", "static int b(void)\n{\n\treturn used() + row();\n}\n")
        self.write("engine/a_test.c", "static void t(void)\n{\n\ttried();\n\tboth();\n}\n")
        code, out = self.measure("--lint")
        self.assertEqual(code, 1)
        self.assertEqual(out, "engine/a.c:5: tests alone call tried(): take it out, or give the reason in "
                         "tools/uncalled.txt\nengine/a.c:9: no other file calls own(): make it static, or take it out\n")
        self.assertIn("uncalled               2 functions", self.measure()[1])
        self.write("tools/uncalled.txt", "tried: soon\nown:\nused: it is called\n")
        _, out = self.measure("--lint")
        self.assertIn("tools/uncalled.txt:2: no reason", out)
        self.assertIn("tools/uncalled.txt:3: used() is called, or gone: take the line out", out)

    def test_a_struct_of_the_same_name_is_no_call(self):
        self.write("engine/a.h", "struct used {\n\tint n;\n};\nstruct used *used(void);\n")
        self.write("engine/a.c", "struct used *used(void)\n{\n\treturn 0;\n}\n")
        self.write("engine/b.c", "static int b(struct used *u)\n{\n\treturn u->n;\n}\n")
        self.assertIn("no other file calls used()", self.measure("--lint")[1])

    def test_a_function_above_the_limits_fails(self):
        for lines, code in ((54, 0), (55, 1)):
            self.write("engine/a.c", "static int a(int n)\n{\n" + "\tn++;\n" * lines + "\treturn n;\n}\n")
            self.assertEqual(self.measure("--lint")[0], code)
        self.write("engine/a.c", "static int a(int n)\n{\n" + "\tif (n)\n\t\tn--;\n" * 15 + "\treturn n;\n}\n")
        self.assertIn("engine/a.c:1: a() has 16 branches, 15 at most", self.measure("--lint")[1])

    def test_a_revision_is_measured_as_it_was(self):
        self.write("engine/a.c", "int a(void)\n{\n\treturn 0;\n}\n")
        self.git("add", "-A")
        self.git("commit", "-qm", "base: begin")
        self.write("engine/b.c", "int b(void)\n{\n\treturn 0;\n}\n")
        self.assertIn(".c files               1:", self.measure("HEAD")[1])
        self.assertIn(".c files               2:", self.measure()[1])


if __name__ == "__main__":
    unittest.main()
