"""Steps by which the tables of the desk were made and change (Alembic)."""
