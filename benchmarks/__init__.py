"""Measurements that are run by hand: they print tables for the documentation and change nothing."""
