"""Who may sign in: users, agencies, officers and their roles, organizations around the agency."""
