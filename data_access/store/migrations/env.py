"""How Alembic runs our migrations: always over a connection the store hands in."""

from __future__ import annotations

from alembic import context

from data_access.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=False,  # the caller holds the transaction
)
context.run_migrations()
