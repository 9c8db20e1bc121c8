"""Requests that no client ought to send, each made from a seed and a number alone, so that any one can be sent
again."""

import random

TOKENS = (
    b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\n\n", b" ", b"\t", b":", b"\xff", b"\x80", b"%00", b"%", b"..",
    b"//", b"?", b"#", b"&", b"=", b"\"", b"{", b"}", b"[", b"]", b",", b"0", b"-1", b"1e999", b"\xc3\x28",
    b"\xed\xa0\x80", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: a\r\n",
    b"Expect: 100-continue\r\n", b"HTTP/1.1", b"A" * 300, b"\xe2\x80\xae", b"\x7f", b"\x1b[2J",
)
METHODS = (
    b"GET", b"POST", b"PATCH", b"DELETE", b"HEAD", b"OPTIONS", b"PUT", b"TRACE", b"CONNECT", b"get", b"GE T", b"",
    b"G\0ET", b"PRI", b"M-SEARCH", b"\xff", b"QUERY", b"GET\t", b"X" * 9000, b"{}", b"(GET)",
)
VERSIONS = (
    b"HTTP/1.1", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/2", b"HTTP/9.9", b"HTTP/1.1 ", b"http/1.1",
    b"", b"HTTP/01.1", b"HTTP/1.10", b"XTTP/1.1", b"HTTP/1", b"HTTP/-1.1", b"HTTP/1.1\0", b"HTTPS/1.1", b"HTTP/11",
)
TARGETS = (
    b"*", b"", b"http://127.0.0.1/v1/events", b"https://u:p@[::1]:99999/v1", b"127.0.0.1:443", b"//v1//events",
    b"/v1/../../etc", b"/%2e%2e/%2e%2e/etc/passwd", b"/v1/events/%00", b"/v1/events/%zz", b"/v1/events?limit=%",
    b"/v1/events?limit=1&limit=2", b"/v1/events?\xff=\xfe", b"/v1/events#x", b"/v1/events;a=b", b"/\0",
    b"/v1/ev\tents", b"\\v1\\events", b"/v1/events/" + b"a" * 9000, b"/" + b"a" * 100_000,
    b"/v1/events?" + b"q=a&" * 4000, b"/dashboard/../v1/events", b"/v1/webhooks/ep_" + b"z" * 26,
    b"/v1/events?cursor=AAAA", b"/v1/events?since=%00", b"ftp://x/", b"/?", b"/v1/events/%ff%fe", b"/v1/events/%c0%af",
)
HEADERS = (
    b"X: " + b"a" * 20_000, b"X: " + b"a" * 500_000, b"X" * 30_000 + b": a",
    b"\r\n".join(b"X-%d: a" % n for n in range(99)), b"\r\n".join(b"X-%d: a" % n for n in range(3000)), b"X", b"X : a",
    b": a", b" X: a", b"X:\0", b"X: a\rY: b", b"X: a\nY: b", b"X: a\r\n folded", b"X: a\r\n\tfolded", b"\xff: a",
    b"X: \xff\xfe", b"Host: b", b"Host: ", b"Host: a b", b"Host: [::1", b"Host: a/b", b"Connection: close",
    b"Connection: keep-alive, close", b"Connection: upgrade\r\nUpgrade: websocket",
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    b"Expect: 100-continue", b"Expect: 200-ok", b"Content-Encoding: gzip", b"Content-Encoding: br, gzip",
    b"Content-Type: text/plain", b"Content-Type: application/json; charset=utf-16",
    b"Content-Type: multipart/form-data; boundary=x", b"Content-Type: " + b"a/" * 900, b"Range: bytes=0-1,5-,-2",
    b"If-None-Match: *", b"Accept: */*;q=9", b"Accept-Encoding: gzip;q=0", b"Cookie: " + b"a=b; " * 800,
    b"Authorization: Bearer", b"Authorization: Basic AAAA", b"Authorization: Bearer mk_test_\xff",
    b"Authorization: Bearer " + b"a" * 9000, b"Idempotency-Key: ", b"Idempotency-Key: " + b"k" * 999,
    b"Idempotency-Key: \xe2\x98\x83", b"X-Forwarded-For: 1.2.3.4, \0", b"Forwarded: for=\"[::1]\"", b"TE: trailers",
    b"Trailer: Content-Length", b"X-HTTP-Method-Override: DELETE", b"Last-Event-ID: \xff", b"Origin: null",
    b"Sec-Fetch-Site: cross-site",
)
FRAMINGS = (
    b"Content-Length: -1", b"Content-Length: +5", b"Content-Length: 0x5", b"Content-Length: 1e1",
    b"Content-Length: 5.0", b"Content-Length: ", b"Content-Length: 5 5", b"Content-Length: 5, 5",
    b"Content-Length: 5, 6", b"Content-Length: 5\r\nContent-Length: 6", b"Content-Length: 5\r\nContent-Length: 5",
    b"Content-Length: 99999999999999999999999999999999", b"Content-Length: 9223372036854775807",
    b"Content-Length: 9223372036854775808", b"Content-Length: 18446744073709551615",
    b"Content-Length: 18446744073709551616", b"Content-Length: 2147483648", b"Content-Length: 1048577",
    b"Content-Length: 16777217", b"Content-Length: 0005", b"Content-Length: 5\0", b"Content-Length : 5",
    b"Content-Length:\t5\t", b"Transfer-Encoding: identity", b"Transfer-Encoding: gzip",
    b"Transfer-Encoding: xchunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: chunked, gzip",
    b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding:",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"Transfer-Encoding: \"chunked\"",
    b"Transfer-Encoding : chunked", b"Transfer-Encoding: chunked\0", b"Transfer-Encoding: CHUNKED",
    b"Transfer-Encoding:\r\n chunked", b"Transfer-Encoding: chunked;a=b",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 5",
)
CHUNKS = (
    b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"5\r\nhello", b"5;a=b\r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n",
    b"-5\r\nhello\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"fffffffffffffffff\r\nhello",
    b"ffffffffffffffff\r\nhello", b"7fffffffffffffff\r\nhello", b"\r\nhello\r\n0\r\n\r\n",
    b"5\r\nhelloworld\r\n0\r\n\r\n", b"5\r\nhel", b"5\r\nhello\r\n0\r\nContent-Length: 3\r\nHost: x\r\n\r\n",
    b"00000000000000000005\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n",
    b"5;" + b"a" * 20_000 + b"\r\nhello\r\n0\r\n\r\n", b"1\r\n{\r\n" * 2000 + b"0\r\n\r\n", b"g\r\nhello\r\n0\r\n\r\n",
    b"0\r\n" + b"X: a\r\n" * 3000 + b"\r\n", b"5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
)
PREFACES = (
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0", b"PRI * HTTP/2.0\r\n\r\n",
    b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"\0" * 200, b"SSH-2.0-OpenSSH_9.2\r\n", b"\0" * 64,
    b"\r\n" * 500, b"\n", b" ", b"", b"EHLO x\r\n", b"\x05\x01\x00", b"GET\r\n\r\n", b"GET /\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 9000, b"GET / HTTP/1.1\r\n" * 200,
    b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
)
BODIES = (
    b"", b"{}", b"[]", b"null", b"{", b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b"\0", b'{"type":"a\0b","data":{}}',
    b'{"type":"a","data":{"a":1e999}}', b'{"type":"a","data":{"a":"\xed\xa0\x80"}}',
    b'{"type":"a","data":{"a":"\\ud800"}}', b'{"type":"a","data":{"a":1,"a":2}}',
    b'{"type":"a","data":' + b"[" * 600 + b"]" * 600 + b"}", b"[" * 100_000, b'{"a":' * 20_000,
    b'{"type":"a","data":{"' + b"k" * 70_000 + b'":1}}', b'{"type":"a","data":{"n":' + b"9" * 5000 + b"}}",
    b'{"type":"a","data":{}}garbage', b"{'type':'a'}", b'{"type":"a","data":{},}', b" " * 50_000,
    b'{"type":"' + b"a" * 200_000 + b'","data":{}}', b'{"type":"a","data":{}}\n{"type":"b"',
    b'{"type":"a","data":{"a":tru}}', b"%PDF-1.7", b"<xml/>", b"type=a&data=b",
)

