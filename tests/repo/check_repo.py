#!/usr/bin/env python3
"""Checks the rules of this repository that a compiler does not know.

check_repo.py ROOT          checks the tree, prints each fault as one line
check_repo.py --self-test   gives each rule something bad and expects its complaint
"""

import fnmatch
import os
import re
import sys

import architecture

# What only the operating system has, and the files that may ask for it.
SYSTEM_HEADERS = re.compile(
    r"(unistd|fcntl|dlfcn|elf|signal|poll|pthread|netdb|spawn)\.h$|csignal$"
    r"|(sys|netinet|arpa|linux|boost/asio/posix|boost/asio/local)/")
SYSTEM_FILES = """
    apps/gateway/alert_command.cpp
    apps/gateway/commands/import_output.cpp
    apps/gateway/commands/login.cpp
    apps/gateway/descriptors.cpp
    apps/gateway/doctor/system_probe.cpp
    apps/gateway/end_watch.cpp
    apps/gateway/gateway.cpp
    apps/gateway/place_problems.cpp
    apps/gateway/service/service_manager.cpp
    apps/gateway/signals.cpp
    apps/gateway/terminal/terminal.cpp
    core/base/descriptor.cpp
    core/base/descriptors.cpp
    core/base/fresh_file.cpp
    core/base/large_memory.cpp
    core/base/networks.cpp
    core/base/outgoing.cpp
    core/base/owner.cpp
    core/base/thread_name.cpp
    core/bus/doorbell.cpp
    core/bus/shared_memory.cpp
    core/config/secret_file.cpp
    core/control/control_client.cpp
    core/control/control_socket.cpp
    core/control/peer.cpp
    core/control/unix_address.cpp
    core/control/unix_address.hpp
    core/database/backup.cpp
    core/database/database_file.cpp
    core/event_loop/event_loop.cpp
    core/login/token_files.cpp
    core/feed_process/child.cpp
    core/feed_process/feed_process.cpp
    core/feed_process/inspection.cpp
    core/feed_process/message_socket.cpp
    core/feed_process/process.cpp
    core/plugin_host/demand_reader.cpp
    core/plugin_host/elf_check.cpp
    core/plugin_host/library_copy.cpp
    core/plugin_host/library_file.cpp
    core/websocket/byte_stream.cpp
    core/websocket/intake.cpp
    core/zeromq/wait.cpp
""".split()

# A library and the only places that may include it. Places end with "/", "*" stands for one folder.
OWNED = {
    "boost/beast": ["core/websocket/", "examples/cpp/"],
    "yaml-cpp/": ["core/config/"],
    "boost/dll": ["core/plugin_host/", "bench/tick_path/border.cpp"],
    "spdlog/": ["core/base/"],
    "curl/": ["core/download/"],
    "prometheus/": ["apps/gateway/monitoring/"],
    "sqlite3.h": ["core/database/", "apps/gateway/commands/"],
    "zlib.h": ["core/websocket/", "core/instruments/", "apps/gateway/list_download.cpp", "tests/support/gzip.hpp", "tests/websocket/", "tools/broker_sim/"],
    "zmq.h": ["core/zeromq/", "apps/gateway/commands/", "tests/zeromq/"],
}

# Header-only libraries that a plugin may compile into itself, and what its tests may use as well.
PLUGIN_LIBRARIES = ("nlohmann/",)
PLUGIN_TEST_LIBRARIES = ("gtest/", "gmock/")

# "arrow", which is a broker too, is left out: it is a word.
BROKERS = """angel zerodha kite smartapi smartstream upstox fyers dhan compositedge fivepaisa ibulls
    iifl jainam rmoney wisdom groww definedge motilal mstock nubra paytm pocketful samco indmoney
    flattrade zebu hdfcsec hdfcsky""".split()
# The bundled broker of the default configuration may stand where that configuration is made.
BUNDLED_BROKER = "mock"
BUNDLED_BROKER_FILES = ["core/config/config.hpp", "core/config/load.cpp"]

