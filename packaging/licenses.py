#!/usr/bin/env python3
"""Writes the licences of everything that is linked into the program: `packaging/licenses.py TARGET > THIRD-PARTY.txt`.

The texts come from the crates' own files, as cargo has fetched them. Crates with the same text share it. A crate without a
licence file is named with its licence expression."""

import collections
import json
import pathlib
import subprocess
import sys

NAMES = ("license", "licence", "copying", "notice", "copyright", "unlicense")


def linked(target):
    """The packages of the program, without what only builds or tests it."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    data = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    packages = {package["id"]: package for package in data["packages"]}
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    root = data["resolve"]["root"]
    found, todo = set(), [root]
    while todo:
        for dependency in nodes[todo.pop()]["deps"]:
            normal = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            if normal and dependency["pkg"] not in found:
                found.add(dependency["pkg"])
                todo.append(dependency["pkg"])
    return sorted((packages[i] for i in found - {root}), key=lambda package: package["name"])


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    files = [path for path in folder.iterdir() if path.is_file() and path.name.lower().startswith(NAMES)]
    if named := package.get("license_file"):
        files.append(folder / named)
    return [path.read_text("utf-8", "replace").strip() for path in sorted(set(files))]


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    by_text, shown, without = collections.defaultdict(list), {}, []
    for package in linked(sys.argv[1]):
        name = f"{package['name']} {package['version']} ({package['license'] or 'see its file'})"
        found = texts(package)
        if not found:
            without.append(name)
        for text in found:
            key = " ".join(text.split())  # one text, however its lines are broken
            shown.setdefault(key, text)
            by_text[key].append(name)
    print("tane is linked with these libraries, and contains the model multilingual-e5-small (MIT), see models/README.md.")
    print("It contains the standard library of Rust (MIT OR Apache-2.0), and on Linux musl (MIT).")
    for key, names in sorted(by_text.items(), key=lambda item: item[1]):
        print("\n" + "-" * 80 + "\n" + "\n".join(sorted(set(names))) + "\n" + "-" * 80 + "\n\n" + shown[key])
    if without:
        print("\n" + "-" * 80 + "\nWithout a licence file of their own:\n" + "\n".join(without))


main()
