"""Calls of every operation that an OpenAPI document describes, with something wrong in each."""

import collections
import copy
import json
import random
import threading
import typing
import urllib.parse

# Text of which some is not JSON stands for itself in a body.
RAW = "@raw:"
LONG = (100, 129, 256, 513, 1001, 5_000, 70_000, 1_100_000)
NASTY = (
    None, True, False, 0, 1, -1, 0.5, -0.0, 2**31, 2**32, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -2**63 - 1, 2**64,
    10**40, 1e308, -1e308, RAW + "1e400", RAW + "-0", RAW + "1E-400", RAW + "01", RAW + "NaN", RAW + "0x1", RAW + "-",
    RAW + "tru", RAW + "\"\\x\"", RAW + "\"\t\"", RAW + "9" * 400, RAW + "[" * 600 + "]" * 600, RAW + "[" * 50_000,
    RAW + "{\"a\":" * 5_000 + "1" + "}" * 5_000, RAW + "{\"a\":1,\"a\":2}", RAW + "{\"__proto__\":{}}",
    RAW + "{\"\":1}", RAW + "{}{}", RAW + "", "", " ", "a", "A", "*", "null", "0", "\0", "a\0b", "\ud800",
    "\udfff\ud800", "\U0001f600" * 40, "\u202e\u200b\ufeff", "e\u0301" * 100, "İı", "../../etc/passwd", "%00", "%s%n",
    "'; DROP TABLE events; --", "{{7*7}}", "${x}", "a\r\nX: y", "<script>", "\\", "\"", "a.b.*.c", ".", "..", "**",
    "a..b", "-", "_", "1.5s", "0s", "-1s", "99ms", "100ms", "1m", "61s", "999999999999999d", "9223372036854775807ms",
    "1d1h", "5 s", "2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "10000-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "2026-01-01T00:00:00+99:99", "2026-01-01T00:00:00.123456789012Z",
    "2026-01-01 00:00:00", "2026-1-1", "now", "ep_00000000000000000000000000", "ep_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    "evt_0", "app_", "default", "standard", "2xx", "whsec_", "whsec_AAAA", "whsec_" + "A" * 200, "http://127.0.0.1:9/",
    "https://127.0.0.1", "http://[::1]:0/", "http://127.0.0.1:99999/", "http://u:p@127.0.0.1/", "http://127.0.0.1/ a",
    "http://127.0.0.1/%zz", "http://127.0.0.1\\@127.0.0.2/", "http://0x7f.1/", "http://127.1/", "http:127.0.0.1",
    "//127.0.0.1", "file:///etc/passwd", "http://127.0.0.1/" + "a" * 9_000, "http://" + "a" * 300 + ".invalid/",
    "http://xn--a.invalid/", "http://127.0.0.1:/", [], [[]], [None], [{}], ["*", "*"], [1, "a"], list(range(200)),
    ["a"] * 2_000, {}, {"a": None}, {"a": {}}, {"": ""}, {"\0": 1}, {"a" * 600: "b"}, {str(n): "v" for n in range(60)},
    {str(n): {"eq": n} for n in range(80)}, {"data.a": {"gt": "x", "lt": []}}, {"not": {"not": {"not": {"a": 1}}}},
    {"all": []}, {"any": [{"all": [{"any": [{"a": {"in": []}}]}]}]}, {"data..a": 1}, {"data[*": 1},
    {"data[999999999999999999999]": 1}, {"data.a": {"prefix": 1, "exists": "x", "nope": 0}},
)
QUERY = (
    "", "0", "1", "250", "251", "-1", "1.5", "1e2", "99999999999999999999", "%201", "true", "TRUE", "yes", "%00",
    "%ff", "%ed%a0%80", "a" * 5_000, "2026-01-01T00:00:00Z", "2026-01-01", "9999-12-31T23:59:59Z",
    "-292277022-01-01T00:00:00Z", "1h", "0s", "10000d", "AAAA", "%2e%2e%2f", "ep_00000000000000000000000000", "dlv_0",
    "default", "null", "*", "%22", "%27%20OR%201%3D1", "%F0%9F%98%80", "+", "&", "=",
)
IDS = (
    "x", "%20", "%00", "%ff", "%2f", "..", ".", "%2e%2e", "a" * 3_000, "ep_" + "0" * 26, "ep_" + "z" * 26,
    "EP_" + "0" * 26, "dlv_" + "0" * 26, "evt_" + "7" * 26, "ep_" + "0" * 25, "ep_" + "0" * 27, "-", "_", "~", "0",
    "-1", "null", "default", "standard", "%F0%9F%98%80", "a%0d%0aX:y", "*", "'", "%25", "a;b", "a,b", "@", "a%00b",
)
KEYS = ("", "k", "k" * 255, "k" * 256, "a b", "\u00e9", "1", "\"q\"")
KEPT = 12


