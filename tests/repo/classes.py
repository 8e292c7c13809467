#!/usr/bin/env python3
"""The largest classes of core/, apps/ and sdk/: member functions, data members, files that define them.

classes.py ROOT          prints the ten largest; complains of a class whose functions are spread over several .cpp files
classes.py --self-test   counts a class that is known, and expects that complaint
"""

import collections
import pathlib
import re
import sys
import tempfile

Class = collections.namedtuple("Class", "name header functions members files")
# What a declaration at the first level of a class may be, once strings and comments are gone.
NAME = re.compile(r"\b(class|struct)\s+(?:\[\[\w+\]\]\s*)?(\w+)(?:\s+final)?\s*(?::[^;{]*)?{")
DATA = re.compile(r"\b\w+_(?:\[[^]]*\])?\s*(?:=[^;]*|{[^;]*})?$")


def plain(text):
    """Without comments, strings, and preprocessor lines."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r'"(?:\\.|[^"\\])*"', '""', text)
    return re.sub(r"^\s*#.*$", "", text, flags=re.M)


def body_at(text, begin):
    """What stands between the brace before `begin` and its partner."""
    depth = 1
    at = begin
    while at < len(text) and depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return text[begin:at - 1]


def declarations(body):
    """The declarations at the first level, with what is in braces left out."""
    out, depth, current = [], 0, ""
    for char in body:
        if char == "{":
            depth += 1
            if depth == 1:
                current += "{}"
            continue
        if char == "}":
            depth -= 1
            # A function's body ends its declaration; an initialiser's does not.
            if depth == 0 and re.search(r"\)[^;=]*{}$", current):
                out.append(current)
                current = ""
            continue
        if depth:
            continue
        if char == ";":
            out.append(current)
            current = ""
        else:
            current += char
    return [" ".join(d.split()) for d in out]


def count(body):
    functions = members = 0
    for declaration in declarations(body):
        declaration = re.sub(r"^((public|private|protected)\s*:\s*)+", "", declaration)
        declaration = re.sub(r"^template\s*<[^>]*>\s*", "", declaration)
        if not declaration or re.match(r"(using|friend|static_assert|enum|class|struct|typedef|static constexpr)\b",
                                       declaration):
            continue
        if DATA.search(re.sub(r"{}$", "", declaration).strip()) and not re.search(r"\)\s*(const|noexcept|override)?\s*({})?$",
                                                                                declaration):
            members += 1
        elif "(" in declaration:
            functions += " = delete" not in declaration and " = default" not in declaration
        else:
            members += 1
    return functions, members


def classes(root):
    found = []
    sources = {p: plain(p.read_text()) for top in ("core", "apps") for p in sorted((root / top).rglob("*.cpp"))}
    for top in ("core", "apps", "sdk"):
        for header in sorted((root / top).rglob("*.hpp")):
            text = plain(header.read_text())
            for match in NAME.finditer(text):
                if match[1] != "class":
                    continue
                functions, members = count(body_at(text, match.end()))
                near = [p for p in sources if p.parent == header.parent]
                files = [p for p in near if re.search(rf"^(?![\s/]).*?\b{match[2]}::~?\w+\(", sources[p], re.M)]
                found.append(Class(match[2], str(header.relative_to(root)), functions, members,
                                   [str(p.relative_to(root)) for p in files]))
    return found


def main(root):
    found = classes(pathlib.Path(root))
    print("functions  members  files  class")
    for c in sorted(found, key=lambda c: -(c.functions + 2 * c.members))[:10]:
        print(f"{c.functions:9}  {c.members:7}  {len(c.files):5}  {c.name} ({c.header})")
    faults = [c for c in found if len(c.files) > 1]
    for c in faults:
        print(f"{c.header}: found {c.name} in {', '.join(c.files)}, expected one .cpp file")
    return 1 if faults else 0


HEADER = """
class Lamp final : public Thing {
 public:
  explicit Lamp(int number);
  ~Lamp() = default;
  bool is_on() const { return on_; }
  template <class F>
  void each(F&& f);

 private:
  using Wire = int;
  void burn(std::function<void(int)> done);
  bool on_ = false;
  std::vector<int> wires_{1, 2};
};
"""


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        lamps = pathlib.Path(folder) / "core" / "lamps"
        lamps.mkdir(parents=True)
        (lamps / "lamp.hpp").write_text(HEADER)
        (lamps / "lamp.cpp").write_text("Lamp::Lamp(int) {}\n")
        found = classes(pathlib.Path(folder))
        assert [c[:4] for c in found] == [("Lamp", "core/lamps/lamp.hpp", 4, 2)], found
        assert main(folder) == 0
        (lamps / "lamp_burn.cpp").write_text("void Lamp::burn(std::function<void(int)>) {}\n")
        assert main(folder) == 1


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[1] == "--self-test" else main(sys.argv[1]))
