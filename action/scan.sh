#!/usr/bin/env bash
# Scans once and writes each report that may be needed.
set -uo pipefail

reports="$RUNNER_TEMP/perflint/reports"
mkdir -p "$reports"
sarif="$reports/perflint.sarif"

# An input is a list with an entry a line, so that no entry is split or expanded by the shell.
list() {
  while IFS= read -r line; do
    [[ -n "$line" ]] && printf '%s\0' "$line"
  done <<< "$1"
}
paths=() more=()
while IFS= read -r -d '' entry; do paths+=("$entry"); done < <(list "$INPUT_PATHS")
while IFS= read -r -d '' entry; do more+=("$entry"); done < <(list "$INPUT_ARGS")

# What perflint prints holds names from the repository, which must not be taken for workflow commands.
token="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
scan() {
  echo "::stop-commands::$token"
  perflint scan --quiet --format concise --fail-on "$INPUT_FAIL_ON" \
    --output "sarif=$sarif" --output "github=$reports/annotations" --output "markdown=$reports/summary.md" \
    ${more[@]+"${more[@]}"} "$@" -- ${paths[@]+"${paths[@]}"}
  local code=$?
  echo "::$token::"
  return $code
}

case "$INPUT_DIFF" in
  none) scan ;;
  "")
    if [[ -n "$BASE_SHA" ]]; then
      scan --diff "$BASE_SHA"
      code=$?
      if [[ $code -eq 2 ]]; then
        echo "::notice title=perflint::compared with nothing: actions/checkout needs fetch-depth: 0 to find what is new"
        scan
      else
        (exit $code)
      fi
    else
      scan
    fi
    ;;
  *) scan --diff "$INPUT_DIFF" ;;
esac
code=$?

{
  echo "code=$code"
  echo "sarif=$sarif"
  echo "reports=$reports"
} >> "$GITHUB_OUTPUT"
# Findings are judged after they were reported; nothing to scan is nothing to report.
case $code in
  0 | 1 | 3 | 4) exit 0 ;;
  *) exit "$code" ;;
esac
