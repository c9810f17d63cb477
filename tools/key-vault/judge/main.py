"""Runs the table: see table.py."""
import operations
import logins
import rules
import table

table.serve()
