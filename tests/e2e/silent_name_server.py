"""silent_name_server.py FILE COMMAND …: runs COMMAND in a network whose only name server hears every question, writes its name into
FILE and answers none. Needs mounts and a network of its own: unshare --mount --net."""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile

QUESTION = 12  # where it begins in a packet


def name_in(packet):
    labels, at = [], QUESTION
    while (length := packet[at]) != 0:
        labels.append(packet[at + 1:at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels)


def listen(server, file):
    while True:
        with file.open("a") as names:
            names.write(name_in(server.recv(512)) + "\n")


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
with tempfile.NamedTemporaryFile("w") as settings:
    settings.write("nameserver 127.0.0.1\noptions timeout:30 attempts:5\n")
    settings.flush()
    subprocess.run(["mount", "--bind", settings.name, "/etc/resolv.conf"], check=True)
questions = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
questions.bind(("127.0.0.1", 53))
command = os.getpid()
if os.fork() == 0:
    # Ends with the command, which is its parent.
    questions.settimeout(1)
    while os.getppid() == command:
        try:
            listen(questions, pathlib.Path(sys.argv[1]))
        except TimeoutError:
            pass
    os._exit(0)
os.execvp(sys.argv[2], sys.argv[2:])
