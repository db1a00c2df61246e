"""Pages in the browser, served from this machine: one look, one policy, plain scripts, nothing from anywhere else."""
