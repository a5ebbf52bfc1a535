"""Servers of every kind of storage, on loopback and on ports of their own."""
