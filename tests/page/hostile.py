"""Writes a folder of articles that try to be more than text: hostile.py FOLDER"""

import sys
from pathlib import Path

RLO, RLI, ZWJ = "\u202e", "\u2067", "\u200d"
SCRIPT = "<script>hacked=1</script>"
IMAGE = '"><img src=x onerror="hacked=1">'

ARTICLES = {
    "script.txt": f"{SCRIPT} hostile\n\nThe text has a script: {SCRIPT}. It must stay a text.\n\n"
    f"<iframe srcdoc='{SCRIPT}'></iframe> ends it.\n",
    "image.md": f"---\ntitle: '{IMAGE}'\nsource: javascript:hacked=1\nauthor: '{IMAGE}'\ndate: 2024-01-02\n---\n\n"
    f"# Heading {IMAGE}\n\nA hostile picture: {IMAGE} and a [link](javascript:hacked=1). It must stay a text.\n\n"
    f"## Another {SCRIPT}\n\nMore.\n",
    "direction.txt": f"{RLO}hostile {RLI}direction{RLO}\n\n"
    f"This text turns its direction: {RLO}gnorw{RLI} and never turns it back.\n\nAnother{RLO} line.\n",
    "word.txt": f"{'hostile' * 1430}\n\n{'語' * 10_000}\n\n{'a' + ZWJ * 3000}b{'x' * 10_000}\n",
    '"><img src=x onerror="hacked=1">.txt': "The name of this hostile file is mark-up.\n\nIts text is short.\n",
}

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, text in ARTICLES.items():
    (folder / name).write_text(text, encoding="utf-8")
