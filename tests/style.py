#!/usr/bin/env python3
"""The style rules that matter, as checks.

    style.py [--root DIR] [--build DIR]

Prints one line `file:line: sentence` for each breach and exits 1 if there is any. The checks that
need a build (symbols, registered tests) run when --build names one. Each check is a function that
takes a Tree and yields (file, line, sentence); style_self_test.py shows each of them fail.
"""

import argparse
import json
import os
import re
import subprocess
import sys

ROOMS = ["ipam", "model", "engine", "fuzz", "tools"]
# What the files of a room may include besides libc, cmocka and the room itself.
MAY_INCLUDE = {
    "ipam": set(),
    "model": {"ipam", "xxhash.h"},
    "engine": {"ipam", "model", "xxhash.h"},
    "fuzz": {"ipam", "model", "engine", "tools", "xxhash.h"},
    "tools": {"ipam", "model", "engine", "xxhash.h"},
}
# The part of libc without input, output, allocation, clock, locale and errno.
PURE_LIBC = {
    "assert.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h",
    "stdint.h", "stdnoreturn.h", "string.h",
}
OUTSIDE_LIBC = {"cmocka.h", "json.h", "xxhash.h", "yaml.h", "zlib.h"}

# Calls by what is wrong with them.
ENVIRONMENT_CALLS = {
    "input and output": "printf fprintf vprintf vfprintf puts fputs putchar putc fputc perror "
                        "fopen fdopen freopen fclose fread fwrite fgets getline fflush scanf "
                        "fscanf remove rename open close read write system popen",
    "the clock": "time clock gettimeofday clock_gettime nanosleep sleep usleep localtime gmtime "
                 "strftime mktime",
    "randomness": "rand srand rand_r random srandom drand48 getrandom getentropy",
    "the environment": "getenv setenv putenv setlocale localeconv",
    "the end of the program": "exit _exit _Exit quick_exit atexit abort assert raise signal "
                              "longjmp setjmp",
}
PURE_CALLS = {
    "memory allocation": "malloc calloc realloc free aligned_alloc posix_memalign alloca strdup "
                         "strndup",
    "formatting through stdio": "sprintf snprintf vsprintf vsnprintf asprintf sscanf",
    "hidden state, locale or errno": "strtok strtol strtoul strtoll strtoull atoi atol atoll "
                                     "strerror isalpha isdigit isspace toupper tolower",
    "an order or memory of libc's choosing": "qsort bsearch",
}
BANNED_CALLS = {
    "ipam": {**ENVIRONMENT_CALLS, **PURE_CALLS},
    "model": {**ENVIRONMENT_CALLS, **PURE_CALLS},
    "engine": ENVIRONMENT_CALLS,
}
BANNED_WORDS = {"errno": "errno", "float": "floating point", "double": "floating point"}

# Spelt so that this file does not contain what it looks for.
FORBIDDEN_WORDS = re.compile("|".join([
    r"[.][.]/share[d]", r"(?<![\w}])/wor[k]/", r"issues sho[w]", r"before-sto[p]",
    r"pyp[i][.]org", r"pythonhoste[d][.]org", r"npmj[s]", r"crate[s][.]io", r"golan[g][.]org",
    r"mave[n][.](org|apache)", r"debia[n][.]org",
]))

MAX_FUNCTION = 70
USUAL_FUNCTION = 40
USUAL_PERCENT = 90
MAX_FILE = 800
MAX_COLUMNS = 100


