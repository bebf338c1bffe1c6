"""Nearest-neighbour search beside its peers on the same vectors: see benches/README.md.

    compare.py make REAL QUERIES SIZE DIR     vectors like the real ones, as raw f32; from raw f32 or `tane embed`'s lines
    compare.py run DIR [--rounds N] [--only NAME,...]     build and search, a table on standard output

DIR holds base.f32 and queries.f32 (row-major, 384 numbers a row); any other vectors of that form will do.
Every engine builds with two threads, M = 16 and efConstruction = 200, and searches with one.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import numpy as np

DIMENSION = 384
K = 10
EFS = [32, 64, 96, 128, 192, 256, 384, 512, 640, 768, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 4096]
# tane's slacks, over the 32 best.
BEAMS = [f"32*{1 + step * 0.0125:.4f}" for step in range(0, 21)]
PEERS = ["hnswlib", "faiss HNSW", "faiss HNSW-SQ8", "usearch i8", "faiss flat"]


def read(path):
    return np.fromfile(path, dtype=np.float32).reshape(-1, DIMENSION)


def load(path):
    if str(path).endswith(".f32"):
        return read(path)
    return np.array([json.loads(line)["embedding"] for line in open(path)], np.float32)


def make(real, queries, size, folder):
    """Mixtures of two real vectors and a little noise with their covariance: a graph over them finds as much with
    as many candidates as over the real ones."""
    folder.mkdir(parents=True, exist_ok=True)
    load(queries).tofile(folder / "queries.f32")
    real = load(real)
    random = np.random.default_rng(7)
    half = np.linalg.cholesky(np.cov(real.T) + 1e-8 * np.eye(DIMENSION)).astype(np.float32)
    with open(folder / "base.f32", "wb") as out:
        for start in range(0, size, 50_000):
            count = min(50_000, size - start)
            first, second = random.integers(0, len(real), (2, count))
            share = random.uniform(0.7, 1.0, (count, 1)).astype(np.float32)
            noise = random.standard_normal((count, DIMENSION), np.float32) @ half.T
            rows = share * real[first] + (1 - share) * real[second] + 0.15 * noise
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            out.write(rows.astype(np.float32).tobytes())


def peak_mb():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(next(l for l in status.splitlines() if l.startswith("VmHWM")).split()[1]) // 1000


class Peer:
    """One library: build(base), save, load, search(queries, ef) -> ids."""

    def __init__(self, name, folder):
        self.name, self.path = name, str(folder / (name.replace(" ", "-") + ".index"))

    def build(self, base):
        if self.name == "hnswlib":
            import hnswlib
            index = hnswlib.Index(space="ip", dim=DIMENSION)
            index.init_index(len(base), M=16, ef_construction=200)
            index.add_items(base, num_threads=2)
            index.save_index(self.path)
        elif self.name.startswith("faiss"):
            import faiss
            faiss.omp_set_num_threads(2)
            ip = faiss.METRIC_INNER_PRODUCT
            if self.name == "faiss flat":
                index = faiss.IndexFlatIP(DIMENSION)
            elif self.name == "faiss HNSW":
                index = faiss.IndexHNSWFlat(DIMENSION, 16, ip)
            else:
                index = faiss.IndexHNSWSQ(DIMENSION, faiss.ScalarQuantizer.QT_8bit, 16, ip)
                index.train(base[:100_000])
            if self.name != "faiss flat":
                index.hnsw.efConstruction = 200
            index.add(base)
            faiss.write_index(index, self.path)
        else:
            from usearch.index import Index
            index = Index(ndim=DIMENSION, metric="ip", dtype="i8", connectivity=16, expansion_add=200)
            index.add(np.arange(len(base)), base, threads=2)
            index.save(self.path)

    def load(self, folder):
        if self.name == "hnswlib":
            import hnswlib
            self.index = hnswlib.Index(space="ip", dim=DIMENSION)
            self.index.load_index(self.path)
            self.index.set_num_threads(1)
        elif self.name.startswith("faiss"):
            import faiss
            faiss.omp_set_num_threads(1)
            self.index = faiss.read_index(self.path)
            if self.name.endswith("SQ8"):
                self.base = np.memmap(folder / "base.f32", np.float32, "r").reshape(-1, DIMENSION)
        else:
            from usearch.index import Index
            self.index = Index.restore(self.path, view=True)

    def search(self, queries, ef):
        if self.name == "hnswlib":
            self.index.set_ef(ef)
            return self.index.knn_query(queries, k=K, num_threads=1)[0]
        if self.name == "faiss flat":
            # A question at a time, as the others are asked: many at once are a matrix product.
            return np.concatenate([self.index.search(query[None], K)[1] for query in queries])
        if self.name == "faiss HNSW":
            self.index.hnsw.efSearch = ef
            return self.index.search(queries, K)[1]
        if self.name == "faiss HNSW-SQ8":
            # Refined by the exact vectors: 36 candidates, as many as tane rescores.
            self.index.hnsw.efSearch = max(ef, 36)
            near = self.index.search(queries, 36)[1]
            scores = np.einsum("qd,qkd->qk", queries, self.base[near])
            return np.take_along_axis(near, np.argsort(-scores, axis=1)[:, :K], axis=1)
        self.index.expansion_search = ef
        return self.index.search(queries, K, threads=1).keys


def worker(action, name, folder):
    peer = Peer(name, folder)
    started = time.perf_counter()
    if action == "build":
        base = read(folder / "base.f32")
        started = time.perf_counter()
        peer.build(base)
        seconds = time.perf_counter() - started
        size = pathlib.Path(peer.path).stat().st_size
        print(json.dumps({"build_s": seconds, "bytes": size, "peak_mb": peak_mb()}))
        return
    peer.load(folder)
    opened = (time.perf_counter() - started) * 1e3
    queries = read(folder / "queries.f32")
    exact = json.loads((folder / "exact.json").read_text())
    results = []
    for ef in ["all"] if name == "faiss flat" else EFS:
        peer.search(queries[:20], ef)
        started = time.perf_counter()
        found = peer.search(queries, ef)
        ms = (time.perf_counter() - started) * 1e3 / len(queries)
        common = sum(len(set(a) & set(b)) for a, b in zip(found.tolist(), exact))
        results.append({"name": f"graph ef={ef}", "ms": ms, "recall": common / (K * len(exact))})
    print(json.dumps({"open_ms": opened, "results": results}))


def last_json(command):
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def run(folder, rounds, only, tane):
    base, queries = str(folder / "base.f32"), str(folder / "queries.f32")
    own = str(folder / "tane")
    names = ["tane"] + [peer for peer in PEERS if not only or peer in only]

    def command(name, action):
        if name != "tane":
            return [sys.executable, __file__, "worker", action, name, str(folder)]
        if action == "build":
            return [tane, "build", base, str(DIMENSION), own]
        return [tane, "search", base, queries, str(DIMENSION), own, "1", *BEAMS]

    built, best = {}, {}
    for name in names:
        done = folder / f"built-{name.replace(' ', '-')}.json"
        if not done.exists():
            done.write_text(json.dumps(last_json(command(name, "build"))))
        built[name] = json.loads(done.read_text())
        print(name, built[name], file=sys.stderr, flush=True)
    for number in range(rounds):
        for name in names:
            result = last_json(command(name, "search"))
            if name == "tane":
                # The exact scan with rescoring is the truth for all.
                (folder / "exact.json").write_text(json.dumps(result["ids"]))
            open_ms = min(result["open_ms"], best.get(name, {}).get("open_ms", 1e9))
            for row in result["results"]:
                known = best.setdefault(name, {"rows": {}})["rows"].setdefault(row["name"], row)
                known["ms"] = min(known["ms"], row["ms"])
            best[name]["open_ms"] = open_ms
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)

    def at(name, recall):
        rows = [r for r in best[name]["rows"].values() if r.get("recall", 0) >= recall]
        return min(rows, key=lambda row: row["ms"], default=None)

    count = pathlib.Path(base).stat().st_size // (4 * DIMENSION)
    print(f"{count:,} vectors, {len(read(queries)):,} queries\n")
    print("| engine | build s | peak MB | graph or index MB | open ms | ms at recall 0.99 | recall | ef, slack | ms at recall 0.995 |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        b, row, more = built[name], at(name, 0.99), at(name, 0.995)
        size = b.get("bytes", b.get("graph_bytes"))
        shown = f"{row['ms']:.3f} | {row['recall']:.4f} | {row['name'].split('=')[-1]}" if row else "never | | "
        print(f"| {name} | {b['build_s']:.0f} | {b['peak_mb']} | {size / 1e6:.0f} | {best[name]['open_ms']:.1f} | {shown} | {more['ms']:.3f} |" if more
              else f"| {name} | {b['build_s']:.0f} | {b['peak_mb']} | {size / 1e6:.0f} | {best[name]['open_ms']:.1f} | {shown} | never |")
    scan = best["tane"]["rows"]["scan"]["ms"]
    print(f"\nexact scan, one thread: {scan:.2f} ms, {count * DIMENSION / scan / 1e6:.1f} GB/s of codes")
    mine = at("tane", 0.99)
    rivals = [at(name, 0.99) for name in ("hnswlib", "faiss HNSW") if name in best]
    rivals = [rival["ms"] for rival in rivals if rival]
    if mine and rivals:
        print(f"tane / faster of faiss HNSW and hnswlib at recall 0.99: {mine['ms'] / min(rivals):.2f}")


def main():
    if sys.argv[1:2] == ["worker"]:
        worker(sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    made = commands.add_parser("make")
    for name in ("real", "queries"):
        made.add_argument(name, type=pathlib.Path)
    made.add_argument("size", type=int)
    made.add_argument("folder", type=pathlib.Path)
    ran = commands.add_parser("run")
    ran.add_argument("folder", type=pathlib.Path)
    ran.add_argument("--rounds", type=int, default=3)
    ran.add_argument("--only", default="")
    ran.add_argument("--tane", required=True, help="the `ann` benchmark's binary")
    args = parser.parse_args()
    if args.command == "make":
        make(args.real, args.queries, args.size, args.folder)
    else:
        run(args.folder.resolve(), args.rounds, [n for n in args.only.split(",") if n], args.tane)


if __name__ == "__main__":
    main()
