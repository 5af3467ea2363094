#!/usr/bin/env bash
# Without an upload, findings become annotations and a job summary. Then the job ends as --fail-on wants it.
set -euo pipefail

if [[ "$UPLOAD" != success ]]; then
  if [[ "$UPLOAD" == failure ]]; then
    echo "::notice title=perflint::code scanning took no upload: the job needs security-events: write, and the repository code scanning"
  fi
  # GitHub shows ten annotations of each level; the worst come first.
  cat "$REPORTS/annotations"
  cat "$REPORTS/summary.md" >> "$GITHUB_STEP_SUMMARY"
fi

case "$SCAN_CODE" in
  0 | 4) exit 0 ;;
  *) exit "$SCAN_CODE" ;;
esac
