"""A neural-network library in pure NumPy with the names and the meaning of Keras 3."""
