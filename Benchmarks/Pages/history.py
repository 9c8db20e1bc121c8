"""Adds what a day's filling cannot bring: three months of hourly sums, and of incidents and operational events."""

import os
import sqlite3
import time

HOUR = 3_600_000
DAYS = 90


def add(path):
    with sqlite3.connect(path) as store:
        begin = int(time.time()) * 1000 // HOUR * HOUR - DAYS * 24 * HOUR
        hours = [begin + number * HOUR for number in range(DAYS * 24 - 1)]
        for table, key in [("endpoint_hours", "endpoint"), ("environment_hours", "environment")]:
            rows = store.execute(f"SELECT {key}, succeeded, failed, latency FROM {table} GROUP BY {key}").fetchall()
            store.executemany(
                f"INSERT OR IGNORE INTO {table} ({key}, hour, succeeded, failed, latency) VALUES (?, ?, ?, ?, ?)",
                [(one, hour, succeeded, failed, latency) for one, succeeded, failed, latency in rows for hour in hours])
        copy(store, "incidents", ["environment", "alert", "is_over", "record"], hours[::20], {"is_over": 1})
        copy(store, "operational_events", ["environment", "application", "endpoint", "kind", "created_at", "data"],
             hours, {})


def copy(store, table, columns, hours, changed):
    """A row a given hour, each like one that is there."""
    rows = store.execute(f"SELECT {', '.join(columns)} FROM {table} LIMIT 20").fetchall()
    if not rows:
        return
    for number, hour in enumerate(hours):
        row = dict(zip(columns, rows[number % len(rows)])) | changed
        if "created_at" in row:
            row["created_at"] = hour
        row["id"] = hour.to_bytes(6) + b"\x70\x00\x80" + os.urandom(7)
        store.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
