"""The sixteen lessons measured: their effects, their sentences, their challenges."""
