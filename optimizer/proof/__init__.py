"""Proof bundles: all the evidence behind one patch in one file, which anybody can run again."""
