"""Hours of single kinds of instruments: in the closing auction of shares with derivatives nothing ticks, and that is no fault."""

import datetime
import json
import re
import time

from brokers import KITE_HEADER, STALL, Angel, Kite, start_with
from cases import list_of


def test_a_share_in_the_closing_auction_may_be_silent_where_others_may_not(start, tmp_path):
    """Kite is asked again and does not answer, which takes two seconds more than its limit. Angel's own pace, which is known
    by then, would have said so at its limit."""
    another_hour = (datetime.datetime.now(datetime.timezone.utc).hour + 12) % 24
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "calendar.yaml").write_text(json.dumps({"utc_offset": "+00:00", "exchanges": {
        "NSE": {"open": "00:00-24:00", "weekdays": week, "kinds": {"shares_with_derivatives": {
            "open": f"{another_hour:02}:00-{another_hour:02}:30", "auction": "00:00-24:00"}}},
        "NFO": {"open": "00:00-24:00", "weekdays": week}}}))
    expiry = datetime.date.today() + datetime.timedelta(days=20)
    in_auction, trading = Angel(tmp_path), Kite(tmp_path)
    (tmp_path / "first.csv").write_text(KITE_HEADER + "408065,1594,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE\n"
                                        f"256002,1000,INFYFUT,INFY,0,{expiry},0,0.05,400,FUT,NFO-FUT,NFO\n")
    (tmp_path / "second.csv").write_text(KITE_HEADER + "779521,3045,SBIN,STATE BANK,0,,0,0.05,1,EQ,NSE,NSE\n")
    in_auction.list = list_of(in_auction, tmp_path / "first.csv")
    trading.list = list_of(trading, tmp_path / "second.csv")
    sims = {broker.name: start.sim("--rate", 50, broker=broker.name) for broker in (in_auction, trading)}
    gateway = start_with(start, [in_auction.name, trading.name], *[
        (broker, broker.config(sims[broker.name].url, market_hours="calendar")) for broker in (in_auction, trading)])
    with gateway.client(extras=True) as client:
        for symbol in ("INFY", "SBIN"):
            assert client.subscribe(symbol, "NSE", 2)["status"] == "success"
            client.data(topic=f"{symbol}.NSE")
        learned = time.time() + 4 * STALL
        while client.data()["received_at"] < learned:
            pass
        for broker in (in_auction, trading):
            sims[broker.name].fault("mute")
        gateway.wait_line(f"{trading.name}: the .* is stale")
        assert not re.search(f"{in_auction.name}: the .* is stale", gateway.text())
        assert not [word for word in client.words if word == "stale"]
