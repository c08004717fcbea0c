#!/usr/bin/env bash
# Finds a Chromium for the browser tests, or gets one: Debian's package when it may, else Playwright's own. Fails when it cannot.
set -euo pipefail
[ "${BROWSER:-}" = skip ] && { echo "Browser tests are left out (BROWSER=skip)."; exit 0; }
for name in chromium chromium-browser google-chrome; do command -v "$name" >/dev/null 2>&1 && exit 0; done
.venv/bin/python - <<'PY' && exit 0
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())
PY
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "== Installing Debian's chromium for the browser tests"
  apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu >/dev/null && exit 0
fi
echo "== Installing Playwright's Chromium for the browser tests"
.venv/bin/python -m playwright install chromium && exit 0
echo "companion: the browser tests need Chromium and none could be installed. Install it, or run: make test BROWSER=skip" >&2
exit 1
