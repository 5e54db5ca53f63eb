"""The roof: settings, addresses, the admin site, and the servers that a start brings along."""
