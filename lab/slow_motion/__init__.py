"""One update of one batch taken apart: each number inside the equation that it fills, from netcore's own trace."""
