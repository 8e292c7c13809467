"""What is measured."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    what: str
    clients: int
    symbols: int
    per_client: int  # of the symbols, spread evenly
    brokers: int = 1  # the mock has some 700 instruments
    mode: int = 2
    depth: int = 0
    limit: float = 0.75  # the least ratio; 0: not judged
    stalled: int = 0
    updates_per_second: float = 0  # of all symbols; 0: as many as can be delivered
    at_once: bool = False  # clients subscribe as they come; else once all are there
    extras: bool = False
    limits: tuple = ()  # of gateway.yaml: keys and values
    peers: bool = True  # the limit and the peers serve it too
    beside: str = ""  # what a delivery of the gateway costs is compared with this scenario, run by run
    together: bool = False  # both runs at once, on one core: hundredths are less than what the machine drifts meanwhile
    most_cost: float = 0  # to one there; 0: not judged

    @property
    def fan_out(self):
        """Deliveries of one update."""
        return self.clients * self.per_client / self.symbols

    @property
    def is_idle(self):
        """What is measured is how clients come, and what they hold."""
        return self.per_client == 0 or self.at_once


ALL = {scenario.name: scenario for scenario in (
    Scenario("A", "50 clients, each with all of 100 symbols", 50, 100, 100),
    Scenario("B", "1,000 clients, each with 10 of 1,000 symbols", 1000, 1000, 10, brokers=2),
    Scenario("M", "1,000 clients, each with all of 100 symbols", 1000, 100, 100, limit=0, peers=False, beside="A",
             most_cost=1.3),
    Scenario("W", "1,000 clients, each with 100 of 1,000 symbols", 1000, 1000, 100, brokers=2, beside="A"),
    Scenario("D20", "50 clients, each with all of 20 books of 20 levels", 50, 20, 20, mode=4, depth=20),
    Scenario("D50", "50 clients, each with all of 20 books of 50 levels", 50, 20, 20, mode=4, depth=50),
    Scenario("E", "A, clients with extras, of which no frames are kept", 50, 100, 100, limit=0, extras=True, peers=False,
             limits=(("resume_memory", "0B"),)),
    Scenario("R", "E, with the frames of the last seconds kept", 50, 100, 100, limit=0, extras=True, peers=False, beside="E",
             together=True, most_cost=1.03),
    Scenario("I", "5,000 idle clients", 5000, 1, 0, limit=0),
    Scenario("C", "10,000 clients that each subscribe to one of 100 symbols as they come", 10_000, 100, 1, limit=0, at_once=True),
    Scenario("S", "200 clients with 20 books of 20 levels, 10 of them stalled", 200, 20, 20, mode=4, depth=20, limit=0.95,
             stalled=10, updates_per_second=1000),
)}