class Call(typing.NamedTuple):
    operation: typing.Any
    method: str
    path: str
    body: bytes
    headers: dict[str, str]


class Operation(typing.NamedTuple):
    method: str
    path: str
    parameters: list
    contents: dict
    answers: dict


class Fuzz:
    """Makes the call of a number, and says what is wrong with its answer.

    Identifiers are taken from what earlier answers told of, so that calls get behind the first check; never those
    `kept_out`, such as that of the key that it calls with.
    """

    def __init__(self, document, seed, kept_out=()):
        self.document = document
        self.seed = seed
        self.kept_out = set(kept_out)
        self.operations = list(self._described())
        self._pools = collections.defaultdict(list)
        self._lock = threading.Lock()

    def _described(self):
        for path, methods in self.document["paths"].items():
            for method, described in methods.items():
                # A stream does not end.
                if method == "parameters" or self._streams(described["responses"].values()):
                    continue
                parameters = [self._resolved(each) for each in described.get("parameters", [])]
                contents = {
                    type: each["schema"] for type, each in described.get("requestBody", {}).get("content", {}).items()
                }
                yield Operation(method.upper(), path, parameters, contents, described["responses"])

    def _streams(self, answers):
        return any("text/event-stream" in self._resolved(each).get("content", {}) for each in answers)

    def _resolved(self, schema):
        while "$ref" in schema:
            found = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        return schema

    # Calls

    def call(self, number):
        random_ = random.Random(f"{self.seed}:{number}")
        operation = random_.choice(self.operations)
        # One call in five is as it should be, as far as a schema tells: the others build on what it leaves.
        wrong = random_.random() > 0.2
        headers, query, path = {}, [], operation.path
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", self._id(random_, operation.path, wrong))
            elif parameter["in"] == "header":
                if random_.random() < 0.2:
                    headers[parameter["name"]] = random_.choice(KEYS[1:3] if not wrong else KEYS)
            elif random_.random() < 0.4:
                value = random_.choice(QUERY) if wrong else self._parameter(random_, parameter)
                query.append(f"{parameter['name']}={value}")
        if wrong and random_.random() < 0.1:
            query.append(
                random_.choice(("x=1", "=", "&", "limit=1&limit=2", "%zz=1", "limit", "explain", "a[b]=c", "%00=%00"))
            )
        if query:
            path += "?" + "&".join(query)
        body = b""
        if operation.contents:
            type = random_.choice(list(operation.contents))
            body = self._body(random_, operation.contents[type], type, wrong)
            headers["Content-Type"] = (
                type
                if not wrong or random_.random() < 0.95
                else random_.choice(
                    (
                        "text/plain",
                        "application/json; charset=latin1",
                        "application/xml",
                        "",
                        "a",
                        "application/json, application/json",
                    )
                )
            )
        headers = {name: value.encode("utf-8", "replace").decode("latin-1") for name, value in headers.items()}
        return Call(operation, operation.method, path, body, headers)

    def _id(self, random_, path, wrong):
        kind = path.split("/")[2]
        with self._lock:
            known = list(self._pools[kind])
        if not known or wrong and random_.random() < 0.3:
            return random_.choice(IDS)
        return urllib.parse.quote(random_.choice(known), safe="")

    def _parameter(self, random_, parameter):
        return urllib.parse.quote(str(self._value(random_, parameter["schema"], parameter["name"])), safe="")

    def _body(self, random_, schema, type, wrong):
        lines = type != "application/json"
        value = self._value(random_, {"$ref": "#/components/schemas/NewEvent"} if lines else schema)
        if wrong:
            for _ in range(random_.choice((1, 1, 1, 2, 3))):
                value = self._spoilt(random_, value, schema)
        text = self._written(random_, value)
        if lines:
            text = random_.choice(("\n", "\r\n", "\n\n", " \n ") if wrong else ("\n",)).join(
                [text] * random_.choice((1, 2, 5))
            )
        elif wrong and random_.random() < 0.08:
            place = random_.randrange(len(text) + 1)
            text = random_.choice(
                (
                    text[:place],
                    text[:place] + "\0" + text[place:],
                    "\ufeff" + text,
                    text + ",",
                    text + text,
                    text[place:],
                )
            )
        encoded = text.encode("utf-8", "surrogatepass")
        if wrong and random_.random() < 0.03:
            encoded = (
                encoded[: len(encoded) // 2]
                + random_.choice((b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"))
                + encoded[5:]
            )
        return encoded

    def _written(self, random_, value):
        text = json.dumps(value, ensure_ascii=random_.random() < 0.7)
        while (start := text.find(f'"{RAW}')) >= 0:
            # The raw text was escaped as the inside of a string.
            _, end = json.decoder.scanstring(text, start + 1)
            raw = json.loads(text[start:end])
            text = text[:start] + raw.removeprefix(RAW) + text[end:]
        return text

    # Values

    def _value(self, random_, schema, name="", depth=0):
        """Something that a schema would take, as far as schemas tell."""
        schema = self._resolved(schema)
        known = self._known(random_, name)
        if known is not None:
            return known
        for choice in ("oneOf", "anyOf"):
            if choice in schema and "properties" not in schema:
                return self._value(random_, random_.choice(schema[choice]), name, depth + 1)
        if "allOf" in schema:
            return self._value(random_, schema["allOf"][0], name, depth + 1)
        if "enum" in schema:
            return random_.choice(schema["enum"])
        if "const" in schema:
            return schema["const"]
        if "examples" in schema and random_.random() < 0.7:
            return copy.deepcopy(random_.choice(schema["examples"]))
        kinds = schema.get("type", "object")
        kind = random_.choice(kinds) if isinstance(kinds, list) else kinds
        return self._of(kind, random_, schema, depth)

    def _of(self, kind, random_, schema, depth):
        if kind == "object":
            required = schema.get("required", [])
            if "oneOf" in schema:
                required = random_.choice(schema["oneOf"]).get("required", [])
            return {
                name: self._value(random_, each, name, depth + 1)
                for name, each in schema.get("properties", {}).items()
                if name in required or depth < 4 and random_.random() < (0.3 if "oneOf" not in schema else 0.1)
            }
        if kind == "array":
            count = random_.randint(schema.get("minItems", 0), min(3, schema.get("maxItems", 3)))
            return [self._value(random_, schema.get("items", {"type": "string"}), "", depth + 1) for _ in range(count)]
        if kind == "integer":
            return random_.randint(
                schema.get("minimum", 0), min(schema.get("maximum", 1000), schema.get("minimum", 0) + 1000)
            )
        if kind == "number":
            return round(random_.uniform(schema.get("minimum", 0), schema.get("maximum", 10)), 2)
        if kind == "boolean":
            return random_.random() < 0.5
        if kind == "null":
            return None
        if schema.get("format") == "date-time":
            return f"20{random_.randint(20, 26)}-0{random_.randint(1, 9)}-11T10:00:00Z"
        return f"fuzz-{random_.randrange(1_000)}"

    def _known(self, random_, name):
        """What a schema does not tell of a field: values that mean something here."""
        with self._lock:
            webhooks, applications = list(self._pools["webhooks"]), list(self._pools["applications"])
            events = list(self._pools["events"])
        found = {
            "url": ["http://127.0.0.1:9/hook"],
            "events": [["fuzz.*"], ["fuzz.seen", "fuzz.other"]],
            "type": ["fuzz.seen"],
            "webhook": webhooks,
            "application": applications,
            "event": events,
            "profile": ["standard", "fractio"],
            "base": ["standard"],
            "secret": ["whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            "filter": [None, {"data.a": {"gte": 1}}],
            "headers": [{"X-Fuzz": "1"}],
            "data": [{"a": 1, "b": [1.5, "x", None]}, [1]],
            "schema": [{"type": "object"}],
            "key": ["utf8"],
            "cursor": ["AAAA"],
        }.get(name)
        return copy.deepcopy(random_.choice(found)) if found else None

    def _spoilt(self, random_, value, schema):
        """The value with something in it replaced, left out, added or made larger."""
        places = list(_places(value))
        if not places or random_.random() < 0.05:
            return copy.deepcopy(random_.choice(NASTY))
        holder, key = random_.choice(places)
        deed = random_.randrange(8)
        if deed == 0:
            del holder[key]
        elif deed == 1 and isinstance(holder, dict):
            holder[random_.choice(("x", "", "id", "__proto__", "Type", "\0", "created_at", "a" * 300))] = copy.deepcopy(
                random_.choice(NASTY)
            )
        elif deed == 2:
            holder[key] = "a" * random_.choice(LONG)
        elif deed == 3:
            holder[key] = random_.choice(([holder[key]], {"a": holder[key]}, [holder[key]] * 3, str(holder[key])))
        elif deed == 4 and isinstance(holder[key], int) and not isinstance(holder[key], bool):
            holder[key] = random_.choice(
                (0, -1, holder[key] * 1000, 1001, 1_000_001, 251, -holder[key], holder[key] + 0.5)
            )
        else:
            holder[key] = copy.deepcopy(random_.choice(NASTY))
        return value

    # Answers

    def judge(self, call, status, headers, answer):
        """What is wrong with an answer, or nothing. Notes the identifiers in it."""
        if status >= 500 and status != 503:
            return f"answered {status}: {answer[:200]!r}"
        # A path that another identifier turned into another one is that one's to answer.
        if str(status) not in call.operation.answers and not ("{" in call.operation.path and status in (404, 405)):
            return f"answered {status}, of which openapi.json tells nothing: {answer[:200]!r}"
        type = headers.get("Content-Type", "").partition(";")[0]
        told = self._resolved(call.operation.answers.get(str(status), {})).get("content", {})
        if told and type not in told:
            return f"answered {status} as '{type}', of which openapi.json tells nothing"
        if "json" not in type:
            return None
        try:
            value = json.loads(answer)
        except ValueError as error:
            return f"answered {status} with no JSON: {error}"
        if status >= 400:
            if type != "application/problem+json" or value.get("status") != status or not value.get("code"):
                return f"answered {status} with no problem of its own: {answer[:200]!r}"
            return None
        self._learn(call, value)
        return None

    def _learn(self, call, value):
        kind = call.operation.path.split("/")[2] if call.operation.path.startswith("/v1/") else None
        if not kind or not isinstance(value, dict):
            return
        found = [value, *(value["data"] if isinstance(value.get("data"), list) else [])]
        ids = [
            each.get("name" if kind in ("event-types", "profiles") else "id")
            for each in found
            if isinstance(each, dict)
        ]
        with self._lock:
            pool = self._pools[kind]
            pool += [id for id in ids if isinstance(id, str) and id not in pool and id not in self.kept_out]
            if kind in ("events", "deliveries", "jobs"):
                del pool[:-KEPT]

    def surplus(self, call, status, answer):
        """The paths of what has been made and is one too many."""
        kind = call.operation.path.split("/")[2] if call.operation.path.startswith("/v1/") else None
        if status != 201 or kind not in ("webhooks", "applications", "event-types", "profiles", "keys"):
            return []
        with self._lock:
            pool = self._pools[kind]
            surplus = pool[:-KEPT]
            del pool[:-KEPT]
        return [f"/v1/{kind}/{urllib.parse.quote(id, safe='')}" for id in surplus]


def _places(value):
    """Every place in a value: what holds it, and under which key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
