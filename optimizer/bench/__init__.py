"""Statistics of paired timings: pure functions over samples, no clock and no process."""
