"""What an agency knows and tells: research, statements by country, guides, briefings, rules that stand in the way."""
