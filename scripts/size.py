# SPDX-License-Identifier: MIT
"""Of size.sh: measures modules as the linker leaves them."""
import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import tempfile

CPUS = ("cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7")
VERBS = ("init_", "next", "out", "sent", "deadline", "want", "fail")


def verbs(name, *commands):
    return ["netp_%s_%s" % (name, v) for v in VERBS + commands]


# name, its sources, what is called of it, and the budget in bytes of flash on M4
OURS = (
    ("HTTP/1.1 machine, server", ["libnetproto", "http"], verbs(
        "http1", "send", "send_head", "send_body", "lend_body", "send_end"), 4096),
    ("  of this the head parser", ["libnetproto", "http"],
     ["netp_http_head_init", "netp_http_head_parse", "netp_http_head_find"], 2048),
    ("TFTP, both sides", ["libnetproto", "tftp"], verbs(
        "tftp", "cfg_init", "accept", "abort", "give"), 2600),
    ("SNTP client", ["libnetproto", "sntp"], verbs("sntp_client", "cfg_init", "ask"), 1229),
    ("SNTP server", ["libnetproto", "sntp"], ["netp_sntp_answer"], 614),
    ("Modbus server, all", ["libnetproto", "modbus"], verbs("modbus_server", "respond"), 2458),
    ("  and its table of registers", ["libnetproto", "modbus"], ["netp_modbus_map_answer"], None),
    ("Modbus client", ["libnetproto", "modbus"], verbs("modbus_client"), 1741),
    ("binding to lwIP, TCP server", ["lwip"], ["netp_lwip_loop_init", "netp_lwip_listen",
                                               "netp_lwip_tcp_open", "netp_lwip_tcp_kick",
                                               "netp_lwip_tcp_abort", "netp_lwip_on_segment"], None),
    ("binding to lwIP, UDP", ["lwip"], ["netp_lwip_loop_init", "netp_lwip_udp_open",
                                        "netp_lwip_udp_abort"], None),
    ("Ethernet driver v1 + netif", ["eth1"], ["netp_ethif_init", "netp_ethif_poll",
                                              "netp_ethif_irq"], 2253),
    ("Ethernet driver v2 + netif", ["eth2"], ["netp_ethif_init", "netp_ethif_poll",
                                              "netp_ethif_irq"], 2253),
)
# The state of one connection or transfer, beside its buffers.
STATES = (("struct netp_http1", "netproto/http1.h"), ("struct netp_tftp", "netproto/tftp.h"),
          ("struct netp_sntp_client", "netproto/sntp_client.h"),
          ("struct netp_modbus_server", "netproto/modbus_server.h"),
          ("struct netp_lwip_tcp", "netproto/lwip/tcp.h"),
          ("struct netp_lwip_udp", "netproto/lwip/udp.h"))


def protocol(name):
    return [f for f in sorted(glob.glob("protocols/%s/src/*.c" % name))
            if not re.search(r"http_coding(_decode|_encode|_frame)?\.c$", f)]


def peers_of(lwip, folder):
    """name, sources, options, roots"""
    apps = lwip + "/src/apps/"
    yield "lwIP httpd", [apps + "http/httpd.c", apps + "http/fs.c"], [], ["httpd_init"]
    yield "lwIP TFTP server", [apps + "tftp/tftp_server.c"], [], ["tftp_init"]
    yield "lwIP SNTP client", [apps + "sntp/sntp.c"], [], ["sntp_init", "sntp_setservername"]
    yield "lwIP MQTT client", [apps + "mqtt/mqtt.c"], [], ["mqtt_client_connect", "mqtt_publish",
                                                           "mqtt_sub_unsub"]
    if not folder:
        return
    where = folder + "/"
    known = (
        ("nanoMODBUS server", ["nanomodbus/nanomodbus.c"], ["-DNMBS_CLIENT_DISABLED"],
         ["nmbs_server_create", "nmbs_server_poll"]),
        ("nanoMODBUS client", ["nanomodbus/nanomodbus.c"], ["-DNMBS_SERVER_DISABLED"],
         ["nmbs_client_create", "nmbs_read_holding_registers", "nmbs_write_single_register"]),
        ("picohttpparser", ["picohttpparser/picohttpparser.c"], [],
         ["phr_parse_request", "phr_decode_chunked"]),
        ("llhttp", ["llhttp/src/llhttp.c", "llhttp/src/api.c", "llhttp/src/http.c"],
         ["-I" + where + "llhttp/include"], ["llhttp_init", "llhttp_execute"]),
        ("mongoose, HTTP and its TCP/IP", ["mongoose/mongoose.c"],
         ["-DMG_ARCH=MG_ARCH_ARMGCC", "-DMG_ENABLE_TCPIP=1", "-w"],
         ["mg_mgr_init", "mg_mgr_poll", "mg_http_listen", "mg_http_reply"]),
    )
    for name, sources, options, roots in known:
        sources = [where + s for s in sources]
        if all(os.path.exists(s) for s in sources):
            yield name, sources, options, roots


