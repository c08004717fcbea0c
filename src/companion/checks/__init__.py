"""What screen and speak ask: does this message speak of danger, may this sentence be shown."""
