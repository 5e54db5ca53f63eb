"""What every floor stands on: clock, outbox and mail, stored files, audit, access, code lists."""
