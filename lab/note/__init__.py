"""The lecture note as a page: its sections in their order, with code that is read, trained and never executed."""
