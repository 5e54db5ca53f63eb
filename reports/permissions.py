"""Who may do what with the records of this floor."""
