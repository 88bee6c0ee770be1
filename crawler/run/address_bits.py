"""A set of addresses of the frontier, by their ids: one bit for each id, so that a million take 125 kB."""

from __future__ import annotations


class AddressBits:
    """A set of ids that only answers whether adding or removing one changed it."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, address: int) -> bool:
        """Add the id; return whether it was missing."""
        index, bit = address >> 3, 1 << (address & 7)
        if index >= len(self._bits):
            self._bits.extend(bytes(index + 1 - len(self._bits)))
        is_new = not self._bits[index] & bit
        self._bits[index] |= bit
        return is_new

    def discard(self, address: int) -> bool:
        """Remove the id; return whether it was there."""
        index, bit = address >> 3, 1 << (address & 7)
        is_there = index < len(self._bits) and bool(self._bits[index] & bit)
        if is_there:
            self._bits[index] &= ~bit
        return is_there
