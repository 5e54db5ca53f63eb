"""Those who publish exchange rates, as they answer a machine; nothing is entered here (`reports.domain.fetching` does)."""
