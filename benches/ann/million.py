"""Articles of sentences drawn from a file, for an index of a given size: see benches/README.md.

    million.py SENTENCES.txt ARTICLES FOLDER    one file an article, about 50 passages each
"""

import pathlib
import random
import sys

PARAGRAPHS, SENTENCES = 24, 6


def main():
    sentences = pathlib.Path(sys.argv[1]).read_text("utf-8").splitlines()
    folder = pathlib.Path(sys.argv[3])
    drawn = random.Random(11)
    for number in range(int(sys.argv[2])):
        below = folder / f"{number // 1000:03}"
        below.mkdir(parents=True, exist_ok=True)
        paragraphs = ("".join(drawn.choices(sentences, k=SENTENCES)) for _ in range(PARAGRAPHS))
        (below / f"{number:06}.txt").write_text("\n\n".join(paragraphs) + "\n", "utf-8")


if __name__ == "__main__":
    main()
