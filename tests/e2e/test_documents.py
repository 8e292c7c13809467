"""Help, the manual page and the completions of bash: made from one table, so that each of them knows all commands."""

import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest

from gateway import BUILD, PATIENCE, run

COMPLETIONS = BUILD / "share" / "bash-completion" / "completions" / "broker-gateway"
MANUAL = BUILD / "share" / "man" / "man1" / "broker-gateway.1"


def commands_of(text):
    return re.findall(r"^  ([a-z][a-z-]*)(?: |$)", text.partition("Subcommands:")[2].partition("Example")[0], re.M)


def all_commands():
    found, waiting = {}, [()]
    while waiting:
        words = waiting.pop()
        text = run(*words, "--help")
        below = commands_of(text)
        if not below:
            found[words] = text
        waiting += [(*words, command) for command in below]
    return found


HELP = all_commands()


def test_every_command_has_an_example_that_names_it():
    assert len(HELP) > 25
    for words, text in HELP.items():
        assert f"\n  broker-gateway {' '.join(words)}" in text.partition("Examples:")[2], (words, text)


def test_every_option_of_a_command_has_words_and_each_default_is_said():
    assert "--scope TEXT:{read,admin}=read" in HELP["keys", "create"]
    for words, text in HELP.items():
        for line in re.findall(r"^  (?:-\w,)?--[\w-]+.*", text, re.M):
            assert len(line.split()) > 1, (words, line)


def test_the_manual_page_has_all_of_it():
    page = MANUAL.read_text()
    for words, text in HELP.items():
        assert ".SS " + " ".join(words).replace("-", "\\-") + "\n" in page, words
        for option in re.findall(r"^  --([\w-]+)", text, re.M):
            assert "\\-\\-" + option.replace("-", "\\-") in page, option
    assert "documents" not in page
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", MANUAL], capture_output=True, text=True, check=True)
        assert done.stderr == "" and "broker-gateway watch RELIANCE.NSE --mode depth --depth 50" in done.stdout


def complete(*words):
    """What a real bash offers for the last word."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _broker_gateway; '
              'printf "%s\\n" "${COMPREPLY[@]}"; complete -p broker-gateway >&2')
    done = subprocess.run(["bash", "--norc", "-c", script, "bash", COMPLETIONS, "broker-gateway", *words], capture_output=True,
                          text=True, check=True)
    assert done.stderr.strip().endswith("-F _broker_gateway broker-gateway"), done.stderr
    return done.stdout.split()


def test_bash_completes_every_command_and_option():
    assert {words[0] for words in HELP} <= set(complete(""))
    assert complete("stat") == ["status"] and complete("keys", "re") == ["revoke"]
    assert "documents" not in complete("")
    for words, text in HELP.items():
        assert set(re.findall(r"^  (--[\w-]+)", text, re.M)) <= set(complete(*words, "--")), words
    # A value that happens to be a command's word is no command.
    assert complete("keys", "create", "--scope", "") == ["read", "admin"]
    assert complete("watch", "INFY.NSE", "--mode", "d") == ["depth"]


def test_at_a_prompt_the_tab_key_completes():
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], {"PATH": os.environ["PATH"], "TERM": "dumb", "PS1": "ready> "})
    seen, give_up = "", time.monotonic() + PATIENCE

    def type_and_wait(text, expected):
        nonlocal seen
        seen = ""
        os.write(terminal, text.encode())
        while expected not in seen:
            assert select.select([terminal], [], [], give_up - time.monotonic())[0], seen
            seen += os.read(terminal, 4096).decode(errors="replace")
    try:
        type_and_wait("", "ready> ")
        type_and_wait(f"source {COMPLETIONS}; echo so''urced\n", "sourced\r\nready> ")
        type_and_wait("broker-gateway keys rev\t", "keys revoke ")
        type_and_wait("\x15broker-gateway watch INFY.NSE --mod\t", "--mode ")
        type_and_wait("\x15exit\n", "exit")
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


@pytest.mark.parametrize("words", [["backup"], ["--config"], ["instruments", "import"], ["restore", "--config"]])
def test_bash_completes_files(words):
    assert str(MANUAL) in complete(*words, str(MANUAL)[:-1])


def test_both_are_installed(tmp_path):
    subprocess.run(["cmake", "--install", BUILD, "--component", "gateway", "--prefix", tmp_path], check=True, capture_output=True)
    assert (tmp_path / "share" / "man" / "man1" / "broker-gateway.1").read_text() == MANUAL.read_text()
    assert (tmp_path / "share" / "bash-completion" / "completions" / "broker-gateway").read_text() == COMPLETIONS.read_text()
