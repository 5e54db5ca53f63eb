"""Files that officers take along: what was handed in to a call, packed while it is sent."""
