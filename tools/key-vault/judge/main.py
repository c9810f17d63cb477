"""Runs the table: see table.py."""
import logging

import operations
import logins
import registry
import rules
import table

# What the clients log of failures that are wanted.
logging.disable(logging.CRITICAL)
table.serve()
