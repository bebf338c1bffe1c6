#!/bin/sh
# Installs tane for you alone: the program into ~/.local/bin (TANE_INSTALL_DIR names another folder), and its man pages.
# It checks the SHA-256 sum of what it fetches, and changes no file of your shell.
#
#     sh install.sh                 # the release that this file belongs to
#     TANE_BASE_URL=... sh install.sh
#
# The release workflow puts in its version and its address.
set -eu

version="@VERSION@"
base="${TANE_BASE_URL:-@BASE_URL@}"
to="${TANE_INSTALL_DIR:-$HOME/.local/bin}"

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

case "$(uname -s) $(uname -m)" in
  "Linux x86_64" | "Linux amd64") target=x86_64-unknown-linux-musl ;;
  "Linux aarch64" | "Linux arm64") target=aarch64-unknown-linux-musl ;;
  "Darwin arm64") target=aarch64-apple-darwin ;;
  "Darwin x86_64") target=x86_64-apple-darwin ;;
  *) fail "no program for $(uname -s) on $(uname -m); build it from source with \`cargo install --path .\`" ;;
esac

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

fetch() {
  if command -v curl > /dev/null; then
    curl --fail --silent --show-error --location --retry 3 --output "$2" "$1"
  elif command -v wget > /dev/null; then
    wget --quiet --tries=3 --output-document="$2" "$1"
  else
    fail "needs curl or wget"
  fi
}

sum() {
  if command -v sha256sum > /dev/null; then
    sha256sum "$1"
  else
    shasum -a 256 "$1"
  fi | cut -d ' ' -f 1
}

name="tane-$version-$target"
echo "fetching $name.tar.gz" >&2
fetch "$base/$name.tar.gz" "$work/archive" || fail "cannot fetch $base/$name.tar.gz"
fetch "$base/$name.tar.gz.sha256" "$work/sum" || fail "cannot fetch $base/$name.tar.gz.sha256"
expected="$(cut -d ' ' -f 1 < "$work/sum")"
received="$(sum "$work/archive")"
[ "$expected" = "$received" ] || fail "the archive has SHA-256 $received, expected $expected; nothing was installed"
tar -xzf "$work/archive" -C "$work"

mkdir -p "$to"
# A program that runs is replaced, not written to.
cp "$work/$name/tane" "$to/.tane.new"
chmod 755 "$to/.tane.new"
mv "$to/.tane.new" "$to/tane"
man="${XDG_DATA_HOME:-$HOME/.local/share}/man/man1"
mkdir -p "$man"
cp "$work/$name/man/"*.gz "$man/"

echo "installed $("$to/tane" -V) as $to/tane" >&2
case ":$PATH:" in
  *":$to:"*) ;;
  *) echo "add it to your path: export PATH=\"$to:\$PATH\"" >&2 ;;
esac
echo "next: tane index FOLDER, then tane query \"...\"; \`tane completions bash\` prints completions" >&2
