"""Servers that misbehave as those of real newspapers do, one module a theme."""
