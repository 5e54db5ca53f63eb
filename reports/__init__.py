"""What came of it: files of the marketplaces, sales and payout lines, rates, targets, reports."""
