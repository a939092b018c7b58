"""Contracts of the warehouse's tables: columns, types, units and methods, each declared once."""
