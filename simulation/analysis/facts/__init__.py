"""Facts from real customers, the same statistics on simulated ones, and the judgment of one by the other."""
