# SPDX-License-Identifier: BSD-3-Clause
"""The commands of a shell script, as far as its text tells: which words are called as programs.

No shell: it knows quotes, substitutions, here-documents, case, arrays and arithmetic well enough to
say where a command begins. A word that depends on a variable is DYNAMIC, and is no one's program."""
import re

DYNAMIC = "\0"  # in a word: here the shell puts in something that the text does not tell
KEYWORDS = {"if", "then", "elif", "else", "fi", "while", "until", "do", "done", "!", "{", "}", "esac",
            "time", "coproc"}
BUILTINS = set("""
. : [ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo
enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile
popd printf pushd pwd read readarray readonly return set shift shopt source suspend test times trap true
type typeset ulimit umask unalias unset wait [[ for select case in function
""".split())
ENDS = "\n;&|()"


class Reader:
    """Collects (line, words) of each simple command, and the names of functions."""

    def __init__(self, text, line=1):
        self.text, self.at, self.line = text, 0, line
        self.commands, self.functions, self.heredocs = [], set(), []
        self.quoting = False  # within backquotes

    def peek(self, n=1):
        return self.text[self.at:self.at + n]

    def take(self, n=1):
        taken = self.peek(n)
        self.line += taken.count("\n")
        self.at += n
        return taken

    def inner(self, end):
        """Commands in brackets, up to and with `end`, which is ")" or "`"."""
        self.parse(end)

    def skip(self, opening, closing):
        """Arithmetic, ${...} and array subscripts: brackets balance, substitutions are read."""
        depth = 1
        while depth and self.at < len(self.text):
            if self.peek() == "\\":
                self.take(2)
            elif self.peek() == "'" and opening != "(":
                self.quoted()
            elif self.peek() == '"':
                self.double()
            elif self.peek() in "$`" and self.peek(2) != "$" + closing:
                self.dollar()
            else:
                c = self.take()
                depth += (c == opening) - (c == closing)

    def quoted(self):
        self.take()
        end = self.text.find("'", self.at)
        end = len(self.text) if end < 0 else end
        word = self.take(end - self.at)
        self.take()
        return word

    def double(self):
        word = ""
        self.take()
        while self.at < len(self.text) and self.peek() != '"':
            if self.peek() == "\\":
                word += self.take(2)[1:].replace("\n", "")
            elif self.peek() in "$`":
                word += self.dollar()
            else:
                word += self.take()
        self.take()
        return word

    def dollar(self):
        """After $ or a backquote: what is substituted, read for commands of its own."""
        if self.take() == "`":
            self.quoting = True
            self.inner("`")
            self.quoting = False
        elif self.peek(2) == "((":
            self.take(2)
            self.skip("(", ")")
            self.take()
        elif self.peek() == "(":
            self.take()
            self.inner(")")
        elif self.peek() == "{":
            self.take()
            self.skip("{", "}")
        elif self.peek() == "'":
            self.quoted()
        else:
            name = re.match(r"\w+|[@*#?$!-]", self.text[self.at:])
            if not name:
                return "$"
            self.take(len(name.group()))
        return DYNAMIC

    def word(self):
        word = ""
        while self.at < len(self.text):
            c = self.peek()
            if c == "`" and self.quoting:
                break
            if c == "\\":
                word += self.take(2)[1:].replace("\n", "")
            elif c == "'":
                word += self.quoted()
            elif c == '"':
                word += self.double()
            elif c in "$`":
                word += self.dollar()
            elif c in "<>" and self.peek(2)[1:] == "(" and not word:
                self.take(2)
                self.inner(")")
                word += DYNAMIC
            elif c == "(" and re.fullmatch(r"\w+\+?=", word):
                self.take()
                self.array()
                return "x=" + DYNAMIC
            elif c in ENDS + " \t<>":
                break
            else:
                word += self.take()
        return word

    def array(self):
        while self.at < len(self.text) and self.peek() != ")":
            if self.peek() in " \t\n":
                self.take()
            elif self.peek() == "#":
                self.comment()
            elif not self.word():
                self.take()
        self.take()

    def comment(self):
        while self.at < len(self.text) and self.peek() != "\n":
            self.take()

    def redirection(self):
        if self.peek(3) == "<<<":
            self.take(3)
        elif self.peek(2) == "<<":
            self.take(2)
            dash = self.peek() == "-"
            self.take(int(dash))
            raw = re.match(r"[ \t]*(['\"]?)([\w.]+)\1", self.text[self.at:])
            self.take(len(raw.group()))
            self.heredocs.append((raw.group(2), dash, bool(raw.group(1))))
            return
        else:
            self.take(len(re.match(r"[<>]+[&|]?", self.text[self.at:]).group()))
        while self.peek() in (" ", "\t"):
            self.take()
        self.word()  # a file

    def newline(self):
        self.take()
        for name, dash, plain in self.heredocs:
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                row = self.text[self.at:end]
                if (row.lstrip("\t") if dash else row) == name:
                    self.take(end - self.at)
                    break
                while self.at < end:
                    if not plain and self.peek() == "\\":
                        self.take(2)
                    elif not plain and self.peek() in "$`":
                        self.dollar()
                    else:
                        self.take()
                self.take()
        self.heredocs = []

    def case(self):
        """After `case WORD in`: patterns up to `)`, commands up to `;;`."""
        while self.at < len(self.text):
            if self.peek() in " \t\n":
                self.take()
            elif self.peek() == "#":
                self.comment()
            elif re.match(r"esac\b", self.text[self.at:]):
                self.take(4)
                return
            else:
                while self.at < len(self.text) and self.peek() != ")":
                    if not self.word():
                        self.take()
                self.take()
                self.parse(";;")

    def parse(self, end=None):
        words, line = [], self.line

        def flush():
            nonlocal words
            if words:
                self.commands.append((line, words))
            words = []

        while self.at < len(self.text):
            c = self.peek()
            if end and self.text.startswith(end, self.at):
                flush()
                self.take(len(end))
                return
            if end == ";;" and not words and re.match(r"esac\b", self.text[self.at:]):
                return  # the last branch may do without ;;
            if c == "#":
                self.comment()
            elif c in " \t":
                self.take()
            elif self.peek(2) == "\\\n":
                self.take(2)
            elif c == "(":
                if len(words) == 1:  # a function
                    self.functions.add(words[0])
                    self.take(self.text.index(")", self.at) - self.at + 1)
                    words = []
                elif self.peek(2) == "((" and not words:
                    self.take(2)
                    self.skip("(", ")")
                    self.take()
                else:
                    self.take()
                    self.inner(")")
            elif c == "\n":
                flush()
                self.newline()
            elif c in "<>" and self.peek(2)[1:] != "(":
                self.redirection()
            elif c in ENDS:
                flush()
                self.take()
                if c == "&" and self.peek() == ">":
                    self.redirection()
            else:
                if not words:
                    line = self.line
                words = self.one(words)
        flush()

    def one(self, words):
        """One word more; keywords and assignments before a command are no words of it."""
        start = self.at
        word = self.word()
        raw = self.text[start:self.at]
        if self.at == start:
            self.take()
            return words
        if raw.isdigit() and self.peek() in ("<", ">"):
            return words
        if words:
            if words[0] == "case" and raw == "in":
                self.case()
                return []
            return words + [word]
        if raw == "[[":
            while self.at < len(self.text) and self.peek(2) != "]]":
                if self.peek() in "$`\"'\\":
                    self.word()
                else:
                    self.take()
            self.take(2)
            return ["[["]
        if raw == "function":
            name = re.match(r"\s+([\w-]+)", self.text[self.at:])
            self.functions.add(name.group(1))
            self.take(len(name.group()))
            return []
        if raw in KEYWORDS or re.match(r"\w+(\[[^]]*\])?\+?=", raw):
            return []
        return [word]


def read(text, line=1):
    """([(line, words)], functions) of a script, or of a part that begins at `line`."""
    reader = Reader(text, line)
    reader.parse()
    return reader.commands, reader.functions
