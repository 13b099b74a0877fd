"""One script per claim; each prints JSON lines {name, value, unit, reference, reference_value, ratio}."""