# The first line of each header of the SDK, and of LICENSE.
LICENCE = "SPDX-License-Identifier: Apache-2.0"

FORBIDDEN_FOLDERS = {"utils", "util", "common"}
TOP_FILES = ("CMakeLists.txt", "LICENSE", "gateway.yaml")
TOP_FOLDERS = "apps bench cmake config core deploy docs examples plugins scripts sdk tests tools".split()
CPP = (".cpp", ".hpp", ".c", ".h", ".cc", ".hh", ".in")
CODE = CPP + (".py", ".cmake", "CMakeLists.txt")


def fault(where, found, expected):
    return f"{where}: found {found}, expected {expected}"


def includes(files, *tops):
    """(path, line number, header, whether in quotes) of every include below `tops`."""
    for path, text in files.items():
        if not path.startswith(tops) or not path.endswith(CPP):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
            if found:
                yield path, number, found[2], found[1] == '"'


def depends_of(files, module):
    text = re.sub(r"#.*", "", files.get(f"core/{module}/CMakeLists.txt", ""))
    found = re.search(r"gw_add_module\s*\(\s*(\w+)(.*?)\)", text, re.S)
    if not found:
        return None
    names = re.search(r"DEPENDS\s+(.*?)(?:PRIVATE|SOURCES|$)", found[2], re.S)
    return found[1], (names[1].split() if names else [])


def modules_of(files):
    return sorted({p.split("/")[1] for p in files if p.startswith("core/") and p.count("/") > 1})


def uses_of(files):
    """{module of core/: what ARCHITECTURE.md lets it use}, in the order of that table."""
    rows = architecture.modules(files.get("ARCHITECTURE.md", ""))
    return {row.name: row.uses for row in rows if row.path.startswith("core/")}


def check_module_arrows(files):
    uses = uses_of(files)
    order = ["sdk", *uses]
    for module, names in uses.items():
        for name in names:
            if name not in order[:order.index(module)]:
                yield fault(f"ARCHITECTURE.md: {module} uses", name, "a module of a row above")
    for one, other in [(m, "plugin_host") for m in ("session", "requests", "proxy")] + [("plugin_host", "proxy")]:
        if other in uses.get(one, []):
            yield fault(f"ARCHITECTURE.md: {one} uses", other, "none between these two")
    for module in modules_of(files):
        where = f"core/{module}/CMakeLists.txt"
        declared = depends_of(files, module)
        if module not in uses:
            yield fault(f"core/{module}", "a module without a row", "one in ARCHITECTURE.md")
            continue
        if declared is None or declared[0] != module:
            yield fault(where, f"no gw_add_module({module} …)", "one")
            continue
        if declared[1] != uses[module]:
            yield fault(where, f"DEPENDS {' '.join(declared[1])}", f"'{' '.join(uses[module])}', as ARCHITECTURE.md has it")
        usable = {module, *declared[1]}
        unused = set(declared[1])
        for path, number, header, _ in includes(files, f"core/{module}/"):
            target = "sdk" if header.startswith("bgw/") else None
            if header.startswith("core/"):
                target = header.split("/")[1]
            unused.discard(target)
            # Headers of dependencies hand the contract on.
            if target == "sdk" and any("sdk" in uses.get(d, []) for d in usable):
                continue
            if target and target not in usable:
                yield fault(f"{path}:{number}", header, f"a module that {where} names")
        for name in sorted(unused):
            yield fault(where, f"DEPENDS {name}", f"an include of it in core/{module}")


def check_module_pages(files):
    """The sentence of a module's page that begins with 'Uses' says what the build file says."""
    for module in modules_of(files):
        path = f"core/{module}/README.md"
        declared = depends_of(files, module)
        found = re.search(r"\bUses ([^.;]*)", files.get(path, ""))
        if declared is None or path not in files:
            continue
        said = re.sub(r"\([^)]*\)|, never \w+|\bonly\b|\bnothing of the gateway\b", "", found[1]) if found else ""
        names = re.findall(r"\w+", said.replace(" and ", ", "))
        if not found or names != declared[1]:
            yield fault(path, f"'{found[0].strip() if found else 'no Uses …'}'",
                        f"'Uses {', '.join(declared[1]) or 'nothing of the gateway'}', as its CMakeLists.txt has it")


