"""What `script/bench` runs: the same work against its floor and against a peer, in one run, on data of its own."""
