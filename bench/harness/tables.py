"""Tables of results, as text and in the docs."""

import datetime
import os
import platform


def percent(value):
    return f"{100 * value:.0f} %"


def short(value):
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.2f} {letter}"
    return f"{value:.0f}"


def padded(header, cells):
    return [*cells, *[""] * (len(header) - len(cells))]


def as_text(header, rows):
    table = [header, *(padded(header, cells) for cells in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(header))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table)


def as_markdown(header, rows):
    lines = [header, ["---"] * len(header), *(padded(header, cells) for cells in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine():
    model = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, loopback"


def write(page, mark, text, rounds):
    """Puts it between the page's two marks, with when and where it was made."""
    begin, end = (f"<!-- {mark}: {word} -->" for word in ("begin", "end"))
    before, rest = page.read_text().split(begin)
    _, after = rest.split(end)
    day = datetime.date.today().isoformat()
    made = f"{day}, {rounds} rounds, {machine()}; load average at the end {os.getloadavg()[0]:.1f}."
    page.write_text(f"{before}{begin}\n{text}\n\n{made}\n{end}{after}")
