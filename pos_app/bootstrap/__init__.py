"""Joins the parts: the only place that names concrete stores, drivers and clients."""