class Build:
    def __init__(self, cpu, lwip, work):
        self.cpu, self.work = cpu, work
        includes = (["libnetproto/include"] + sorted(glob.glob("protocols/*/include")) +
                    ["ports/stm32/lwip/include", "ports/stm32/lwip/config", "ports/stm32/boards"])
        self.flags = (["-std=gnu11", "-mcpu=" + cpu, "-mthumb", "-Os", "-DNDEBUG",
                       "-ffunction-sections", "-fdata-sections", "-fcallgraph-info=su"] +
                      ["-I" + i for i in includes] + ["-isystem", lwip + "/src/include"])

    def compile(self, sources, options=()):
        objects = []
        for source in sources:
            object_ = os.path.join(self.work, re.sub(r"[/.]", "_", source) +
                                   re.sub(r"\W", "_", "".join(options))[-40:] + ".o")
            if not os.path.exists(object_):
                subprocess.run(["arm-none-eabi-gcc", *self.flags, *options, "-c", source, "-o",
                                object_], check=True)
            objects.append(object_)
        return objects

    def measure(self, objects, roots):
        """Flash, RAM, largest frame, deepest chain."""
        elf = os.path.join(self.work, "all.elf")
        subprocess.run(["arm-none-eabi-gcc", "-mcpu=" + self.cpu, "-mthumb", "-nostdlib",
                        "-Wl,--gc-sections", "-Wl,-e," + roots[0],
                        "-Wl,--unresolved-symbols=ignore-all", "-Wl,--no-warn-rwx-segments",
                        *["-Wl,-u," + r for r in roots], *objects, "-lgcc", "-o", elf], check=True,
                       stderr=subprocess.DEVNULL)
        text, data = map(int, subprocess.run(["arm-none-eabi-size", elf], check=True,
                                             capture_output=True, text=True)
                         .stdout.splitlines()[1].split()[:2])
        symbols = subprocess.run(["arm-none-eabi-nm", "-S", elf], check=True, capture_output=True,
                                 text=True).stdout
        present = set(re.findall(r" [tT] (\S+)", symbols))
        ram = sum(int(n, 16) for n in re.findall(r"^\S+ (\S+) [bBdD] ", symbols, re.M))
        return text + data, ram, *self.stack(objects, present)

    @staticmethod
    def stack(objects, present):
        frames, calls = {}, {}
        for o in objects:
            graph = open(o[:-2] + ".ci").read()
            for name, label in re.findall(r'node: \{ title: "([^"]+)" label: "([^"]*)"', graph):
                size = re.search(r"(\d+) bytes", label)
                if size and name.split(":")[-1] in present:
                    frames[name] = int(size[1])
            for a, b in re.findall(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', graph):
                calls.setdefault(a, set()).add(b)
        depth = {}

        def deepest(name):
            if name not in depth:
                depth[name] = 0  # lest recursion in a peer goes on for ever
                depth[name] = frames.get(name, 0) + max(map(deepest, calls.get(name, ())),
                                                        default=0)
            return depth[name]

        return max(frames.values(), default=0), max(map(deepest, frames), default=0)


def modules(lwip, folder):
    parts = {"libnetproto": sorted(glob.glob("libnetproto/src/*.c")),
             "lwip": [f for f in sorted(glob.glob("ports/stm32/lwip/src/*.c"))]}
    for name in ("http", "tftp", "sntp", "modbus"):
        parts[name] = protocol(name)
    eth = sorted(glob.glob("ports/stm32/eth/*.c")) + sorted(glob.glob("ports/stm32/netif/*.c"))
    parts["eth1"] = [f for f in eth if not f.endswith("_v2.c")]
    parts["eth2"] = [f for f in eth if not f.endswith("_v1.c")]
    for name, rooms, roots, budget in OURS:
        sources = [s for room in rooms for s in parts[room]]
        options = ["-DPBUF_POOL_SIZE=2", "-DLWIP_DISABLE_TCP_SANITY_CHECKS=1"] \
            if rooms[0].startswith("eth") else []
        yield name, sources, options, roots, budget, True
    for name, sources, options, roots in peers_of(lwip, folder):
        yield name, sources, options, roots, None, False


def measure_cpu(cpu, lwip, folder, work):
    work = os.path.join(work, cpu)
    os.makedirs(work)
    build = Build(cpu, lwip, work)
    return [build.measure(build.compile(sources, options), roots)
            for _, sources, options, roots, _, _ in modules(lwip, folder)]


def state_sizes(lwip, work):
    source = os.path.join(work, "sizes.c")
    with open(source, "w") as f:
        for _, header in STATES:
            f.write("#include <%s>\n" % header)
        for i, (name, _) in enumerate(STATES):
            f.write("char size_%d[sizeof(%s)];\n" % (i, name))
    [object_] = Build("cortex-m4", lwip, work).compile([source])
    found = subprocess.run(["arm-none-eabi-nm", "-S", object_], check=True, capture_output=True,
                           text=True).stdout
    return [int(re.search(r"\S+ (\S+) \w size_%d$" % i, found, re.M)[1], 16)
            for i in range(len(STATES))]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lwip", required=True)
    p.add_argument("--peers")
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as work:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda c: measure_cpu(c, a.lwip, a.peers, work), CPUS))
        sizes = state_sizes(a.lwip, work)
    print("%-32s %35s %6s %6s %6s %7s" % ("", "flash, bytes", "RAM", "frame", "chain", "budget"))
    print("%-32s %8s %8s %8s %8s %6s %6s %6s %7s" % ("", "M0+", "M3", "M4", "M7", "", "", "", "M4"))
    bad = 0
    for i, (name, _, _, _, budget, ours) in enumerate(modules(a.lwip, a.peers)):
        m4 = results[2][i]
        over = budget is not None and m4[0] > budget
        bad += ours and not name.startswith(("binding", "Ethernet")) and m4[1] > 0
        print("%-32s %8d %8d %8d %8d %6d %6d %6d %7s%s" % (
            name, *(r[i][0] for r in results), *m4[1:], budget or "", " over" if over else ""))
    print()
    for (name, _), size in zip(STATES, sizes):
        print("%-32s %8d bytes on M4" % (name, size))
    raise SystemExit("a machine has data or bss" if bad else 0)


main()
