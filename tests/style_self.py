#!/usr/bin/env python3
"""Shows each check of style.py fail: on a bad snippet it reports exactly the line that is wrong."""

import os
import subprocess
import sys
import tempfile

import style

LONG = "int {}(int a)\n{{\n" + "    a++;\n" * 68 + "    return a;\n}}\n"  # 72 lines
USUAL = "int {}(int a)\n{{\n" + "    a++;\n" * 37 + "    return a;\n}}\n"  # 41 lines
SHORT = "int {}(int a)\n{{\n    return a;\n}}\n"
SPLIT = "issues " + "show 1"

# (check, files, what it must report: file:line, in order)
CASES = [
    (style.check_function_length, {"ipam/a.c": "\n" + LONG.format("f")}, ["ipam/a.c:2"] * 2),
    (style.check_function_length, {"tests/a.c": LONG.format("f")}, ["tests/a.c:1"]),
    (style.check_function_length, {"model/a.c": USUAL.format("f") + SHORT.format("g")},
     ["model/a.c:1"]),
    (style.check_function_length, {"model/a.c": USUAL.format("f") + SHORT.format("g") * 9}, []),
    (style.check_file_length, {"ipam/a.h": "\n" * 801, "ipam/b.h": "\n" * 800}, ["ipam/a.h:801"]),
    (style.check_columns, {"ipam/a.c": "\n" + "/" * 101, "ipam/b.c": "é" * 100}, ["ipam/a.c:2"]),
    (style.check_format, {"ipam/a.c": "int a;\nint  b;\n"}, ["ipam/a.c:2"]),
    (style.check_format, {"ipam/a.c": "int a;\n"}, []),
    (style.check_calls, {"ipam/a.c": "// malloc(1)\nint a = malloc(1);\n"}, ["ipam/a.c:2"]),
    (style.check_calls, {"model/a.c": 'f("time(");\nx->free(y);\nt = time (0);\n'},
     ["model/a.c:3"]),
    (style.check_calls, {"model/a.def": "abort()\ndouble x;\nerrno = 0;\n"},
     ["model/a.def:1", "model/a.def:2", "model/a.def:3"]),
    (style.check_calls, {"engine/a.c": "malloc(1);\nprintf(x);\n"}, ["engine/a.c:2"]),
    (style.check_calls, {"ipam/a_test.c": "malloc(1);", "ipam/oracle.c": "free(x);"}, []),
    (style.check_includes, {"ipam/a.c": '#include "ipam/b.h"\n#include "model/c.h"\n'},
     ["ipam/a.c:2"]),
    (style.check_includes, {"ipam/a.h": '# include <stdio.h>\n#include <stdint.h>\n#include "b.h"'},
     ["ipam/a.h:1", "ipam/a.h:3"]),
    (style.check_includes, {"model/a.c": "#include <xxhash.h>\n#include <yaml.h>\n"},
     ["model/a.c:2"]),
    (style.check_includes, {"ipam/a.c": "#include <xxhash.h>\n#include <cmocka.h>\n"},
     ["ipam/a.c:1", "ipam/a.c:2"]),
    (style.check_includes, {"engine/a.c": "#include <json-c/json.h>\n#include <tools/a.h>\n"},
     ["engine/a.c:1", "engine/a.c:2"]),
    (style.check_includes, {"ipam/a_test.c": '#include <stdio.h>\n#include "engine/a.h"\n'},
     ["ipam/a_test.c:2"]),
    (style.check_includes, {"tools/a.c": '#include "fuzz/a.h"\n', "model/b.h": '#include "ipam/a"'},
     ["tools/a.c:1"]),
    (style.check_words, {"a.md": "good\n" + SPLIT + "\n", "b.gz": "\0" + SPLIT}, ["a.md:2"]),
    (style.check_words, {"a": "see .." + "/shared\nin /work" + "/main\npypi" + ".org"},
     ["a:1", "a:2", "a:3"]),
    (style.check_scripts, {"a.sh": "#!/bin/bash\nif true\n"}, ["a.sh:3"]),
    (style.check_scripts, {"b": "#!/usr/bin/env bash\ncd /tmp\n"}, ["b:2"]),
    (style.check_links, {"d/a.md": "[x](b.md) [y](../c.md#z)\n[u](https://u.v) [v](no.md)\n"
                                   "```\n[w](none)\n```\n", "d/b.md": "", "c.md": ""},
     ["d/a.md:2"]),
]


def write(root, files):
    for name, text in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def report(check, root, files, build=None):
    write(root, files)
    source = os.path.join(os.path.dirname(__file__), "..", ".clang-format")
    with open(source, encoding="utf-8") as f:
        write(root, {".clang-format": f.read()})
    return [f"{name}:{line}" for name, line, _ in check(style.Tree(root, build))]


def registered(root):
    """One of two tests is not known to ctest."""
    write(root, {"build/CTestTestfile.cmake": 'add_test(tests/a_test.sh "true")\n'})
    return report(style.check_registered, root, {"tests/a_test.sh": "", "fuzz/b_test.c": ""},
                  os.path.join(root, "build"))


def symbols(root):
    """A library that needs malloc, and one that is not there."""
    write(root, {"ipam/a.c": "#include <stdlib.h>\n#include <string.h>\nvoid *g(void);\n"
                             "void *g(void)\n{\n    return malloc(strlen(getenv(\"A\")));\n}\n"})
    subprocess.run(["gcc", "-c", "ipam/a.c", "-o", "a.c.o"], cwd=root, check=True)
    subprocess.run(["ar", "rc", "libeipsim_ipam.a", "a.c.o"], cwd=root, check=True)
    return report(style.check_symbols, root, {"tests/symbols.txt": "strlen # pure\nmalloc_x\n"},
                  root)


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as top:
        got = [(check.__name__, report(check, f"{top}/{i}", files), want)
               for i, (check, files, want) in enumerate(CASES)]
        got.append(("check_registered", registered(f"{top}/r"), ["fuzz/b_test.c:1"]))
        got.append(("check_symbols", symbols(f"{top}/s"),
                    ["ipam/a.c:0", "ipam/a.c:0", f"{top}/s/libeipsim_model.a:0"]))
    for number, (name, found, want) in enumerate(got):
        if found != want:
            failures += 1
            print(f"case {number}, {name}: expected {want}, got {found}")
    untried = {check.__name__ for check in style.CHECKS} - {name for name, _, _ in got}
    for name in sorted(untried):
        failures += 1
        print(f"{name} is tried by no case")
    print(f"{len(got)} cases: {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
