"""Figures over what arrived."""

import bisect
import math
import statistics


def percentile(values, share):
    """The nearest rank: the least value that so large a share of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latencies(arrivals):
    """Milliseconds from when each event was due at its publisher to its first arrival, by when it was due."""
    first = {}
    for arrival in arrivals:
        if arrival.sent and (arrival.path, arrival.event) not in first:
            first[arrival.path, arrival.event] = (arrival.sent, (arrival.at - arrival.sent) / 1e6)
    return sorted(first.values())


def windowed(latencies, share, size):
    """The median of a percentile over windows of `size` events each: a hiccup of the machine spoils one of them, not
    all."""
    values = [latency for _, latency in latencies]
    windows = [values[start:start + size] for start in range(0, len(values) - size + 1, size)]
    return statistics.median(percentile(window, share) for window in windows)


def most_within(instants, seconds=1.0):
    """The most of these instants, in nanoseconds, that any such stretch of time has."""
    ordered = sorted(instants)
    length = int(seconds * 1e9)
    return max(
        (bisect.bisect_left(ordered, instant + length) - index for index, instant in enumerate(ordered)), default=0
    )
