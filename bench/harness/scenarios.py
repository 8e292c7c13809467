"""What is measured. Each scenario has a name, and a letter that is short for it on the command line."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    letter: str
    clients: int
    symbols: int
    per_client: int  # of the symbols, spread evenly
    brokers: int = 1  # the mock has some 700 instruments
    mode: int = 2
    depth: int = 0
    least_ratio: float = 0.75  # to the baseline; 0: not judged
    stalled: int = 0
    updates_per_second: float = 0  # of all symbols; 0: as many as can be delivered
    at_once: bool = False  # clients subscribe as they come; else once all are there
    extras: bool = False
    limits: tuple = ()  # of gateway.yaml: keys and values
    others: bool = True  # the baseline and the peers serve it too
    beside: str = ""  # letter of the scenario with which the cost of a delivery of the gateway is compared, run by run
    together: bool = False  # both runs at once, on one core: hundredths are less than what the machine drifts meanwhile
    max_cost: float = 0  # to one there; 0: not judged
    monitored: bool = False  # /metrics is scraped once a second, and the log has level info

    @property
    def fan_out(self):
        """Deliveries of one update."""
        return self.clients * self.per_client / self.symbols

    @property
    def is_idle(self):
        """What is measured is how clients come, and what they hold."""
        return self.per_client == 0 or self.at_once

    @property
    def folder(self):
        return self.name.replace(" ", "-").replace(",", "")


ALL = (
    Scenario("shared watchlist", "A", 50, 100, 100),
    Scenario("short watchlists", "B", 1000, 1000, 10, brokers=2),
    Scenario("shared watchlist, many clients", "M", 1000, 100, 100, least_ratio=0, others=False, beside="A", max_cost=1.3),
    Scenario("long watchlists", "W", 1000, 1000, 100, brokers=2, beside="A"),
    Scenario("20-level books", "D20", 50, 20, 20, mode=4, depth=20),
    Scenario("50-level books", "D50", 50, 20, 20, mode=4, depth=50),
    # No frames are kept for clients that come back.
    Scenario("extras", "E", 50, 100, 100, least_ratio=0, extras=True, others=False, limits=(("resume_memory", "0B"),)),
    # The frames of the last seconds are kept.
    Scenario("extras with replay", "R", 50, 100, 100, least_ratio=0, extras=True, others=False, beside="E", together=True,
             max_cost=1.03),
    Scenario("monitored", "P", 50, 100, 100, least_ratio=0, others=False, beside="A", together=True, max_cost=1.03,
             monitored=True),
    Scenario("idle clients", "I", 5000, 1, 0, least_ratio=0),
    Scenario("opening rush", "C", 10_000, 100, 1, least_ratio=0, at_once=True),
    Scenario("stalled clients", "S", 200, 20, 20, mode=4, depth=20, least_ratio=0.95, stalled=10, updates_per_second=1000),
)


def find(text):
    """The scenario of this letter, or of this name with or without hyphens and commas; None: there is none."""
    for scenario in ALL:
        if text in (scenario.letter, scenario.name, scenario.folder):
            return scenario
    return None


def find_all(text):
    """Of letters or names with commas between them. A name that has a comma is written as "shared-watchlist-many-clients"."""
    found = []
    for word in text.split(","):
        scenario = find(word.strip())
        if scenario is None:
            raise ValueError(f"found {word}, expected some of {', '.join(f'{s.letter} ({s.folder})' for s in ALL)}")
        found.append(scenario)
    return found
