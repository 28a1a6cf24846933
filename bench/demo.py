"""Loading the demonstration network, against making its tables."""

import ground

from core.db import db
from workers import demo


def main() -> None:
    wanted = ground.arguments(__doc__)
    with ground.house(postgres=wanted.postgres):

        def tables() -> None:
            db.session.remove()
            db.drop_all()
            db.create_all()

        yardstick = ground.measure("making the tables (yardstick)", tables, runs=wanted.runs)
        loaded = ground.measure("loading the demonstration", demo.load, runs=wanted.runs, before=tables)
    ground.report(yardstick, loaded, unit="load")


if __name__ == "__main__":
    main()
