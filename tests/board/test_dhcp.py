#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A board that nobody gives an address has one of its own, until somebody does. It is one with the driver
of STM32: what it hears of a group has passed the filter of the MAC."""
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from board import check, summary
from tap import Dhcp, TapBoard, enter_namespace, group, pulled, sh

enter_namespace("dnsmasq", "ping")

b = TapBoard("--mac", "v1", "--chip", "an386")
dhcp = None
try:
    sh("ip address add 192.168.1.1/24 dev " + b.interface)
    b.host = b.wait_for(r"address (192\.168\.1\.77)")
    check(b.served(), "served at the address of its own")
    dhcp = Dhcp(b, "192.168.177.50")
    b.host = b.wait_for(r"address (192\.168\.177\.50)")  # it asks once a minute by then
    check(b.served(), "served at the address it is given")
    pulled(b)
    check(b.served(), "and after the cable was pulled")
    group(b)
    check(b.text().count("address 192.168.1.77") == 1, "its own is not taken again")
finally:
    b.stop()
    if dhcp:
        dhcp.stop()
    shutil.rmtree(b.work, ignore_errors=True)
summary()
