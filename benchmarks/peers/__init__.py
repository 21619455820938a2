"""netcore beside the libraries that anybody would otherwise teach with: same networks, weights and batches."""
