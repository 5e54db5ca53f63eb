"""Questions over several tables of this floor."""
