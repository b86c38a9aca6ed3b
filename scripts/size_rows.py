# SPDX-License-Identifier: MIT
"""What size.sh measures: a row is what some firmware calls, and what that may take."""
import dataclasses
import glob


@dataclasses.dataclass
class Row:
    """Something that is linked for a Cortex-M4, and its limits in bytes; none: not checked."""

    name: str
    calls: list  # what the application calls
    macros: str = ""  # as in -D
    flash: int = None
    ram: int = 0
    frame: int = 128
    chain: int = 512
    why: str = ""  # the reason for another frame or chain
    sources: list = dataclasses.field(default_factory=list)  # beside netprotoFiles.cmake and lwip/
    flags: list = dataclasses.field(default_factory=list)


def machine(name, *commands):
    verbs = ("init_", "next", "out", "sent", "deadline", "want", "fail", *commands)
    return ["netp_%s_%s" % (name, verb) for verb in verbs]


HTTP1 = machine("http1", "send", "send_head", "send_body", "lend_body", "send_end")
HTTP1_WHOLE = machine("http1", "send")  # messages at once, from one place
HTTP_PARSER = ["netp_http_head_init", "netp_http_head_parse", "netp_http_head_find"]
TFTP = machine("tftp", "cfg_init", "accept", "abort", "give")
TFTP_IN = machine("tftp", "cfg_init", "accept", "abort")  # what takes in firmware images
SNTP_CLIENT = machine("sntp_client", "cfg_init", "ask")
# What the profile for firmware leaves out of HTTP.
with open("ports/stm32/firmware.txt") as left_out:
    HTTP1_FIRMWARE = " ".join(m for m in left_out.read().split() if m.startswith("NETP_HTTP1_"))
HTTP1_LEAST = (HTTP1_FIRMWARE + " NETP_HTTP1_NO_KEEPALIVE NETP_HTTP1_NO_LEND NETP_HTTP1_NO_EXPECT"
               " NETP_HTTP1_NO_ABSOLUTE NETP_HTTP1_NO_CHUNKED_SENT")
MODBUS_SERVER = machine("modbus_server", "respond") + ["netp_modbus_map_answer"]
MODBUS_CLIENT = machine("modbus_client", "request")
LWIP_TCP = ["netp_lwip_loop_init", "netp_lwip_listen", "netp_lwip_tcp_open", "netp_lwip_tcp_kick",
            "netp_lwip_tcp_abort", "netp_lwip_on_segment"]
LWIP_UDP = ["netp_lwip_loop_init", "netp_lwip_udp_open", "netp_lwip_udp_abort"]
ETHIF = ["netp_ethif_init", "netp_ethif_poll", "netp_ethif_irq"]

# A TFTP of RFC 1350 alone, blocks of 512 bytes in octet mode, copied.
TFTP_PLAIN = ("NETP_TFTP_NO_OPTIONS NETP_TFTP_NO_NETASCII NETP_TFTP_NO_LEND NETP_TFTP_NO_RTT"
              " NETP_TFTP_NO_TEXT NETP_TFTP_NO_WRAP_TO_1")
# What a device with Modbus TCP and the codes 01 to 06, 0F and 10 leaves out.
MODBUS_TCP = ("NETP_MODBUS_COMMON_ONLY NETP_MODBUS_NO_RTU NETP_MODBUS_NO_ASCII"
              " NETP_MODBUS_NO_DATAGRAMS NETP_MODBUS_NO_SERIAL_DIAGNOSTICS")
# The driver has receive buffers of its own, which lwIP's check of its options does not know of.
ETHIF_OPTIONS = "PBUF_POOL_SIZE=2 LWIP_DISABLE_TCP_SANITY_CHECKS=1"


def eth(generation, other):
    sources = glob.glob("ports/stm32/eth/*.c") + glob.glob("ports/stm32/netif/*.c")
    return sorted(s for s in sources if not s.endswith("_v%d.c" % other))


