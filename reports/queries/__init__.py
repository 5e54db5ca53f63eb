"""Questions of this floor: rates of a day, what counts and how much, payouts against orders, what waits."""
