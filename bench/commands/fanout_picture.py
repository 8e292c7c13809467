"""The ratios as a picture: a bar for each server and scenario, a line over it from quartile to quartile."""

from harness.tables import percent

from .fanout_table import quartiles

GATEWAYS = "#2f6fb0"
PEERS = {"nats": "#8a8f98", "ws": "#c4c8ce"}
LEFT, TOP, BAR, GAP, WIDE = 280, 40, 18, 16, 520


def colour(kind):
    """None: it is not drawn."""
    return GATEWAYS if kind.is_gateway else PEERS.get(kind.name)


def draw(rows):
    rows = [row for row in rows if row.ratios and colour(row.kind)]
    longest = max([1.0, *(quartiles(row.ratios)[1] for row in rows)])

    def x(ratio):
        return LEFT + WIDE * ratio / longest

    parts, y, before = [], TOP, None
    for row in rows:
        if row.scenario is not before:
            y += GAP if before else 0
            parts.append(f'<text x="8" y="{y + 13}" font-weight="bold">{row.scenario.name}</text>')
            before = row.scenario
        low, high = map(x, quartiles(row.ratios))
        middle = y + BAR / 2 - 1
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{row.kind.name}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{x(row.median) - LEFT:.1f}" height="{BAR - 2}" fill="{colour(row.kind)}"/>',
            f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8" stroke="#222"/>',
            f'<text x="{max(high, x(row.median)) + 6:.1f}" y="{y + 13}">{percent(row.median)}</text>']
        if row.is_judged:
            at = x(row.scenario.least_ratio)
            parts.append(f'<path d="M{at:.1f} {y - 3}v{BAR + 4}" stroke="#c0392b" stroke-width="2"/>')
        y += BAR
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDE + 70}" height="{y + 16}" '
            'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n'
            '<text x="8" y="20">deliveries a second, of the baseline (idle clients, opening rush: connects; stalled clients: of the run without); '
            'red: the least for the gateway</text>\n' + "\n".join(parts) + "\n</svg>\n")
