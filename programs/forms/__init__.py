"""What people type on this floor: shapes of input, one module per activity. A form never decides."""
