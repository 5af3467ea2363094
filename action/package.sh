#!/usr/bin/env bash
# Packs a built binary as install.sh expects it: perflint-TARGET.tar.gz, and its SHA-256 checksum beside it.
set -euo pipefail

built="$1" target="$2" tag="$3" packed="$4"
root="$(cd "$(dirname "$0")/.." && pwd)"
binary=perflint
case "$target" in *-windows-*) binary=perflint.exe ;; esac

# A tag that names another version than the binary would install what its users did not ask for.
version="$("$built/$binary" --version)"
if [[ "v${version#perflint }" != "$tag" ]]; then
  echo "::error title=perflint::the tag is $tag, and the binary is ${version}"
  exit 1
fi

stage="$(mktemp -d)"
cp "$built/$binary" "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$stage"
mkdir -p "$packed"
cd "$packed"
archive="perflint-$target.tar.gz"
tar -czf "$archive" -C "$stage" "$binary" LICENSE-MIT LICENSE-APACHE
if command -v sha256sum > /dev/null; then
  sha256sum "$archive" > "$archive.sha256"
else
  shasum -a 256 "$archive" > "$archive.sha256"
fi
rm -r "$stage"