class Tree:
    """The project's files: those git knows or would add, or all of them where there is no git."""

    def __init__(self, root, build=None):
        self.root = os.path.abspath(root)
        self.build = build
        self.files = sorted(f for f in self._names() if os.path.isfile(self.path(f)))
        self._texts = {}

    def _names(self):
        git = subprocess.run(
            ["git", "-C", self.root, "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], capture_output=True, check=False)
        if git.returncode == 0:
            return set(git.stdout.decode().split("\0")) - {""}
        names = set()
        for folder, folders, files in os.walk(self.root):
            folders[:] = [d for d in folders if d not in (".git", "build", "__pycache__")]
            names.update(os.path.relpath(os.path.join(folder, f), self.root) for f in files)
        return names

    def path(self, name):
        return os.path.join(self.root, name)

    def text(self, name):
        """The file's text; empty for a binary file."""
        if name not in self._texts:
            with open(self.path(name), "rb") as f:
                data = f.read()
            self._texts[name] = "" if b"\0" in data else data.decode("utf-8", "replace")
        return self._texts[name]

    def lines(self, name):
        return list(enumerate(self.text(name).split("\n"), 1))

    def named(self, *endings):
        return [f for f in self.files if f.endswith(endings)]

    def scripts(self):
        """All shell scripts, with and without an ending."""
        return [f for f in self.files
                if f.endswith(".sh") or re.match(r"#!.*\b(ba)?sh\b", self.text(f)[:60])]


def room_of(name):
    return name.split("/")[0]


def is_test_code(name):
    base = os.path.basename(name)
    return base.endswith("_test.c") or base.startswith("oracle")


def without_comments(text):
    """C text with comments and literals blanked, every line and column where it was."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return token.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def functions(text):
    """(name, first line, number of lines, signature to closing brace) of every function.

    The format puts a brace into the first column exactly where a function's body begins and ends.
    """
    lines = text.split("\n")
    start = None
    for i, line in enumerate(lines):
        if line == "{":
            start = i
            while start > 0 and lines[start - 1].strip() and \
                    not re.search(r"(;|}|\*/)\s*$|^\s*(#|//)", lines[start - 1]):
                start -= 1
        elif line == "}" and start is not None:
            name = re.search(r"(\w+)\s*\(", " ".join(lines[start:i]))
            yield (name.group(1) if name else "?", start + 1, i - start + 1)
            start = None


def check_function_length(tree):
    """At most 70 lines each anywhere, and 90 % of the rooms' at most 40."""
    count, longer = 0, []
    for f in tree.named(".c", ".h"):
        for name, line, length in functions(tree.text(f)):
            if length > MAX_FUNCTION:
                yield f, line, f"{name}() has {length} lines; at most {MAX_FUNCTION} are allowed"
            if f.endswith(".c") and room_of(f) in ROOMS:
                count += 1
                if length > USUAL_FUNCTION:
                    longer.append((f, line, name, length))
    if 100 * len(longer) > (100 - USUAL_PERCENT) * count:
        for f, line, name, length in longer:
            yield f, line, (f"{name}() has {length} lines; {len(longer)} of {count} functions "
                            f"exceed {USUAL_FUNCTION}, at most {100 - USUAL_PERCENT} % may")


def check_file_length(tree):
    for f in tree.named(".c", ".h"):
        count = tree.text(f).count("\n")
        if count > MAX_FILE:
            yield f, count, f"the file has {count} lines; at most {MAX_FILE} are allowed"


def check_columns(tree):
    for f in tree.named(".c", ".h", ".py", ".sh", ".cmake", "CMakeLists.txt"):
        for number, line in tree.lines(f):
            if len(line) > MAX_COLUMNS:
                yield f, number, f"the line has {len(line)} columns; {MAX_COLUMNS} are allowed"


def check_format(tree):
    """clang-format has nothing to change."""
    files = tree.named(".c", ".h")
    if not files:
        return
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=tree.root,
                         capture_output=True, text=True, check=False)
    seen = set()
    for match in re.finditer(r"^(.+?):(\d+):\d+: error:", run.stderr, re.M):
        place = (match.group(1), int(match.group(2)))
        if place not in seen:
            seen.add(place)
            yield *place, "clang-format would change this line; run ./dev format"
    if run.returncode != 0 and not seen:
        yield ".clang-format", 1, f"clang-format failed: {run.stderr.strip()[:200]}"


def check_calls(tree):
    """The libraries print, allocate and read nothing, and know no clock, locale or errno."""
    for f in tree.named(".c", ".h", ".def"):
        banned = BANNED_CALLS.get(room_of(f))
        if not banned or is_test_code(f):
            continue
        reason = {call: why for why, calls in banned.items() for call in calls.split()}
        call = re.compile(r"(?<![\w.>])(" + "|".join(reason) + r")\s*\(")
        word = re.compile(r"\b(" + "|".join(BANNED_WORDS) + r")\b")
        for number, line in enumerate(without_comments(tree.text(f)).split("\n"), 1):
            for m in call.finditer(line):
                yield f, number, f"{m.group(1)}() is banned here: {reason[m.group(1)]}"
            for m in word.finditer(line) if "malloc" in reason else ():
                yield f, number, f"{m.group(1)} is banned here: {BANNED_WORDS[m.group(1)]}"


def include_breach(f, target, angle):
    """Why file f may not include the target, or None."""
    room = room_of(f)
    pure = room in ("ipam", "model") and not is_test_code(f)
    may = MAY_INCLUDE[room] | {room}
    first = room_of(target)
    if target in OUTSIDE_LIBC:
        ok = target in may or room in ("tools", "fuzz") or \
            (target == "cmocka.h" and is_test_code(f))
        return None if ok else f"{room} does not use the library of {target}"
    if first == "json-c":
        return None if room in ("tools", "fuzz") else f"{room} does not use json-c"
    if not angle and "/" not in target:
        return f'write "{room}/{target}": includes name their room'
    if not angle or first in ROOMS or first == "tests":
        may |= {"tests"} if is_test_code(f) else set()
        return None if first in may else f"{room} must not depend on {first} ({target})"
    if pure and target not in PURE_LIBC:
        return f"<{target}> is not in the part of libc that {room} may use"
    return None


def check_includes(tree):
    """ipam <- model <- engine <- tools; nothing points back."""
    pattern = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
    for f in tree.named(".c", ".h", ".def"):
        if room_of(f) not in ROOMS:
            continue
        for number, line in tree.lines(f):
            m = pattern.match(line)
            breach = m and include_breach(f, m.group(2), m.group(1) == "<")
            if breach:
                yield f, number, breach


def check_words(tree):
    """The project speaks only of itself, and names no package registry's host."""
    for f in tree.files:
        for number, line in tree.lines(f):
            m = FORBIDDEN_WORDS.search(line)
            if m:
                yield f, number, f"'{m.group()}' does not belong in the project"


def check_scripts(tree):
    """bash parses every script, and shellcheck has nothing to say."""
    for f in tree.scripts():
        run = subprocess.run(["bash", "-n", f], cwd=tree.root, capture_output=True, text=True,
                             check=False)
        if run.returncode != 0:
            m = re.search(r"line (\d+): (.*)", run.stderr)
            yield f, int(m.group(1)) if m else 1, m.group(2) if m else run.stderr.strip()
            continue
        run = subprocess.run(["shellcheck", "-f", "gcc", f], cwd=tree.root, capture_output=True,
                             text=True, check=False)
        for m in re.finditer(r"^.*?:(\d+):\d+: (.*)$", run.stdout, re.M):
            yield f, int(m.group(1)), m.group(2)


def check_links(tree):
    """Every relative link in a Markdown file leads to a file."""
    for f in tree.named(".md"):
        fenced = False
        for number, line in tree.lines(f):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            if fenced:
                continue
            line = re.sub(r"`[^`]*`", "", line)
            for target in re.findall(r"\]\(\s*<?([^)\s>]+)", line):
                if re.match(r"[a-z][a-z+.-]*:|#", target):
                    continue
                path = os.path.join(os.path.dirname(f), target.split("#")[0])
                if not os.path.exists(tree.path(path)):
                    yield f, number, f"the link to {target} leads nowhere"


def check_registered(tree):
    """ctest knows every test file."""
    if not tree.build:
        return
    run = subprocess.run(["ctest", "--test-dir", tree.build, "--show-only=json-v1"],
                         capture_output=True, text=True, check=True)
    known = {test["name"] for test in json.loads(run.stdout)["tests"]}
    for f in tree.named("_test.c", "_test.sh"):
        if f not in known:
            yield f, 1, "this test is not registered with ctest"


def undefined_symbols(archive):
    """({symbol: member that needs it}, {symbols it defines})."""
    run = subprocess.run(["nm", "-A", "-g", archive], capture_output=True, text=True, check=True)
    needs, defines = {}, set()
    for m in re.finditer(r"^.*?:([^:]+):.{16} ([A-Za-z]) (\S+)$", run.stdout, re.M):
        if m.group(2) in "Uw":
            needs.setdefault(m.group(3), m.group(1))
        else:
            defines.add(m.group(3))
    return needs, defines


def check_symbols(tree):
    """ipam and model need nothing of libc outside tests/symbols.txt."""
    if not tree.build:
        return
    lines = tree.text("tests/symbols.txt").split("\n")
    allowed = {line.split("#")[0].strip() for line in lines}
    ignored = re.compile(r"__(asan|ubsan|sanitizer|gcov|llvm|stack_chk)_|_GLOBAL_OFFSET_TABLE_$")
    for room in ("ipam", "model"):
        archive = os.path.join(tree.build, f"libeipsim_{room}.a")
        if not os.path.exists(archive):
            yield archive, 0, "the library was not built"
            continue
        needs, defines = undefined_symbols(archive)
        allowed |= defines
        for symbol, member in sorted(needs.items()):
            if symbol not in allowed and not ignored.match(symbol):
                source = f"{room}/{re.sub(r'[.]o$', '', member)}"
                yield source, 0, f"needs {symbol}, which is not in tests/symbols.txt"


CHECKS = [
    check_function_length, check_file_length, check_columns, check_format, check_calls,
    check_includes, check_words, check_scripts, check_links, check_registered, check_symbols,
]


def main():
    parser = argparse.ArgumentParser(description="Check the style rules.")
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), ".."))
    parser.add_argument("--build")
    arguments = parser.parse_args()
    tree = Tree(arguments.root, arguments.build)
    breaches = 0
    for check in CHECKS:
        for name, line, sentence in check(tree):
            breaches += 1
            print(f"{name}:{line}: {sentence}")
    print(f"{len(CHECKS)} checks on {len(tree.files)} files: {breaches} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
