"""A person's file, read without keeping others waiting: see `host.reader`."""
