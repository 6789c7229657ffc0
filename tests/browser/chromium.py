"""A Chromium to press the page's buttons with: the machine's own, else Playwright's, else the
distribution's package.

`python -m tests.browser.chromium` is what `make test` runs first. If none can be had it says so
loudly, and the tests that need one fail: nothing is skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_INSTALL_SECONDS = 600


def of_the_machine() -> str | None:
    """ENCOMPASS_TEST_CHROMIUM, or the first that is on the PATH."""
    given = os.environ.get("ENCOMPASS_TEST_CHROMIUM")
    return given or next(filter(None, map(shutil.which, _NAMES)), None)


def of_playwright() -> str | None:
    """The one that Playwright downloaded, if it did."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def found() -> str | None:
    return of_the_machine() or of_playwright()


def launch_arguments() -> list[str]:
    """As root Chromium will not start inside its sandbox."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def _install() -> None:
    """Playwright's download first; where there is no way to it, the distribution's package."""
    if _run(sys.executable, "-m", "playwright", "install", "chromium"):
        return
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        _run(apt, "update")
        _run(apt, "install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core")


def _run(*command: str) -> bool:
    print("+", *command, file=sys.stderr, flush=True)
    try:
        done = subprocess.run(command, timeout=_INSTALL_SECONDS, stdout=sys.stderr, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> None:
    if found() is None:
        _install()
    if found() is None:
        print(
            "=" * 78,
            "NO CHROMIUM: the machine has none, Playwright's could not be downloaded and the",
            "distribution's package could not be installed. Every test in tests/browser will FAIL.",
            "Install one, or name it in ENCOMPASS_TEST_CHROMIUM.",
            "=" * 78,
            sep="\n",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
