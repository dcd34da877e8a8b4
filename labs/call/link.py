"""A slow link in a kernel that has no netem: two Ethernet taps, and what goes in at one comes out at the other after the line's rate and delay.

link.py TAP_A TAP_B BITS_PER_SECOND DELAY_MS QUEUE_BYTES LOST. LOST is a share of all packets. Says "ready" when both taps are there; ends with its standard input.
"""
import collections, fcntl, os, random, select, struct, sys, time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000


def tap(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return fd


class Way:
    """One direction: a queue that is drained at the rate, then a wire of the given length."""

    def __init__(self, to, rate, delay, room, lost):
        self.to, self.rate, self.delay, self.room, self.lost = to, rate, delay, room, lost
        self.free_at, self.wire = 0.0, collections.deque()

    def take(self, frame, now):
        start = max(now, self.free_at)
        if (start - now) * self.rate / 8 + len(frame) > self.room:
            return
        self.free_at = start + len(frame) * 8 / self.rate
        if random.random() >= self.lost:
            self.wire.append((self.free_at + self.delay, frame))

    def deliver(self, now):
        while self.wire and self.wire[0][0] <= now:
            try:
                os.write(self.to, self.wire.popleft()[1])
            except OSError:
                pass
        return self.wire[0][0] if self.wire else None


a, b = tap(sys.argv[1]), tap(sys.argv[2])
rate, delay, room, lost = float(sys.argv[3]), float(sys.argv[4]) / 1000, int(sys.argv[5]), float(sys.argv[6])
ways = {a: Way(b, rate, delay, room, lost), b: Way(a, rate, delay, room, lost)}
print("ready", flush=True)
while True:
    now = time.monotonic()
    due = [at for at in (way.deliver(now) for way in ways.values()) if at is not None]
    wait = max(0.0, min(due) - time.monotonic()) if due else None
    readable, _, _ = select.select([a, b, sys.stdin], [], [], wait)
    for fd in readable:
        if fd is sys.stdin:
            sys.exit(0)
        try:
            while True:
                ways[fd].take(os.read(fd, 2048), time.monotonic())
        except OSError:
            pass
