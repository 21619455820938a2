"""Is the CSV reader right? A corpus whose truths are known; reader and peers judged on it; a fuzz; a speed test."""
