"""Several networks at once: the same model from several seeds."""

from netcore.ensemble.seeds import SeedFits, SeedRuns, SeedsEpochEnded, fit_seeds, iter_fit_seeds

__all__ = ["SeedFits", "SeedRuns", "SeedsEpochEnded", "fit_seeds", "iter_fit_seeds"]
