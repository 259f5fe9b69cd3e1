"""Tabs that are all visible at any width."""
