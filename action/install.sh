#!/usr/bin/env bash
# Installs the released binary, after its checksum, or builds the source that the action came with.
set -euo pipefail

bin="$RUNNER_TEMP/perflint/bin"
mkdir -p "$bin"
echo "$bin" >> "$GITHUB_PATH"

version="$INPUT_VERSION"
if [[ -z "$version" && "$ACTION_REF" =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  version="$ACTION_REF"
fi

binary=perflint
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) target=x86_64-unknown-linux-gnu ;;
  Linux-aarch64) target=aarch64-unknown-linux-gnu ;;
  Darwin-x86_64) target=x86_64-apple-darwin ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  MINGW*-x86_64 | MSYS*-x86_64)
    target=x86_64-pc-windows-msvc
    binary=perflint.exe
    ;;
  *) target= ;;
esac

checked() {
  if command -v sha256sum > /dev/null; then sha256sum --check "$1"; else shasum -a 256 --check "$1"; fi
}

if [[ -n "$version" && -n "$target" ]]; then
  archive="perflint-$target.tar.gz"
  download="$RUNNER_TEMP/perflint/download"
  mkdir -p "$download"
  if gh release download "$version" --repo "$ACTION_REPOSITORY" --pattern "$archive*" --dir "$download" --clobber; then
    # A file that is not what was released must not run: no way round this.
    (cd "$download" && checked "$archive.sha256") || {
      echo "::error title=perflint::$archive of $version does not have its checksum"
      exit 1
    }
    # From inside the folder: tar takes what stands before a colon, as in a path of Windows, for a machine.
    (cd "$download" && tar -xzf "$archive" -C "$bin" "$binary")
    "$bin/$binary" --version
    exit 0
  fi
  echo "::notice title=perflint::there is no $archive of $version, so perflint is built, which takes minutes"
fi

cargo install --locked --path "$ACTION_PATH/crates/perflint" --root "$RUNNER_TEMP/perflint"
