"""Load and slow clients against a running `tane serve`.

load.py BASE PID TANE QUESTIONS MINUTES: 64 clients ask 10,000 questions (of the file, one a line, else of the articles' titles);
then the memory of the server is watched under two clients; then clients that dawdle. Prints what it measured.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter

base, pid, tane, questions, minutes = sys.argv[1:6]
host = base.removeprefix("http://")
CLIENTS, QUESTIONS = 64, 10_000

if questions:
    texts = [line.strip() for line in open(questions, encoding="utf-8") if line.strip()]
else:
    with urllib.request.urlopen(f"{base}/api/v1/articles?limit=1000") as answer:
        texts = [a["title"] or a["id"] for a in json.load(answer)["articles"]]


def memory():
    """Anonymous memory of the server, MB: what the pages of the index do not count in."""
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024


def ask(connection, number):
    body = json.dumps({"query": texts[number % len(texts)]})
    connection.request("POST", "/api/v1/query", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = response.read()
    if response.status == 200:
        assert json.loads(answer)["query"] == texts[number % len(texts)].strip(), "an answer to another question"
    return response.status


def many(clients, count, seconds=float("inf")):
    """Status and time of every question."""
    numbers, lock, found = iter(range(count)), threading.Lock(), []
    end = time.monotonic() + seconds

    def client():
        connection = http.client.HTTPConnection(host, timeout=120)
        while time.monotonic() < end:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            started = time.monotonic()
            try:
                status = ask(connection, number)
            except (OSError, http.client.HTTPException) as error:
                # A connection that is closed after its time is opened again; any other error counts.
                connection.close()
                try:
                    status = ask(connection, number)
                except (OSError, http.client.HTTPException):
                    status = type(error).__name__
            found.append((status, time.monotonic() - started))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found, time.monotonic() - started


# One process a question, beside it.
loop = []
for number in range(50):
    started = time.monotonic()
    subprocess.run([tane, "query", "--json", texts[number % len(texts)]], stdout=subprocess.DEVNULL, check=False)
    loop.append(1000 * (time.monotonic() - started))

many(2, 200)
before = memory()
found, took = many(CLIENTS, QUESTIONS)
statuses = Counter(status for status, _ in found)
times = sorted(1000 * seconds for _, seconds in found)
assert len(found) == QUESTIONS and set(statuses) <= {200, 503}, statuses
alone = sorted(1000 * seconds for _, seconds in many(1, 500)[0])
print(
    f"{CLIENTS} clients, {QUESTIONS} questions: {dict(statuses)}, {QUESTIONS / took:.0f} a second, "
    f"p50 {statistics.median(times):.1f} ms, p99 {times[int(0.99 * len(times))]:.1f} ms; "
    f"one client: p50 {statistics.median(alone):.2f} ms, p99 {alone[int(0.99 * len(alone))]:.2f} ms; "
    f"`tane query` in a loop: p50 {statistics.median(loop):.1f} ms"
)
print(f"anonymous memory: {before:.1f} MB before, {memory():.1f} MB after")

series = []
end = time.monotonic() + 60 * float(minutes)
asked = 0
while time.monotonic() < end:
    found, _ = many(2, 10**9, min(15, max(1, end - time.monotonic())))
    asked += len(found)
    series.append(memory())
half = series[len(series) // 2 :] or [memory()]
print(
    f"{minutes} minutes, {asked} questions more: anonymous memory {min(half):.1f} to {max(half):.1f} MB in the second half, "
    f"{series[0] if series else 0:.1f} MB at the beginning"
)


# Clients that dawdle: a head or a body that does not come, an answer that is not read.
def dawdle(start, piece, pause):
    connection = socket.create_connection(host.rsplit(":", 1), timeout=60)
    connection.sendall(start)
    started = time.monotonic()
    answer = b""
    connection.settimeout(pause)
    while time.monotonic() - started < 60:
        try:
            connection.sendall(piece)
            received = connection.recv(4096)
            if not received:
                break
            answer += received
        except TimeoutError:
            continue
        except OSError:
            break
    return answer.split(b"\r\n")[0].decode(), time.monotonic() - started


head = f"POST /api/v1/query HTTP/1.1\r\nHost: {host}\r\n".encode()
body = head + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
slow = []
threads = [threading.Thread(target=lambda: slow.append(dawdle(head, b"A: b\r\n", 1.0))) for _ in range(40)]
threads += [threading.Thread(target=lambda: slow.append(dawdle(body, b" ", 1.0))) for _ in range(40)]
for thread in threads:
    thread.start()
time.sleep(2)
answered = [status for status, _ in many(2, 200)[0]]
assert answered == [200] * 200, Counter(answered)
for thread in threads:
    thread.join()
longest = max(seconds for _, seconds in slow)
assert longest < 40, longest
print(f"80 slow clients: {dict(Counter(status for status, _ in slow))}, the last gone after {longest:.0f} s; 200 questions beside them answered")
