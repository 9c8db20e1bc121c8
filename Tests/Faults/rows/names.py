"""Names that do not resolve, and names that change their mind: each for its own reason, and no packet to a forbidden
address. Public addresses are played by the loopback, so the server runs as it does in the wild."""

import itertools
import time

from harness import place
from harness.matrix import expect, row
from harness.nameserver import NXDOMAIN, REFUSED, SERVFAIL, NameServer
from harness.receivers import Receivers, answering
from harness.server import Martlet
from harness.trial import Trial, expect_failure, seconds
from harness.waiting import wait

PUBLIC = "93.184.216.34"
SECOND = "93.184.216.35"
# One of each kind that the guard refuses and that can be played here.
FORBIDDEN = ("127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.1.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
             "198.18.0.1", "192.0.2.1", "0.0.0.0")
# Those that the guard refuses and to which a packet would not come back to this machine's listener.
FORBIDDEN_6 = ("::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1", "64:ff9b::7f00:1")
PORT = 8080
LIMIT = 3
# How long the server believes a name server's answer, in seconds, and some.
BELIEF = 5.5


class World:
    """A name server, an Internet of two hosts, and listeners on every address that nobody may dial."""

    def __init__(self, stage, **settings):
        place.require()
        for number, address in enumerate((PUBLIC, SECOND, *FORBIDDEN)):
            if not address.startswith(("127.", "0.")):
                place.add_address(number + 1, address)
        resolver, switch = stage.directory / "resolv.conf", stage.directory / "nsswitch.conf"
        resolver.write_text("nameserver 127.0.0.1\n")
        switch.write_text("hosts: files dns\n")
        stage.enter(place.replaced("/etc/resolv.conf", resolver))
        stage.enter(place.replaced("/etc/nsswitch.conf", switch))
        self.names = NameServer(stage).names
        receivers = Receivers(stage)
        self.listener = receivers.listen(answering(200), "0.0.0.0", PORT)
        self.listener_6 = receivers.listen(answering(200), "::1", PORT)
        self.martlet = Martlet(stage, private_networks=False)
        self.trial = Trial(stage, self.martlet, timeout=f"{LIMIT}s", retry={"delays": ["1s"]}, **settings)

    def add(self, name, **settings):
        self.trial.add(name, f"http://{name}.example.net:{PORT}/", **settings)

    def answer(self, name, answer):
        self.names[f"{name}.example.net"] = answer

    def dialled(self):
        """How many connections came to each address."""
        return {**self.listener.connections, **self.listener_6.connections}

    def expect_no_breach(self):
        breaches = {address: count for address, count in self.dialled().items() if address not in (PUBLIC, SECOND)}
        expect(not breaches, f"connections to forbidden addresses: {breaches}")


@row("dns", "DNS: NXDOMAIN, no address, SERVFAIL, REFUSED, silence", "its own reason, within the deadline, retried")
def dns(stage):
    world = World(stage)
    cases = {
        "nxdomain": (NXDOMAIN, "dns_not_found"),
        "empty": ([], "dns_not_found"),
        "servfail": (SERVFAIL, "dns_failed"),
        "refused": (REFUSED, "dns_failed"),
        "silent": (None, "dns_timeout"),
    }
    for name, (answer, _) in cases.items():
        world.answer(name, answer)
        world.add(name)
    world.answer("good", [PUBLIC])
    world.add("good")
    world.trial.publish_all([*cases, "good"])
    world.trial.settle()
    (good,) = world.trial.deliveries("good")
    expect(good["status"] == "succeeded", f"the control {good['status']}: {good['attempts'][0]['reason']}")
    seen = []
    for name, (_, code) in cases.items():
        (delivery,) = world.trial.deliveries(name)
        try:
            expect_failure(delivery, code)
        except Exception as error:
            raise type(error)(f"{name}: {error}: {[each['reason'] for each in delivery['attempts']]}") from None
        longest = max(map(seconds, delivery["attempts"]))
        expect(longest <= LIMIT + 0.3, f"{name}: an attempt took {longest:.3f} s of {LIMIT}")
        seen.append(f"{name} {code}")
    return ", ".join(seen)


@row("dns-forbidden", "DNS: a public name with a private, loopback, metadata or translated address, alone or beside a "
     "good one",
     "address_refused, retried; no packet to it")
def forbidden(stage):
    world = World(stage)
    names = []
    for number, address in enumerate((*FORBIDDEN, *FORBIDDEN_6)):
        alone, beside = f"alone{number}", f"beside{number}"
        names.append(alone)
        world.answer(alone, [address])
        world.add(alone)
        world.answer(beside, [PUBLIC, address])
        world.add(beside)
        world.trial.publish_all([alone, beside])
    world.trial.settle()
    for name in names:
        expect_failure(world.trial.deliveries(name)[0], "address_refused")
    world.expect_no_breach()
    return f"{len(names)} addresses refused, dialled: {world.dialled()}"


@row("dns-rebinding", "DNS rebinding: public when it is vetted, private at the next query, to and fro",
     "no packet to a forbidden address; connections kept alive are vetted again")
def rebinding(stage):
    """With connections kept alive and without; then a name that answers otherwise each time it is asked."""
    world = World(stage)
    world.answer("turncoat", [PUBLIC])
    world.add("turncoat")
    world.trial.publish("turncoat")
    wait("the first is delivered", lambda: world.trial.deliveries("turncoat")[0]["status"] == "succeeded")
    world.answer("turncoat", ["127.0.0.1"])
    time.sleep(BELIEF)
    world.trial.publish("turncoat")
    world.trial.settle(["turncoat"])
    expect_failure(world.trial.deliveries("turncoat")[1], "address_refused")

    # Good and bad by turns, so that vetting one answer and dialling the next would show at once.
    turns = itertools.cycle(address for bad in FORBIDDEN for address in (PUBLIC, bad, SECOND, bad))
    world.answer("weathercock", lambda: [next(turns)])
    rounds = stage.pick(12, 2)
    world.add("weathercock", retry={"delays": []})
    for _ in range(rounds):
        for _ in range(4):
            world.trial.publish("weathercock")
            time.sleep(0.2)
        time.sleep(BELIEF - 0.8)
    world.trial.settle(["weathercock"])
    world.expect_no_breach()
    statuses = [each["status"] for each in world.trial.deliveries("weathercock")]
    return (f"refused after the change; of {len(statuses)} to a name that swings {statuses.count('succeeded')} went to "
            f"a "
            f"public address, dialled: {world.dialled()}")
