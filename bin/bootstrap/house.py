"""What every command needs before it starts: packages, assets, translations, each made only if something changed."""

from pathlib import Path

from bootstrap import assets, environment, say


def prepare(lock: str) -> None:
    """Make the folder ready to run (`run`) or to be tested (`dev`)."""
    with environment.alone():
        environment.prepare(lock)
        _build_assets(with_tests=lock == "dev")
        _compile_translations()


def _build_assets(*, with_tests: bool) -> None:
    if not assets.present() or assets.ready(with_tests=with_tests):
        return
    try:
        with say.step("Styles, scripts et icônes"):
            assets.build(_node, with_tests=with_tests)
    except environment.NoNetwork as failure:
        _go_on_without(failure.output)
    except assets.AssetsError as error:
        if not error.no_network:
            raise say.Failure(
                f"Les styles et scripts n’ont pas pu être construits : {error.sentence}", error.output
            ) from error
        _go_on_without(error.output)


def _compile_translations() -> None:
    catalogues = list(environment.ROOT.glob("core/translations/*/LC_MESSAGES/*.po"))
    if any(_is_newer(po, po.with_suffix(".mo")) for po in catalogues):
        with say.step("Traductions"):
            environment.run([environment.PYTHON, "bin/bootstrap/catalogues.py", "compile"])


def _is_newer(source: Path, built: Path) -> bool:
    return not built.exists() or built.stat().st_mtime < source.stat().st_mtime


def _go_on_without(output: str) -> None:
    """Pages are written by the server and work without scripts: no reason not to start."""
    say.warn("npm est injoignable : Maillage démarre sans sa mise en forme. Toutes les pages fonctionnent ;")
    say.warn("relancez la commande quand le réseau sera revenu, elle construira ce qui manque.")
    causes = [
        line.strip() for line in output.splitlines() if "error code" in line or line.startswith("ERROR")
    ]
    for cause in causes[:1]:
        say.warn(cause[:110])


def _node() -> assets.Node:
    node = assets.system_node() or assets.wheel_node(environment.node_from_wheel())
    if node is None:
        raise assets.AssetsError("Node n’a pas pu être installé.")
    return node