ROWS = [
    Row("HTTP/1.1, both roles, all", HTTP1, flash=13100),
    Row("  server, all", HTTP1, "NETP_HTTP1_NO_CLIENT", flash=11380),
    Row("  server, firmware profile", HTTP1, "NETP_HTTP1_NO_CLIENT NETP_HTTP1_NO_CHUNKED " +
        HTTP1_FIRMWARE, flash=6600),
    Row("  server, smallest", HTTP1_WHOLE, "NETP_HTTP1_NO_CLIENT NETP_HTTP1_NO_CHUNKED " +
        HTTP1_LEAST, flash=5120),
    Row("  client, all", HTTP1, "NETP_HTTP1_NO_SERVER", flash=9980),
    Row("  client, firmware profile", HTTP1, "NETP_HTTP1_NO_SERVER " + HTTP1_FIRMWARE, flash=7350),
    Row("  client, smallest", HTTP1_WHOLE, "NETP_HTTP1_NO_SERVER " + HTTP1_LEAST, flash=5550),
    Row("  its parser of heads", HTTP_PARSER, flash=1400),
    Row("TFTP, all roles", TFTP, flash=6950),
    Row("  server", TFTP, "NETP_TFTP_NO_CLIENT", flash=6000),
    Row("  server of RFC 1350", TFTP, "NETP_TFTP_NO_CLIENT " + TFTP_PLAIN, flash=3110),
    Row("  server that receives", TFTP_IN, "NETP_TFTP_NO_CLIENT NETP_TFTP_NO_SEND " + TFTP_PLAIN,
        flash=2470),
    Row("  client", TFTP, "NETP_TFTP_NO_SERVER", flash=6200),
    Row("  client of RFC 1350", TFTP, "NETP_TFTP_NO_SERVER " + TFTP_PLAIN, flash=3450),
    Row("  client that receives", TFTP_IN, "NETP_TFTP_NO_SERVER NETP_TFTP_NO_SEND " + TFTP_PLAIN,
        flash=2780),
    Row("SNTP client", SNTP_CLIENT, flash=1290),
    Row("  without keys", SNTP_CLIENT, "NETP_SNTP_NO_KEY", flash=1229),
    Row("SNTP server", ["netp_sntp_answer"], flash=300),
    Row("Modbus server, all, and map", MODBUS_SERVER, flash=7600),
    Row("  without ASCII", MODBUS_SERVER, "NETP_MODBUS_NO_ASCII", flash=6800),
    Row("  Modbus TCP, all codes", MODBUS_SERVER, "NETP_MODBUS_NO_RTU NETP_MODBUS_NO_ASCII"
        " NETP_MODBUS_NO_SERIAL_DIAGNOSTICS", flash=4500),
    Row("  Modbus TCP, common codes", MODBUS_SERVER, MODBUS_TCP, flash=2400),
    Row("Modbus client, all", MODBUS_CLIENT, flash=4900),
    Row("  Modbus TCP, all codes", MODBUS_CLIENT, "NETP_MODBUS_NO_RTU NETP_MODBUS_NO_ASCII",
        flash=3250),
    Row("  Modbus TCP, common codes", MODBUS_CLIENT, MODBUS_TCP, flash=2350),
    Row("  one request at a time", MODBUS_CLIENT, MODBUS_TCP + " NETP_MODBUS_NO_WINDOW"
        " NETP_MODBUS_NO_RETRY NETP_MODBUS_NO_TEXT", flash=2060),
    Row("binding to lwIP, TCP server", LWIP_TCP, flash=2090),
    Row("binding to lwIP, UDP", LWIP_UDP, flash=1290),
    Row("Ethernet driver v1, netif", ETHIF, ETHIF_OPTIONS, flash=2253, sources=eth(1, 2)),
    Row("Ethernet driver v2, netif", ETHIF, ETHIF_OPTIONS, flash=2253, sources=eth(2, 1)),
]

# The state of one connection, transfer or port, beside its buffers: type and header.
STATES = [
    ("struct netp_http1", "netproto/http1.h"),
    ("struct netp_tftp", "netproto/tftp.h"),
    ("struct netp_sntp_client", "netproto/sntp_client.h"),
    ("struct netp_modbus_server", "netproto/modbus_server.h"),
    ("struct netp_modbus_client", "netproto/modbus_client.h"),
    ("struct netp_lwip_tcp", "netproto/lwip/tcp.h"),
    ("struct netp_lwip_udp", "netproto/lwip/udp.h"),
]


def lwip_rows(lwip):
    """lwIP's own applications, to compare with."""
    apps = lwip + "/src/apps/"

    def row(name, calls, *sources):
        return Row(name, calls, sources=[apps + s for s in sources])

    return [
        row("lwIP: httpd", ["httpd_init"], "http/httpd.c", "http/fs.c"),
        row("lwIP: TFTP server", ["tftp_init"], "tftp/tftp_server.c"),
        row("lwIP: SNTP client", ["sntp_init", "sntp_setserver"], "sntp/sntp.c"),
        row("lwIP: MQTT client", ["mqtt_client_connect", "mqtt_publish", "mqtt_sub_unsub"],
            "mqtt/mqtt.c"),
    ]
