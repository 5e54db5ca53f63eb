"""The staff's screens of this floor."""
