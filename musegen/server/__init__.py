"""What serves many visitors: queues, caches, quotas, health. No widgets."""
