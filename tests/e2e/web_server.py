"""A broker's web interface: a server of the test that answers every GET as the test says."""

import http.server
import threading

from gateway import PATIENCE


class WebServer(http.server.ThreadingHTTPServer):
    """Answers with `answer(handler)`. Keeps each request's headers in `requests`, its path in `paths`, and the address
    that it came from in `clients`."""

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), WebHandler)
        self.answer = answer
        self.requests, self.paths, self.clients = [], [], []
        self.changed = threading.Condition()
        self.host = f"127.0.0.1:{self.server_port}"
        self.url = f"http://{self.host}"
        self.ending = threading.Event()  # answers that take long end with it
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def wait_requests(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.requests) >= count, PATIENCE)

    def __exit__(self, *more):
        self.ending.set()
        self.shutdown()
        super().__exit__(*more)


class WebHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with self.server.changed:
            self.server.requests.append(self.headers)
            self.server.paths.append(self.path)
            self.server.clients.append(self.client_address[0])
            self.server.changed.notify_all()
        self.server.answer(self)

    def give(self, body, status=200, length=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
