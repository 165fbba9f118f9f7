"""Intake-adjusted performance of whole schools: policy -> measures -> windows -> regression -> bands."""
