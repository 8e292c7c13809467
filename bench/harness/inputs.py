"""What the servers and the clients of a scenario are given."""

from .gateway import Gateway


class Inputs:
    """`gateways`: the kinds that will serve the scenario; the baseline and the peers send what the first of them does.
    `timed` of the clients read how old what they get is; then all have extras, which say when the gateway got it."""

    def __init__(self, scenario, folder, timed=0, gateways=(Gateway,)):
        self.scenario = scenario
        self.timed = timed
        self.extras = scenario.extras or timed > 0
        self.folder = folder / scenario.folder
        self.folder.mkdir(parents=True)
        self.payloads = self.folder / "payloads"
        self.texts = [kind.prepare(self) for kind in gateways][0]
        self.payloads.write_text("\n".join(self.texts) + "\n")
