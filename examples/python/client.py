"""Prints a live book. It connects again by itself and says why it was closed; a key that is refused ends it.
GATEWAY_URL=ws://127.0.0.1:8765/ BROKER_GATEWAY_KEY=… python3 client.py [SYMBOL EXCHANGE]"""
import asyncio
import json
import os
import sys

import websockets

URL = os.environ.get("GATEWAY_URL", "ws://127.0.0.1:8765/")
SYMBOL, EXCHANGE = sys.argv[1:3] if len(sys.argv) > 2 else ("RELIANCE", "NSE")


async def session():
    async with websockets.connect(URL) as gateway:
        await gateway.send(json.dumps({"action": "authenticate", "api_key": os.environ["BROKER_GATEWAY_KEY"]}))
        await gateway.send(json.dumps({"action": "subscribe", "symbol": SYMBOL, "exchange": EXCHANGE, "mode": 4}))
        while True:
            message = json.loads(await gateway.recv())
            if message["type"] != "market_data":
                print(message.get("code") or message["type"], message.get("message", ""), flush=True)
            else:
                print(SYMBOL, message["data"].get("ltp"), message["data"]["depth"], flush=True)


async def main():
    wait = 1
    while True:
        try:
            await session()
        except websockets.ConnectionClosed as closed:  # 4401: the key; 4000: too slow; 1006: nobody said anything
            print(f"closed: {closed.code} {closed.reason}", flush=True)
            wait = 1 if closed.code != 4401 else sys.exit(1)
        except (OSError, websockets.WebSocketException) as error:  # or a proxy answered: the gateway is not up yet
            print(f"not connected: {error}", flush=True)
        await asyncio.sleep(wait)
        wait = min(2 * wait, 30)

asyncio.run(main())
