"""Contracts: what every table, rule, error and report section looks like.

Imports nothing of ours.
"""