def check_threads(files):
    """ARCHITECTURE.md's table of threads has those that code names, and the files that name them."""
    rows = {row.name: row.files for row in architecture.threads(files.get("ARCHITECTURE.md", ""))}
    named = {}
    for path, text in files.items():
        if path.startswith(("core/", "apps/")):
            for name in re.findall(r'\bname_this_thread\("([^"]*)"\)', text):
                named.setdefault(name, []).append(path)
    for name, paths in named.items():
        for path in paths:
            if path not in rows.get(name, []):
                yield fault(path, f"the thread {name}", "this file in its row of ARCHITECTURE.md, Threads")
    for name in rows:
        if name != "main" and name not in named:
            yield fault("ARCHITECTURE.md: Threads", name, "a name_this_thread of it in core/ or apps/")
    for path, number, line in ((p, n, line) for p, text in files.items() if p.startswith(("core/", "apps/"))
                               for n, line in enumerate(text.splitlines(), 1)):
        if re.search(r"\bstd::j?thread\(\[", line) and "name_this_thread" not in "\n".join(
                files[path].splitlines()[number - 1:number + 2]):
            yield fault(f"{path}:{number}", "a thread without a name", "name_this_thread first in it")


def check_tops(files):
    allowed = {"core/": ("core/", "bgw/"), "apps/": ("core/", "bgw/", "apps/")}
    for top, prefixes in allowed.items():
        for path, number, header, quoted in includes(files, top):
            if not quoted or header.startswith(prefixes):
                continue
            if not path.startswith("apps/") or header != "version.hpp":  # a generated file
                yield fault(f"{path}:{number}", header, f"{' or '.join(prefixes)}…")


def check_sdk(files):
    for path, number, header, quoted in includes(files, "sdk/include/"):
        if header.startswith("bgw/") or (not quoted and "/" not in header):
            continue
        yield fault(f"{path}:{number}", header, "bgw/ or the standard library")


def check_plugins(files):
    for path, number, header, quoted in includes(files, "plugins/"):
        folder = "/".join(path.split("/")[:2])
        libraries = PLUGIN_LIBRARIES
        if path.startswith(f"{folder}/tests/"):
            libraries += PLUGIN_TEST_LIBRARIES
        beside = os.path.normpath(f"{os.path.dirname(path)}/{header}")
        own = [p for p in (beside, f"{folder}/{header}") if p.startswith(f"{folder}/")]
        is_own = any(p in files for p in own)
        if header.startswith("bgw/") or header.startswith(libraries) or is_own:
            continue
        if not quoted and "/" not in header:
            continue
        yield fault(f"{path}:{number}", header, f"bgw/, a file of {folder}, a header-only library")
    for path, text in files.items():
        if not re.match(r"plugins/\w+/CMakeLists\.txt$", path):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\bgw_(?!add_test\b)\w+", line):
                yield fault(f"{path}:{number}", line.strip(), "a plugin that links bgw::sdk only")


def check_broker_names(files):
    names = "|".join(BROKERS)
    capital = "|".join(n.capitalize() for n in BROKERS)
    # At the beginning of a word, or of a part of a CamelCase word.
    foreign = re.compile(rf"(?<![A-Za-z])(?i:{names})|(?<=[a-z])(?:{capital})")
    bundled = re.compile(rf"(?<![A-Za-z])(?i:{BUNDLED_BROKER})(?![a-z])")
    for path, text in files.items():
        if not path.startswith(("core/", "apps/", "sdk/")):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = foreign.search(line)
            if not found and path not in BUNDLED_BROKER_FILES:
                found = bundled.search(line)
            if found:
                yield fault(f"{path}:{number}", f"the broker's name {found[0]}",
                            "it in its plugin only")


