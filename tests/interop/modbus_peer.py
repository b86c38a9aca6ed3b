# modbus_peer.py: pymodbus as server and client; the tables are those of modbus_peer.c.
#
#     modbus_peer.py server|client tcp PORT | rtu DEVICE | ascii DEVICE
#
# SPDX-License-Identifier: MIT
import logging
import sys

from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer, ModbusSocketFramer

role, kind, where = sys.argv[1:4]
framer = {"tcp": ModbusSocketFramer, "rtu": ModbusRtuFramer, "ascii": ModbusAsciiFramer}[kind]
line = {"baudrate": 115200, "parity": "N", "framer": framer}
logging.disable(logging.CRITICAL)

if role == "server":
    from pymodbus.datastore import (ModbusSequentialDataBlock, ModbusServerContext,
                                    ModbusSlaveContext)
    from pymodbus.device import ModbusDeviceIdentification
    from pymodbus.server import StartSerialServer, StartTcpServer

    def block(values):
        return ModbusSequentialDataBlock(0, values)

    context = ModbusServerContext(
        slaves={1: ModbusSlaveContext(
            co=block([i & 1 for i in range(1000)]), di=block([int(i % 3 == 0) for i in range(1000)]),
            hr=block(list(range(1000))), ir=block(list(range(1000, 2000))), zero_mode=True)},
        single=False)
    identity = ModbusDeviceIdentification()
    identity.VendorName = "pymodbus"
    identity.ProductCode = "PM"
    identity.MajorMinorRevision = "3.0"
    if kind == "tcp":
        StartTcpServer(context=context, identity=identity, address=("127.0.0.1", int(where)))
    else:
        StartSerialServer(context=context, identity=identity, port=where, timeout=0.05, **line)
    sys.exit(0)

from pymodbus.client import ModbusSerialClient, ModbusTcpClient  # noqa: E402
from pymodbus.mei_message import ReadDeviceInformationRequest  # noqa: E402

if kind == "tcp":
    c = ModbusTcpClient("127.0.0.1", port=int(where), timeout=60)
else:
    c = ModbusSerialClient(port=where, timeout=60, **line)
assert c.connect()
u = {"slave": 1}
assert c.read_holding_registers(5, 10, **u).registers == list(range(5, 15))
assert c.read_input_registers(0, 125, **u).registers == list(range(1000, 1125))
assert c.read_coils(0, 16, **u).bits[:16] == [bool(i & 1) for i in range(16)]
assert c.read_discrete_inputs(0, 9, **u).bits[:9] == [i % 3 == 0 for i in range(9)]
assert not c.write_coil(110, True, **u).isError() and c.read_coils(110, 1, **u).bits[0]
assert not c.write_coils(111, [True, False] * 5, **u).isError()
assert c.read_coils(111, 10, **u).bits[:10] == [True, False] * 5
assert not c.write_register(210, 0xbeef, **u).isError()
assert c.read_holding_registers(210, 1, **u).registers == [0xbeef]
assert not c.write_registers(211, list(range(123)), **u).isError()
assert c.read_holding_registers(211, 123, **u).registers == list(range(123))
# pymodbus 3.0.0rc1 drops slave= of these two, and would broadcast
r = c.readwrite_registers(read_address=212, read_count=3, write_address=213,
                          write_registers=[9, 8], unit=1)
assert r.registers == [1, 9, 8], r
assert not c.mask_write_register(210, 0xf2, 0x25, unit=1).isError()
assert c.read_holding_registers(210, 1, **u).registers == [(0xbeef & 0xf2) | (0x25 & ~0xf2)]
assert c.read_holding_registers(60000, 2, **u).exception_code == 2
r = c.execute(ReadDeviceInformationRequest(read_code=1, object_id=0, unit=1))
assert r.information[0], r
c.close()
