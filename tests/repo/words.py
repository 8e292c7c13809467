"""words.py ROOT: identifiers that use a word which docs/glossary.md has replaced, one a line.

Types, functions, members, variables, files and test names, in C++ and Python; prose and texts are not looked at.
Names on the wire and keys of gateway.yaml are texts in the code, so that they are left alone.
"""
import os
import re
import sys

# The word, and the term that docs/glossary.md has for it.
REPLACED = {
    "aside": "conflated, or overflow of a ring",
    "due": "expected, or deadline",
    "desk": "request handler",
    "latest": "last published",
    "leg": "source",
    "lineup": "broker group",
    "newest": "snapshot, or last",
    "owed": "expected",
    "paper": "instrument",
    "placement": "connection allocation",
    "stranger": "unauthenticated client",
    "thinned": "sampled",
    "wish": "subscribe options",
}
REPLACED |= {word + "s": term for word, term in list(REPLACED.items())}
PREFIXES = {"kMost": "kMax", "kLeast": "kMin"}
FOLDERS = ("apps", "bench", "core", "plugins", "sdk", "tests", "tools")

IN_CPP = re.compile(r'R"(\w*)\((?:.|\n)*?\)\1"|(?<!include )"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*(?:.|\n)*?\*/|(?<=\d)\'(?=\d)')
IN_PYTHON = re.compile(r'"""(?:.|\n)*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*')


def words_of(identifier):
    return [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)]


def replacement_for(identifier):
    for prefix, term in PREFIXES.items():
        if re.match(prefix + r"([A-Z]|$)", identifier):
            return term + "…"
    return next((REPLACED[word] for word in words_of(identifier) if word in REPLACED), None)


def problems_of(path, text):
    pattern = IN_PYTHON if path.endswith(".py") else IN_CPP
    # Each is replaced by as many lines as it had.
    code = pattern.sub(lambda found: "\n" * found[0].count("\n"), text)
    names = [(0, os.path.basename(path))]
    names += [(n, name) for n, line in enumerate(code.split("\n"), 1) for name in re.findall(r"[A-Za-z_]\w*", line)]
    said = set()
    for line, name in names:
        term = replacement_for(name)
        if term and name not in said:
            said.add(name)
            yield f"{path}{f':{line}' if line else ''}: found {name}, expected the glossary's term: {term}"


def check(root):
    count = 0
    problems = []
    for top in FOLDERS:
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders[:] = sorted(f for f in folders if not f.startswith((".", "__")) and f != "node_modules")
            for name in sorted(names):
                if name.endswith((".cpp", ".hpp", ".h", ".c", ".py")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        problems += problems_of(os.path.relpath(path, root), file.read())
                    count += 1
    return count, problems


def self_test():
    good = 'int last = 0;  // the newest\nauto a = "lineup";\nint kMaxRows = 1\'000;\nbool is_early;\n'
    assert list(problems_of("core/a.cpp", good)) == [], list(problems_of("core/a.cpp", good))
    for bad in ("int kMostRows;", "struct LineupId;", "int flush_aside();", "TEST(Papers, AStrangerMaySayLittle)"):
        assert len(list(problems_of("core/a.cpp", bad))) >= 1, bad
    assert list(problems_of("core/lineup.hpp", "")) == [
        "core/lineup.hpp: found lineup.hpp, expected the glossary's term: broker group"]
    assert next(problems_of("tests/a.py", '"""\nThe desk\n"""\nwish = 1\n')).startswith("tests/a.py:4: found wish,")
    assert list(problems_of("tests/a.py", "x = 'lineup'  # desk\n")) == []


def main(arguments):
    if arguments == ["--self-test"]:
        self_test()
        return 0
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    count, problems = check(arguments[0])
    if count == 0:
        problems.append(f"{arguments[0]}: found no files, expected the repository")
    for problem in problems:
        print(problem)
    print(f"{count} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
