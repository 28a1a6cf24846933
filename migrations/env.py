"""How Alembic runs here: on the connection it is handed, each migration in a transaction of its own."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from core.db import UtcDateTime


def _rendered(kind: str, thing: Any, writing: Any) -> str | Literal[False]:
    """Migrations outlive the code: they name the database's types, not ours."""
    if kind != "type":
        return False
    if isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, sa.JSON):
        writing.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    # SQLite changes a table by making it anew.
    render_as_batch=True,
    render_item=_rendered,
    transaction_per_migration=True,
    # SQLite too undoes its tables with the rest, once transactions are begun by us: see `migrations._connected`.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
