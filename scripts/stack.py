# SPDX-License-Identifier: MIT
"""Of stack.sh: the deepest chain in the call graphs that gcc has left beside a firmware's objects."""
import glob
import re
import subprocess
import sys

import callgraph

LIBRARY = 64  # bytes of a function that there is no graph of
# What --check allows of what is ours, the demo's applications apart: a frame, a chain, and one that
# leads from the binding through a machine.
FRAME, CHAIN, BOUND = 128, 512, 576
OURS = ("libnetproto", "protocols", "ports/stm32/eth", "ports/stm32/lwip", "ports/stm32/netif")
# Over it, and no further: frame, chain. Files with ranges and conditions; a machine calls neither.
KNOWN = {"netp_http_precondition": (184, 528), "netp_http_range_parse": (136, CHAIN)}
EXCEPTION = 32  # bytes that the processor saves

# Who calls by pointer, and what that may lead to: ends of FILE:FUNCTION.
NOTHING = "nothing"
TCP = r"(apps/echo|src/http1|src/modbus_server)\.c:ops_\w+"
UDP = r"(src/tftp|src/sntp_client)\.c:ops_\w+"
POINTERS = {
    "lwiperf_tcp_close": NOTHING,
    "dns_call_found": "on_found|found",
    r"netif_set_link_\w+": "on_link",
    r"netif_do_set_ipaddr(\.\w+\.\d+)?|netif_set_up": "on_address",
    "netif_add": "netp_board_netif_init|on_address",
    "tcp_input_delayed_close|tcp_abandon": r"tcp\.c:on_error|lwiperf_tcp_err",
    "lwip_cyclic_timer": r"\w+_tmr",
    r"listener\.c:on_accepted": r"apps/\w+\.c:accepted",
    r"loop\.c:turn": r"(tcp|udp)\.c:on_due|client\.c:attempt|apps/\w+\.c:(fall_back|tick|ask|begin)",
    r"tcp\.c:on_due": r"apps/(echo|http|modbus)\.c:(on_)?closed|client\.c:on_closed",
    r"udp\.c:on_due": r"apps/\w+\.c:on_(closed|fetched)",
    r"src/tcp\.c:round_of": TCP + r"|apps/(http|modbus)\.c:on_event|no_event",
    r"src/udp\.c:round_of|netp_lwip_udp_input": UDP + r"|apps/(tftp|sntp)\.c:on_event",
    r"udp\.c:on_datagram": r"apps/\w+\.c:datagram|udp\.c:on_input",
    r"apps/http\.c:on_event": r"apps/http\.c:(take|end)_\w+",
    r"http_head\.c:word": r"http_scan_\w+",
    "ethernet_output": r"lan9118\.c:output|netp_ethif\.c:\w*output",
    r"igmp_\w+|pbuf_free|netp_sntp_client_\w+": NOTHING,
    r"ip4_frag|ip4_output_if\w*": "etharp_output",
    r"netp_board_netif_poll|netp_ethif_poll": "ethernet_input",
    "raw_input": r"apps/ping\.c:\w+",
    "sys_check_timeouts": r"lwip_cyclic_timer|tcpip_tcp_timer|loop\.c:turn",
    "tcp_input|tcp_process_refused_data":
        r"tcp\.c:on_(received|sent|connected|error)|listener\.c:on_accepted|"
        r"lwiperf_(tcp_(recv|sent|err|client_\w+)|accept)",
    "tcp_slowtmr": r"tcp\.c:on_(poll|lingered|error)|lwiperf_tcp_(poll|err)",
    "udp_input": r"udp\.c:on_datagram|dhcp_recv|dns_recv",
}


def read(folder):
    """frames, calls by name, and those who call by pointer, of what the linker has left."""
    symbols = subprocess.run(["arm-none-eabi-nm", folder + "/firmware.elf"], check=True,
                             capture_output=True, text=True).stdout
    present = set(re.findall(r" [tTwW] (\S+)", symbols))
    frames, calls = callgraph.read(glob.glob(folder + "/**/*.ci", recursive=True), present)
    pointers = {a for a, called in calls.items() if "__indirect_call" in called}
    for name in pointers:
        calls[name].discard("__indirect_call")
    return frames, calls, pointers & set(frames)


def ends(names, pattern):
    return {n for n in names if re.search(r"(^|[/:])(%s)(\.\w+)*$" % pattern, n)}


def follow(frames, calls, pointers):
    unknown = set(pointers)
    for who, whom in POINTERS.items():
        found = ends(frames, whom)
        callers = ends(pointers, who)
        if callers and not found and whom != NOTHING:
            raise SystemExit("stack.py: nothing is called " + whom)
        for name in callers:
            calls.setdefault(name, set()).update(found)
            unknown.discard(name)
    if unknown:
        raise SystemExit("not in stack.py: what is called by " + ", ".join(sorted(unknown)))


def deepest(name, frames, calls, known, path=()):
    """Bytes, and the chain. A function that is in the chain already is not entered again; of ours
    there is none."""
    if name in path:
        return 0, ()
    if name not in known:
        below = max((deepest(c, frames, calls, known, path + (name,))
                     for c in calls.get(name, ())), default=(0, ()))
        known[name] = (frames.get(name, LIBRARY) + below[0], (name,) + below[1])
    return known[name]


def excess(folder, frames, calls):
    """Frames and chains of ours over their limits, in words. A chain ends where it leads to lwIP, libc
    or an application."""
    present = {name.split(":")[-1] for name in frames}
    names = [n for part in OURS for n in glob.glob("%s/%s/**/*.ci" % (folder, part), recursive=True)]
    ours, _ = callgraph.read(names, present)
    among = {a: called & set(ours) for a, called in calls.items()}
    known = {}
    for name in sorted(ours):
        size, chain = deepest(name, ours, among, known)
        limit = BOUND if re.search("/stm32/lwip/|netp_lwip_", name) else CHAIN
        frame, limit = KNOWN.get(name, (FRAME, limit))
        if ours[name] > frame:
            yield "a frame of %d bytes, %d at most: %s" % (ours[name], frame, name)
        if size > limit:
            yield "a chain of %d bytes, %d at most: %s" % (size, limit, " ".join(chain))


def main():
    frames, calls, pointers = read(sys.argv[1])
    follow(frames, calls, pointers)
    if "--check" in sys.argv:
        raise SystemExit("\n".join(excess(sys.argv[1], frames, calls)) or 0)
    known = {}
    size, chain = deepest("main", frames, calls, known)
    interrupts = max(deepest(n, frames, calls, known)[0]
                     for n in ends(frames, r"mps2_tick|mps2_eth_irq|ETH_IRQHandler|\w*SysTick\w*"))
    for name in chain:
        print("%6d  %s" % (frames.get(name, LIBRARY), name.split(":")[-1]))
    print("%6d  from main(), and %d with an interrupt" % (size, size + EXCEPTION + interrupts))


main()
