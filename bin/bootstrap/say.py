"""What the commands tell the person at the keyboard: one short line for each step, one sentence for each failure."""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LAST_LINES = 20


class Failure(Exception):
    """Something that stops a command: a sentence that says what to do, and what the failing program said."""

    def __init__(self, sentence: str, output: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.output = output


class Step:
    """One line of progress; `note` is added to it in the end."""

    def __init__(self) -> None:
        self.note = ""


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Show `title` while the work lasts, then how long it took. Nothing but the last line on a plain pipe."""
    current, start, live = Step(), time.monotonic(), sys.stdout.isatty()
    if live:
        print(f"  …  {title}", end="", flush=True)
    try:
        yield current
    except BaseException:
        _close(live, f"  {_red('✗')}  {title}")
        raise
    seconds = time.monotonic() - start
    lasted = f"{seconds:.1f} s".replace(".", ",") if seconds >= 0.1 else ""
    details = " · ".join(part for part in (current.note, lasted) if part)
    _close(live, f"  {_green('✓')}  {title}" + (_dim(f" ({details})") if details else ""))


def title(text: str) -> None:
    print(_bold(text), flush=True)


def line(text: str = "") -> None:
    print(text, flush=True)


def good(text: str) -> None:
    print(f"  {_green('✓')}  {text}", flush=True)


def bad(text: str) -> None:
    print(f"  {_red('✗')}  {text}", flush=True)


def warn(text: str) -> None:
    print(f"  {_yellow('!')}  {text}", flush=True)


def guarded(main: Callable[[], int]) -> int:
    """Run a command and turn what stops it into a sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that knows no « ✓ » must not stop the start
    try:
        return main()
    except Failure as failure:
        _explain(failure.sentence, failure.output)
    except KeyboardInterrupt:
        line()
        return 130
    except PermissionError as error:
        _explain(
            f"Maillage ne peut pas écrire dans « {error.filename} » : vérifiez les droits de ce dossier."
        )
    except OSError as error:
        where = f" (« {error.filename} »)" if error.filename else ""
        _explain(f"Le système refuse : {reason(error)}{where}.")
    return 1


def reason(error: OSError) -> str:
    """Why the system refused, in French for what happens to people."""
    known = {
        errno.EACCES: "accès refusé",
        errno.EPERM: "accès refusé",
        errno.EROFS: "disque en lecture seule",
        errno.ENOSPC: "disque plein",
    }
    return known.get(error.errno or 0, error.strerror or str(error))


def _explain(sentence: str, output: str = "") -> None:
    sys.stdout.flush()
    lines = output.strip().splitlines()[-LAST_LINES:]
    if lines:
        print("\n".join(_dim(f"     {text}") for text in lines), file=sys.stderr)
    print(f"\n{_red(sentence)}", file=sys.stderr, flush=True)


def _close(live: bool, text: str) -> None:
    print(f"\r\033[K{text}" if live else text, flush=True)


def _coloured(code: str) -> Callable[[str], str]:
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return lambda text: f"\033[{code}m{text}\033[0m" if wanted else text


_bold, _dim, _red, _green, _yellow = (_coloured(code) for code in ("1", "2", "31", "32", "33"))
