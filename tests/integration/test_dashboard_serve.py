"""The production server: its address, and bodies that are too long."""

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from dashboard.serve import addresses, make_server
from tests.pages import a_site

MB = 1024 * 1024


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    server = make_server(a_site(tmp_path).config, "127.0.0.1", 0)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(5)


def test_it_answers_where_it_says(tmp_path: Path, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)) == (200, {"status": "ok"})
    assert answer.getheader("Server") is None


def test_it_names_its_addresses(tmp_path: Path) -> None:
    server = make_server(a_site(tmp_path).config, "127.0.0.1", 0)
    assert addresses(server) == [f"http://127.0.0.1:{server.effective_port}"]
    server.close()


@pytest.mark.parametrize(
    ("accept", "kind"), [("text/html", "text/html"), ("application/json", "application/json")]
)
def test_a_body_too_long_is_refused_before_it_is_sent(port: int, accept: str, kind: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(
            f"POST /upload HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n"
            f"Expect: 100-continue\r\nContent-Length: {300 * MB}\r\n\r\n".encode()
        )
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 413
        assert answer.getheader("Content-Type", "").startswith(kind)
        assert b"A picture may have up to 1 MB; send a smaller one." in answer.read()


def resident_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_sends_300_mb_reads_the_answer_and_memory_stays(
    port: int, chunked: bool
) -> None:
    block = bytes(MB)
    before = resident_kb()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {} if chunked else {"Content-Length": str(300 * MB)}
    connection.request(
        "POST", "/upload", body=(block for _ in range(300)), headers=headers, encode_chunked=chunked
    )
    answer = connection.getresponse()
    assert answer.status == 413
    assert b"up to 1 MB" in answer.read()
    assert resident_kb() - before < 30 * 1024


def test_what_follows_a_refused_body_is_not_taken_for_a_request(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(
            f"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: {300 * MB}\r\n\r\n".encode()
            + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        connection.shutdown(socket.SHUT_WR)
        everything = b"".join(iter(lambda: connection.recv(65536), b""))
    assert everything.count(b"HTTP/1.1 ") == 1


def test_the_pages_load_neither_the_model_nor_opencv() -> None:
    program = (
        "import sys, dashboard, dashboard.serve; "
        "print([m for m in sys.modules if m.split('.')[0] in ('cv2', 'mediapipe')])"
    )
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert loaded.strip() == "[]"
