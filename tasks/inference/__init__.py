"""Statistics of validation: arrays in, numbers out. Kept libraries do the known parts; they read no tables."""
