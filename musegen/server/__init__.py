"""Serves many visitors: queues, caches, quotas, settings, metrics. Without widgets."""
