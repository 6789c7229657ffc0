"""Speed, as ratios to a raw limit measured in the same run: `make bench`."""
