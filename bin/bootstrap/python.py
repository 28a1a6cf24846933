# -*- coding: utf-8 -*-
"""The right Python, or a clear sentence. Everything here must be readable by any Python since 2.7."""

from __future__ import print_function

import os
import subprocess
import sys

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


def require():
    # type: () -> None
    """Go on if this Python is recent enough, else start again with one that is, else say what to do."""
    if os.name == "nt":
        print("Maillage tourne sous Linux et macOS ; sous Windows, lancez-le dans WSL.", file=sys.stderr)
        sys.exit(1)
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        if _is_recent(name):
            os.execvp(name, [name] + sys.argv)
    mine = ".".join(str(part) for part in sys.version_info[:3])
    print("Maillage a besoin de Python 3.11 ou plus récent ; celui-ci est le %s." % mine, file=sys.stderr)
    print(
        "Installez-le (python.org, ou « apt install python3 »), puis relancez la commande avec lui,",
        file=sys.stderr,
    )
    print("par exemple : python3.11 %s" % " ".join(sys.argv), file=sys.stderr)
    sys.exit(1)


def _is_recent(name):
    # type: (str) -> bool
    """A command of that name may exist and refuse to start, as version managers like to do."""
    question = "import sys; sys.exit(sys.version_info < %r)" % (OLDEST,)
    try:
        with open(os.devnull, "w") as nowhere:
            return subprocess.call([name, "-c", question], stdout=nowhere, stderr=nowhere) == 0
    except OSError:
        return False
