"""Questions over several tables of this floor; answers are frozen rows."""
