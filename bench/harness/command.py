"""What the commands have in common: their options, what they need, and how they end."""

import argparse
import contextlib
import os
import pathlib
import sys
import tempfile

from . import gateway, paths, scenarios, tables

NEEDED = (paths.GATEWAY, paths.PLUGIN, paths.BASELINE, paths.WRITE_LIMIT, paths.LOAD_CLIENT, paths.TICK_PATH, paths.COUNTER,
          paths.WRITE_COUNTER)


def parser(doc, only=None):
    """`only`: the letters of the scenarios of a command that can be told which; None: it cannot, nor with which gateways."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if only is not None:
        made.add_argument("--only", default=only, type=argument(scenarios.find_all), metavar="SCENARIOS",
                          help="letters or names with commas between them, as in A,long-watchlists")
        made.add_argument("--full", action="store_true", help="nine rounds instead of three")
        made.add_argument("--gateway", action="append", dest="gateways", type=argument(gateway_of), metavar="PATH[,NAME]",
                          help="measures this binary in place of the build's; several are compared with the first of them")
        made.add_argument("--isolation", choices=["process"],
                          help="measures each gateway once more, with its brokers in processes of their own")
    made.add_argument("--write", action="store_true", help=f"puts the table into docs/{paths.PAGE.name}")
    made.add_argument("--check", action="store_true", help="status 1 when something is missed")
    return made


def argument(read):
    """`read`, whose complaints are shown."""
    def convert(text):
        try:
            return read(text)
        except ValueError as complaint:
            raise argparse.ArgumentTypeError(str(complaint)) from None
    return convert


def gateway_of(text):
    path, _, name = text.partition(",")
    if not pathlib.Path(path).exists():
        raise ValueError(f"found no {path}, expected a gateway's binary")
    return gateway.of(path, name or gateway.Gateway.name)


def gateways_of(chosen, parser_):
    """The kinds of gateways to measure, whose names must differ."""
    kinds = chosen.gateways or [gateway.Gateway]
    if chosen.isolation:
        kinds = [kind for one in kinds for kind in (one, gateway.isolated(one))]
    if len({kind.name for kind in kinds}) < len(kinds):
        parser_.error("--gateway: found one name twice, expected one for each binary")
    return kinds


def is_ready(name):
    """Says what is missing; else leaves the server's core to the servers."""
    missing = [path for path in NEEDED if not path.exists()]
    if missing or os.cpu_count() < 2:
        print(f"{name}: found no {missing[0]}, expected a release build" if missing else
              f"{name}: found one core, expected two: one for the server, one for the clients", file=sys.stderr)
        return False
    os.sched_setaffinity(0, {paths.CLIENT_CORE})
    return True


@contextlib.contextmanager
def folder(name):
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as path:
        yield pathlib.Path(path)


def verdict_line(met, text):
    return f"{text}: {'met' if met else 'missed'}"


def bullets(lines):
    return "\n".join(f"- {line}" for line in lines)


def finish(chosen, mark, header, cells, said, met, rounds):
    """Prints the table and what is said below it, writes both into the page where that is wanted; returns the exit status."""
    print(tables.as_text(header, cells))
    print(said)
    if chosen.write:
        tables.write(paths.PAGE, mark, f"{tables.as_markdown(header, cells)}\n\n{said}", rounds)
    return 1 if chosen.check and not met else 0
