#!/usr/bin/env python3
"""Compares the contract of bgw/abi.h with what it was in its first version: every record's members with their types and
offsets, and every constant's value. Records that travel in arrays, and bgw_error, which has no size, may not change. The
others may grow at their end. Constants may be added.

abidiff alone cannot say this: it ends with the same code for a member that was appended and one that was inserted.

check_abi.py              compares sdk/include with the golden files beside this one; needs gcc and abidw
check_abi.py --self-test  changes a copy of the header in one way at a time, and expects that the bad ones are found
check_abi.py --write      makes the golden files anew: for a new major version, and before the first release
Ends with 3, after saying why, where abidw is missing: nothing is compared then.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parents[2] / "sdk" / "include"
GOLDEN = HERE / "bgw-0.9.abi"
CONSTANTS = HERE / "bgw-0.9.constants"

FROZEN = """bgw_subscription bgw_update bgw_level bgw_value bgw_header bgw_capability bgw_setting bgw_depth_limit
    bgw_connection_class bgw_error""".split()
TABLES = """bgw_host bgw_adapter_api bgw_plugin_descriptor bgw_loader bgw_http bgw_http_request bgw_http_response bgw_limits
    bgw_websocket_request bgw_close bgw_instrument bgw_instruments bgw_instrument_sink bgw_instrument_source
    bgw_credentials bgw_login bgw_login_host bgw_tick bgw_tick_rare bgw_book bgw_stream""".split()
# These count what there is.
MAY_RISE = ["BGW_ABI_MINOR", "BGW_DROP_KINDS"]


def fault(where, found, expected):
    return f"{where}: found {found}, expected {expected}"


# ---- reading

def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def described(include, folder):
    """abidw's description of the header in this folder; a file."""
    library, description = folder / "surface.so", folder / "surface.abi"
    run("gcc", "-std=c11", "-g", "-O0", "-fPIC", "-shared", f"-ffile-prefix-map={HERE}/=",
        "-I", include, "-o", library, HERE / "surface.c")
    run("abidw", "--no-show-locs", "--no-corpus-path", "--no-comp-dir-path", "--no-elf-needed", "--no-parameter-names",
        "--out-file", description, library)
    return description


def constants_of(include, folder):
    """{name: value} of the header's enumerators and of its macros without arguments."""
    header = (include / "bgw" / "abi.h").read_text()
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    names = re.findall(r"#define (BGW_\w+)[ \t]+(?=\S)", code) + re.findall(r"(BGW_\w+) =[^=]", code)
    names = [name for name in dict.fromkeys(names) if name != "BGW_LAYOUT_ASSERT"]
    lines = "".join(f'  SHOW({name});\n' for name in names)
    (folder / "constants.c").write_text(f"""#include "bgw/abi.h"
#include <stdio.h>
static void show_text(const char* name, const char* value) {{ printf("%s \\"%s\\"\\n", name, value); }}
static void show_signed(const char* name, long long value) {{ printf("%s %lld\\n", name, value); }}
static void show_unsigned(const char* name, unsigned long long value) {{ printf("%s %llu\\n", name, value); }}
#define SHOW(c) _Generic((c), char*: show_text, unsigned: show_unsigned, unsigned long: show_unsigned, \\
                         default: show_signed)(#c, c)
int main(void) {{
{lines}  return 0;
}}
""")
    run("gcc", "-std=c11", "-I", include, "-o", folder / "constants", folder / "constants.c")
    return run(folder / "constants")


def parse_constants(text):
    return dict(line.split(" ", 1) for line in text.splitlines())


