"""Guides on paper: `booklet` says what stands in them, `figures` draws, `guide.typ` sets the type."""
