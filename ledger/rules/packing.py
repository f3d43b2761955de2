"""Columns as bytes and back: whole numbers one after the other, noughts left out where they are most."""

import struct
from collections.abc import Mapping

import numpy as np

from ledger.rules.positions import NOTHING, Columns

#: Where accounts stand, as it is kept.
RELATIVE = {"balance": "i8", "apart": "i8"}


def relative(accounts: Columns) -> Columns:
    """Balances, and what the worth is apart from them: nothing for most, which takes no room."""
    balance, value = accounts["balance"], accounts["value"]
    return {"balance": balance, "apart": np.where(balance == NOTHING, 0, value - balance)}


def absolute(kept: Columns) -> Columns:
    """Balances and worth again."""
    balance = kept["balance"]
    return {"balance": balance, "value": np.where(balance == NOTHING, 0, balance + kept["apart"])}


def pack(columns: Columns) -> bytes:
    """Columns as bytes, one after the other; one mostly of noughts as its other entries and their places."""
    found = []
    for column in columns.values():
        places = np.flatnonzero(column).astype("i4") if column.dtype.kind == "i" else None
        if places is not None and 2 * len(places) < len(column):
            found += [
                struct.pack("<qq", len(column), len(places)),
                places.tobytes(),
                column[places].tobytes(),
            ]
        else:
            found += [struct.pack("<qq", len(column), -1), column.tobytes()]
    return b"".join(found)


def unpack(packed: bytes, kinds: Mapping[str, str]) -> Columns:
    """The columns again, each to be written to."""
    found: Columns = {}
    at = 0
    for name, kind in kinds.items():
        length, sparse = struct.unpack_from("<qq", packed, at)
        at += 16
        if sparse < 0:
            found[name] = np.frombuffer(packed, kind, length, at).copy()
            at += found[name].nbytes
        else:
            found[name] = np.zeros(length, kind)
            places = np.frombuffer(packed, "i4", sparse, at)
            entries = np.frombuffer(packed, kind, sparse, at + places.nbytes)
            found[name][places] = entries
            at += places.nbytes + entries.nbytes
    return found
