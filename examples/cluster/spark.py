"""Embeds a file of JSON lines on a Spark cluster: `tane embed` is a filter, so a partition is piped through it.

    spark-submit examples/cluster/spark.py texts.jsonl vectors

`texts.jsonl` holds `{"id": ..., "text": ...}` a line; `vectors` is a folder of lines with `id` and `embedding`. Every
worker needs the program on the path of whoever submits, and nothing else. A line that cannot be embedded comes back as
`{"id": ..., "error": ...}`; `tane embed` then ends with 2, which `pipe` does not mind.
"""

import json
import os
import sys

from pyspark.sql import SparkSession


def main():
    texts, vectors = sys.argv[1:3]
    spark = SparkSession.builder.appName("tane").getOrCreate()
    lines = spark.sparkContext.textFile(texts, minPartitions=4)
    # `pipe` gives a program no environment of its own; without a home it would prepare its weights every time.
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    embedded = lines.pipe("tane embed --threads 1", environment).cache()
    failed = embedded.filter(lambda line: "error" in json.loads(line)).count()
    embedded.saveAsTextFile(vectors)
    print(f"{embedded.count()} lines, {failed} failed")
    spark.stop()


if __name__ == "__main__":
    main()
