"""Django's own PostgreSQL backend, with cursors that keep what is written again and again."""