class Description:
    """What abidw's XML says: {record: (size in bytes, [(member, type, offset in bytes)])}."""

    def __init__(self, path):
        root = xml.etree.ElementTree.parse(path).getroot()
        self.types = {element.get("id"): element for element in root.iter() if element.get("id")}
        self.records = {}
        for record in root.iter("class-decl"):
            members = [(member.find("var-decl").get("name"), self.name_of(member.find("var-decl").get("type-id")),
                        int(member.get("layout-offset-in-bits")) // 8) for member in record.findall("data-member")]
            self.records[record.get("name")] = (int(record.get("size-in-bits")) // 8, members)

    def name_of(self, type_id):
        element = self.types[type_id]
        below = element.get("type-id")
        if element.tag == "class-decl":
            return element.get("name")
        if element.tag == "type-decl":
            size = element.get("size-in-bits")
            return element.get("name") if size is None else f"{element.get('name')} of {size} bits"
        if element.tag == "typedef-decl":
            return self.name_of(below)
        if element.tag == "qualified-type-def":
            return f"const {self.name_of(below)}"
        if element.tag == "pointer-type-def":
            return f"pointer to ({self.name_of(below)})"
        if element.tag == "array-type-def":
            return f"{self.name_of(below)} [{']['.join(s.get('length') for s in element.findall('subrange'))}]"
        if element.tag == "function-type":
            arguments = ", ".join(self.name_of(p.get("type-id")) for p in element.findall("parameter"))
            return f"function of ({arguments}) that answers {self.name_of(element.find('return').get('type-id'))}"
        sys.exit(f"check_abi.py cannot read {element.tag} yet")


# ---- comparing

def shown(member):
    return "no member" if member is None else f"{member[0]} at {member[2]} ({member[1]})"


def compare_members(name, old, new):
    for i in range(max(len(old), len(new))):
        before, now = (members[i] if i < len(members) else None for members in (old, new))
        if before != now:
            return [fault(f"{name}, member {i + 1}", shown(now), shown(before))]
    return []


def compare_record(name, old, new):
    (old_size, old_members), (new_size, new_members) = old, new
    if name in FROZEN:
        problems = compare_members(name, old_members, new_members)
        return problems or ([] if old_size == new_size else [fault(f"size of {name}", new_size, old_size)])
    problems = compare_members(name, old_members, new_members[:len(old_members)])
    for member in new_members[len(old_members):]:
        if member[2] < old_size:  # an older plugin's size would cover it
            problems.append(fault(f"{name}, new member {member[0]}", f"it at {member[2]}", f"it at {old_size} or behind"))
    return problems


def compare(old, new, old_constants, new_constants):
    problems = []
    for name in sorted(new.records):
        if name != "bgw_surface" and name not in FROZEN + TABLES:
            problems.append(fault(name, "a record that is neither in FROZEN nor in TABLES of check_abi.py", "it in one"))
    for name in FROZEN + TABLES:
        if name not in new.records:
            problems.append(fault(name, "no such record in the header", "it"))
        elif name in old.records:
            problems += compare_record(name, old.records[name], new.records[name])
    for name, value in old_constants.items():
        now = new_constants.get(name)
        rises = name in MAY_RISE and now is not None and int(now) >= int(value)
        if now != value and not rises:
            problems.append(fault(name, now or "no such constant", value))
    entry = "bgw_surface"
    problems += compare_members(entry, old.records[entry][1], new.records[entry][1][:len(old.records[entry][1])])
    return problems


def check(include):
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        description = described(include, folder)
        problems = compare(Description(GOLDEN), Description(description), parse_constants(CONSTANTS.read_text()),
                           parse_constants(constants_of(include, folder)))
        diff = subprocess.run(["abidiff", GOLDEN, description], capture_output=True, text=True)
        return problems, diff.stdout


# ---- the check itself is checked

BEHIND_HOST = "  void (*suspect)(void* context, uint32_t instrument, uint32_t modes, const char* text);\n"
GOOD = {
    "nothing changed": ("", ""),
    "a function appended to the host": (BEHIND_HOST, BEHIND_HOST + "  void (*later)(void* context);\n"),
    "a member appended to the adapter's functions": (
        "  const void* (*get_extension)(void* self, const char* id);\n",
        "  const void* (*get_extension)(void* self, const char* id);\n  void (*later)(void* self);\n"),
    "a constant added": ("  BGW_E_TOO_SMALL = -11 ", "  BGW_E_LATER = -12,\n  BGW_E_TOO_SMALL = -11 "),
    "the next minor version": ("#define BGW_ABI_MINOR 9u", "#define BGW_ABI_MINOR 10u"),
    "one more kind of what is left out": ("  BGW_DROP_KINDS = 6u", "  BGW_DROP_LATER = 6u,\n  BGW_DROP_KINDS = 7u"),
}
BAD = {
    "a member inserted in the middle": ("  void (*ready)(void* context);",
                                        "  void (*early)(void* context);\n  void (*ready)(void* context);"),
    "a member taken out": ("  int64_t heartbeat_period_ns; ", "  //"),
    "two members that change places": ("  int64_t open;\n  int64_t high;\n", "  int64_t high;\n  int64_t open;\n"),
    "int64_t that becomes double": ("  int64_t ltp;\n", "  double ltp;\n"),
    "a wider record of an array": ("  int64_t quantity;\n  uint32_t orders;", "  int64_t quantity;\n  uint64_t orders;"),
    "a record of an array with one member more": (
        "typedef struct bgw_header {\n", "typedef struct bgw_header {\n  const char* language;\n"),
    "a record of an array with one member more at its end": (
        "\n} bgw_header;", "\n  const char* later;\n} bgw_header;"),
    "a renamed member": ("  int64_t volume; /* of the day */", "  int64_t traded; /* of the day */"),
    "another argument of a function": ("void (*destroy)(void* self);", "void (*destroy)(void* self, bgw_error* error);"),
    "another result of a function": ("  void (*ready)(void* context);", "  bgw_status (*ready)(void* context);"),
    "another argument of the entry": ("(*bgw_plugin_entry_fn)(const bgw_loader* loader)",
                                      "(*bgw_plugin_entry_fn)(const bgw_host* loader)"),
    "a longer message of an error": ("message[240]", "message[248]"),
    "a presence bit that moves": ("BGW_HAS_OI (UINT64_C(1) << 8)", "BGW_HAS_OI (UINT64_C(1) << 13)"),
    "a constant with another value": ("BGW_E_RATE = -5", "BGW_E_RATE = -15"),
    "a constant that is gone": ("  BGW_VALUE_RHO = 9u, ", "  BGW_VALUE_RHO_2 = 9u, "),
    "a name of an extension that changes": ('"bgw.http/1"', '"bgw.http/2"'),
    "a record that is in no list": ("typedef struct bgw_http {\n",
                                    "typedef struct bgw_later { int x; } bgw_later;\ntypedef struct bgw_http {\n"
                                    "  bgw_later* later;\n"),
}


def self_test():
    header = (INCLUDE / "bgw" / "abi.h").read_text()
    # The header's own assertions would find some of it before.
    plain = re.sub(r"#define BGW_LAYOUT_ASSERT \w+", '#define BGW_LAYOUT_ASSERT(...) _Static_assert(1, "")', header)
    wrong = []
    for expects_problems, changes in ((False, GOOD), (True, BAD)):
        for what, (before, after) in changes.items():
            if before not in plain:
                wrong.append(fault(what, f"no {before!r} in the header", "the text that is to be changed"))
                continue
            with tempfile.TemporaryDirectory() as made:
                include = pathlib.Path(made)
                (include / "bgw").mkdir()
                (include / "bgw" / "abi.h").write_text(plain.replace(before, after, 1) if before else plain)
                problems, _ = check(include)
            print(f"{what}: {problems[0] if problems else 'no problem'}")
            if bool(problems) != expects_problems:
                wrong.append(fault(what, problems or "nothing", "a problem" if expects_problems else "none"))
    for line in wrong:
        print("wrong: " + line)
    return 1 if wrong else 0


def main(arguments):
    for tool in ("abidw", "abidiff", "gcc"):
        if shutil.which(tool) is None:
            print(f"{tool} is not installed (apt-get install abigail-tools gcc): the contract is not compared")
            return 3
    if arguments == ["--self-test"]:
        return self_test()
    if arguments == ["--write"]:
        with tempfile.TemporaryDirectory() as made:
            folder = pathlib.Path(made)
            shutil.copyfile(described(INCLUDE, folder), GOLDEN)
            CONSTANTS.write_text(constants_of(INCLUDE, folder))
        return 0
    if arguments:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    problems, diff = check(INCLUDE)
    for problem in problems:
        print(problem)
    if problems:
        print(f"\nabidiff says:\n{diff}")
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