def check_system_headers(files):
    used = set()
    for path, number, header, _ in includes(files, "apps/", "core/", "plugins/", "sdk/", "tools/"):
        if not SYSTEM_HEADERS.match(header) or "/tests/" in path:
            continue
        used.add(path)
        if path not in SYSTEM_FILES:
            yield fault(f"{path}:{number}", header, "it in SYSTEM_FILES of tests/repo only")
    for path in SYSTEM_FILES:
        if path not in used:
            yield fault("tests/repo: SYSTEM_FILES", path, "a file that includes a system header")


def check_owned_libraries(files):
    for path, number, header, _ in includes(files, *(f"{t}/" for t in TOP_FOLDERS)):
        for library, places in OWNED.items():
            if header.startswith(library) and not path.startswith(tuple(places)):
                yield fault(f"{path}:{number}", header, f"it in {' or '.join(places)} only")


def check_folders(files):
    seen = set()
    for path in files:
        parts = path.split("/")[:-1]
        for i, part in enumerate(parts):
            folder = "/".join(parts[:i + 1])
            if part.lower() in FORBIDDEN_FOLDERS and folder not in seen:
                seen.add(folder)
                yield fault(folder, "a folder of this name", "one that says what is in it")


def check_readmes(files):
    for module in modules_of(files):
        text = files.get(f"core/{module}/README.md")
        if text is None:
            yield fault(f"core/{module}", "no README.md", "one")
        elif not text.startswith(f"# {module}\n") or len(text.splitlines()) < 5:
            yield fault(f"core/{module}/README.md", f"no page of 5 lines under '# {module}'", "one")


def check_docs(files):
    """What a page names in the tree is there."""
    for path, text in files.items():
        if not path.endswith(".md"):
            continue
        for name in re.findall(r"`([\w.*-]+/[\w./*-]+)`", text):
            if name.split("/")[0] not in TOP_FOLDERS:
                continue
            if not any(fnmatch.fnmatch(p, name) or p.startswith(name.rstrip("/*") + "/") for p in files):
                yield fault(path, name, "a file or folder that is there")


def check_links(files):
    """What a page links to within the tree is there, and the heading too."""
    def anchors(text):
        headings = re.findall(r"^#+ (.*)$", text, re.M)
        return {re.sub(r"[^\w\- ]", "", h.strip().lower()).replace(" ", "-") for h in headings}
    for path, text in files.items():
        if not path.endswith(".md"):
            continue
        for link, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", text):
            target = os.path.normpath(f"{os.path.dirname(path)}/{link}").lstrip("/") if link else path
            if ":" in link or target.endswith(".png"):
                continue
            if target not in files:
                yield fault(path, f"a link to {link}", "a file that is there")
            elif anchor and anchor not in anchors(files[target]):
                yield fault(path, f"a link to {link}#{anchor}", f"a heading of {target}")


def check_defaults(files):
    """A default that docs/configuration.md names is the value in the shipped gateway.yaml, unless the page says otherwise."""
    path = "docs/configuration.md"
    shipped = {m[1]: m[0] for m in re.finditer(r"^(\w+):.*\n(?:[ #].*\n)*", files.get("gateway.yaml", ""), re.M)}
    for row in re.findall(r"^\| `.*", files.get(path, ""), re.M):
        cells = row.split(" | ")
        names = re.findall(r"`([^`]+)`", cells[0])
        section = shipped.get(names[0].split(".")[0], "")
        if "tls." in names[0]:  # a section within a section, whose names are others' too
            continue
        for name, default in zip(names, re.split(r", (?![^\[]*\])", cells[1])):
            value = re.search(rf"\b{name.split('.')[-1]}: *(\[[^\]]*\]|[^,}}#\s]+)", section)
            if value and re.fullmatch("`[^`]+`", default) and value[1] != default[1:-1] and "shipped file" not in row:
                yield fault(path, f"{default[1:-1]} as the default of {name}", f"{value[1]}, as gateway.yaml has it")