# Two messages that a careless server may take for one, or one for two. What comes second must not be answered.
INNER = b"GET /v1/events?limit=1 HTTP/1.1\r\nHost: a\r\n\r\n"
SMUGGLED = {
    name: b"POST /v1/events HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n" + body + INNER for name, framing, body in (
        ("CL.TE", b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
        ("TE.CL", b"Transfer-Encoding: chunked\r\nContent-Length: 5", b"0\r\n\r\n"),
        ("TE.TE", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x", b"0\r\n\r\n"),
        ("two lengths", b"Content-Length: 0\r\nContent-Length: 47", b""),
        ("list of lengths", b"Content-Length: 0, 47", b""),
        ("plus", b"Content-Length: +0", b""),
        ("minus", b"Content-Length: -0", b""),
        ("hexadecimal", b"Content-Length: 0x0", b""),
        ("empty length", b"Content-Length:", b""),
        ("space before the colon", b"Content-Length : 0", b""),
        ("space before the colon of TE", b"Transfer-Encoding : chunked", b"0\r\n\r\n"),
        ("folded TE", b"Transfer-Encoding:\r\n chunked", b"0\r\n\r\n"),
        ("TE with a vertical tab", b"Transfer-Encoding: \x0bchunked", b"0\r\n\r\n"),
        ("TE chunked first", b"Transfer-Encoding: chunked, identity", b"0\r\n\r\n"),
        ("TE unknown", b"Transfer-Encoding: xchunked", b"0\r\n\r\n"),
        ("TE quoted", b"Transfer-Encoding: \"chunked\"", b"0\r\n\r\n"),
        ("NUL in a name", b"Content\0-Length: 0", b""),
        ("bare CR between headers", b"X: a\rContent-Length: 0", b""),
        ("chunk size with a sign", b"Transfer-Encoding: chunked", b"-0\r\n\r\n"),
        ("chunk size in 0x", b"Transfer-Encoding: chunked", b"0x0\r\n\r\n"),
        ("chunk size that wraps", b"Transfer-Encoding: chunked", b"10000000000000000\r\n\r\n"),
        ("chunk longer than it says", b"Transfer-Encoding: chunked", b"1\r\nabc\r\n0\r\n\r\n"),
        ("chunk extension with a bare LF", b"Transfer-Encoding: chunked", b"0;a\n\r\n\r\n"),
        ("length too large", b"Content-Length: 18446744073709551616", b""),
    )}


class Junk:
    """Makes the request of a number."""

    def __init__(self, seed, key, paths):
        self.seed = seed
        self.key = key.encode()
        self.paths = [path.encode() for path in paths]

    def request(self, number):
        """The bytes of one connection."""
        random_ = random.Random(f"{self.seed}:{number}")
        kind = random_.choice(
            (
                self._bytes,
                self._bytes,
                self._line,
                self._headers,
                self._framing,
                self._chunks,
                self._truncated,
                self._preface,
                self._body,
                self._pipelined,
                self._smuggled,
            )
        )
        return kind(random_)

    def _path(self, random_):
        path = random_.choice(self.paths)
        return path.replace(b"{id}", random_.choice((b"ep_" + b"0" * 26, b"x", b"evt_1", b"%20", b"default")))

    def _head(self, random_, method=None, target=None, version=b"HTTP/1.1", extra=()):
        method = method if method is not None else random_.choice(METHODS[:4])
        target = target if target is not None else self._path(random_)
        lines = [b" ".join((method, target, version)), b"Host: 127.0.0.1"]
        if random_.random() < 0.8:
            lines.append(b"Authorization: Bearer " + self.key)
        if method == b"POST":
            lines.append(b"Content-Type: application/json")
        return b"\r\n".join((*lines, *extra)) + b"\r\n\r\n"

    def _valid(self, random_):
        if random_.random() < 0.5:
            return self._head(random_, b"GET")
        body = random_.choice((b'{"type":"junk.seen","data":{"a":1}}', b'[{"type":"junk.seen","data":{}}]'))
        path = b"/v1/events" if body[:1] == b"{" else b"/v1/events/batch"
        return self._head(random_, b"POST", path, extra=[b"Content-Length: %d" % len(body)]) + body

    def _bytes(self, random_):
        request = bytearray(self._valid(random_))
        for _ in range(random_.randint(1, 8)):
            place = random_.randrange(len(request) + 1)
            deed = random_.randrange(5)
            if deed == 0:
                request[place:place + 1] = bytes([random_.randrange(256)])
            elif deed == 1:
                request[place:place] = random_.choice(TOKENS)
            elif deed == 2:
                del request[place:place + random_.randint(1, 20)]
            elif deed == 3:
                request[place:place] = request[place:place + random_.randint(1, 200)]
            else:
                request[place:place] = request[:random_.randrange(len(request) + 1)]
        return bytes(request)

    def _line(self, random_):
        part = random_.randrange(3)
        return self._head(
            random_,
            random_.choice(METHODS) if part == 0 else None,
            random_.choice(TARGETS) if part == 1 else None,
            random_.choice(VERSIONS) if part == 2 else b"HTTP/1.1",
        )

    def _headers(self, random_):
        return self._head(random_, extra=random_.sample(HEADERS, random_.randint(1, 3)))

    def _framing(self, random_):
        return self._head(random_, b"POST", b"/v1/events", extra=[random_.choice(FRAMINGS)]) + random_.choice(
            (b"", b"hello", *CHUNKS[:6])
        )

    def _chunks(self, random_):
        return self._head(random_, b"POST", extra=[b"Transfer-Encoding: chunked"]) + random_.choice(CHUNKS)

    def _truncated(self, random_):
        request = self._valid(random_)
        return request[:random_.randrange(len(request))]

    def _preface(self, random_):
        return random_.choice(PREFACES) + (random_.randbytes(random_.randrange(200)) if random_.random() < 0.3 else b"")

    def _body(self, random_):
        body = random_.choice(BODIES)
        extra = [b"Content-Length: %d" % (len(body) + random_.choice((0, 0, 0, 0, -1, 1, 10_000)))] if body else []
        return self._head(random_, random_.choice((b"POST", b"PATCH")), extra=extra) + body

    def _pipelined(self, random_):
        return b"".join(
            (self._valid if random_.random() < 0.8 else self._bytes)(random_) for _ in range(random_.randint(2, 12))
        )

    def _smuggled(self, random_):
        return random_.choice(list(SMUGGLED.values()))
