"""The benchmarks of silosim; run them with `run.py` beside this folder."""