def check_licence(files):
    """Plugin authors compile these headers into their plugins: each says by itself what they may do with it."""
    for path, text in files.items():
        if not path.startswith("sdk/include/"):
            continue
        line = text.split("\n", 1)[0]
        expected = f"/* {LICENCE} */" if path.endswith(".h") else f"// {LICENCE}"
        if line != expected:
            yield fault(f"{path}:1", line or "nothing", expected)
    if not files.get("LICENSE", "").startswith(LICENCE):
        yield fault("LICENSE", "another first line, or no file", LICENCE)


def check_versions(files):
    """The version that the binary prints is the one that CHANGELOG.md describes first."""
    built = re.search(r"project\(\w+ VERSION ([\d.]+)", files.get("CMakeLists.txt", ""))
    described = re.search(r"^## (\w[\w.]*)", files.get("CHANGELOG.md", ""), re.M)
    abi = re.search(r"BGW_ABI_MAJOR (\d+)", files.get("sdk/include/bgw/abi.h", ""))
    if not built:
        return [fault("CMakeLists.txt", "no project(… VERSION …)", "one")]
    problems = []
    if not described or described[1] != built[1]:
        found = described[1] if described else "no version"
        problems.append(fault("CHANGELOG.md", f"{found} at the top", f"{built[1]}, as CMakeLists.txt has it"))
    if abi and abi[1] == "0" and not built[1].startswith("0."):
        problems.append(fault("CMakeLists.txt", f"version {built[1]}", "0.x until the SDK's contract is frozen"))
    return problems


def settings_of(text):
    """{struct: {member: type}} of core/config/config.hpp. The settings of a plugin are the plugin's to use."""
    structs = {}
    for name, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text, re.M | re.S):
        members = re.findall(r"^  ([\w:<>]+) (\w+)(?: = [^;]*)?;", body, re.M)
        if name not in ("Setting", "Value"):
            structs[name] = {member: type for type, member in members}
    return structs


def check_settings(files):
    """A key that is read from gateway.yaml and used by nobody is a promise without effect."""
    structs = settings_of(files.get("core/config/config.hpp", ""))
    used = set()
    for path, text in files.items():
        # Comparing two configurations, which a reload does, has no effect yet.
        if not path.startswith("apps/") or path == "apps/gateway/gateway_reload.cpp":
            continue
        for struct in structs:
            # What a value of this struct is called: as a member of another struct, or as a variable.
            holders = {m for members in structs.values() for m, type in members.items() if type == struct}
            holders |= set(re.findall(rf"\bconfig::{struct}[&*]? (\w+)\b", text))
            holders |= {"config"} if struct == "Config" else set()
            accesses = re.findall(rf"\b(?:{'|'.join(holders)})(?:\(\))?(?:\.|->)(\w+)", text) if holders else []
            used |= {(struct, member) for member in accesses}
    for struct, members in structs.items():
        for member in members:
            if (struct, member) not in used:
                yield fault(f"core/config/config.hpp: {struct}::{member}", "nobody in apps/ who uses it",
                            "an effect, or no such key")


RULES = [
    check_module_arrows, check_tops, check_sdk, check_plugins, check_broker_names,
    check_system_headers, check_owned_libraries, check_folders, check_readmes,
    check_module_pages, check_threads, check_docs, check_links, check_defaults, check_licence, check_versions, check_settings,
]


def read_tree(root):
    files = {}
    for name in os.listdir(root):
        if name.endswith(".md") or name in TOP_FILES:
            with open(os.path.join(root, name), encoding="utf-8") as file:
                files[name] = file.read()
    for top in TOP_FOLDERS:
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders[:] = [f for f in folders if not f.startswith((".", "__"))]
            for name in names:
                path = os.path.join(folder, name)
                try:
                    with open(path, encoding="utf-8") as file:
                        files[os.path.relpath(path, root)] = file.read()
                except (UnicodeDecodeError, FileNotFoundError):
                    pass  # recorded packets and the like; what an editor has just taken away
    return files


def main(arguments):
    if arguments == ["--self-test"]:
        import self_test
        return self_test.run(sys.modules[__name__])
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    files = read_tree(arguments[0])
    problems = [problem for rule in RULES for problem in rule(files)]
    if not files:
        problems.append(f"{arguments[0]}: found no files, expected the repository")
    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
