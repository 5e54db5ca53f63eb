"""What the agency offers and decides: programs, calls, applications, selections, participations, listings, stores."""
