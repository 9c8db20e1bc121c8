"""A name server on the loopback that answers as it is told to, well or badly (RFC 1035)."""

import socket
import struct
import threading

NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
A, AAAA = 1, 28


class NameServer:
    """Answers queries over UDP on 127.0.0.1:53.

    `names` maps a name to what is answered: a list of addresses (empty: the name exists and has none), a response code,
    `None` for silence, or a function without arguments that gives one of these for each query for an IPv4 address.
    """

    def __init__(self, stage):
        self.names = {}
        self.queries = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        stage.keep(self)

    def _serve(self):
        while True:
            try:
                query, client = self._socket.recvfrom(4096)
            except OSError:
                return
            if not query:
                return
            answer = self._answer(query)
            if answer is not None:
                self._socket.sendto(answer, client)

    def _answer(self, query):
        self.queries += 1
        labels, position = [], 12
        while length := query[position]:
            labels.append(query[position + 1:position + 1 + length].decode("latin-1"))
            position += 1 + length
        kind = struct.unpack_from("!H", query, position + 1)[0]
        question = query[12:position + 5]
        wanted = self.names.get(".".join(labels).lower(), NXDOMAIN)
        if callable(wanted):
            wanted = wanted() if kind == A else []
        if wanted is None:
            return None
        code, addresses = (wanted, []) if isinstance(wanted, int) else (NOERROR, wanted)
        family = {A: socket.AF_INET, AAAA: socket.AF_INET6}.get(kind)
        records = b""
        count = 0
        for address in addresses:
            if family and (":" in address) == (family == socket.AF_INET6):
                data = socket.inet_pton(family, address)
                # A pointer to the question's name; time to live 0.
                records += struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(data)) + data
                count += 1
        return query[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, count, 0, 0) + question + records

    def close(self):
        # A datagram to itself ends the wait; closing alone does not.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", 53))
        self._thread.join(5)
        self._socket.close()
