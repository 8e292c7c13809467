"""Prints what the gateway publishes of one instrument on ZeroMQ. No key is needed; connecting again is ZeroMQ's business.

    GATEWAY_ZEROMQ=tcp://127.0.0.1:5555 python3 subscribe.py [SYMBOL.EXCHANGE[.MODE]]

Published is what zeromq.symbols of gateway.yaml names, and what some client of the default broker subscribes.
"""
import json
import os
import sys

import zmq

socket = zmq.Context.instance().socket(zmq.SUB)
socket.subscribe(sys.argv[1] if len(sys.argv) > 1 else "RELIANCE.NSE")
socket.connect(os.environ.get("GATEWAY_ZEROMQ", "tcp://127.0.0.1:5555"))
while True:
    topic, *_, text = socket.recv_multipart()
    message = json.loads(text)
    print(topic.decode(), message["data"].get("ltp"), message["data"].get("timestamp"), flush=True)
