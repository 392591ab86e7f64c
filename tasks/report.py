"""report: the page that a desk opens, from one publication and nothing else."""
