# SPDX-License-Identifier: MIT
"""pymodbus_thermostat.py HOST PORT: pymodbus as client of the board's thermostat, whose registers are
told of in examples/thermostat/thermostat.h."""
import logging
import struct
import sys

from pymodbus.client import ModbusTcpClient
from pymodbus.mei_message import ReadDeviceInformationRequest

logging.disable(logging.CRITICAL)
c = ModbusTcpClient(sys.argv[1], port=int(sys.argv[2]), timeout=10)
assert c.connect()
u = {"slave": 1}

assert not c.write_registers(0, [210, 3, 5, 50, 350], **u).isError()
assert c.read_holding_registers(0, 5, **u).registers == [210, 3, 5, 50, 350]
assert not c.write_register(0, 235, **u).isError()
assert c.read_holding_registers(0, 1, **u).registers == [235]
assert c.write_register(0, 351, **u).exception_code == 3
assert c.write_registers(0, [200, 9], **u).exception_code == 3
assert c.read_holding_registers(0, 2, **u).registers == [235, 3], "nothing of that was written"
# pymodbus 3.0.0rc1 drops slave= of these two
r = c.readwrite_registers(read_address=0, read_count=2, write_address=0, write_registers=[210],
                          unit=1)
assert r.registers == [210, 3], r
assert not c.mask_write_register(1, 0xfffe, 0, unit=1).isError()
assert c.read_holding_registers(1, 1, **u).registers == [2]
assert not c.write_register(1, 3, **u).isError()

r = c.read_input_registers(0, 9, **u).registers
room, outside = (struct.unpack(">h", struct.pack(">H", r[i]))[0] / 10 for i in (0, 8))
assert -40 < outside < 50 and 0 < room < 50, r
assert abs(struct.unpack(">f", struct.pack(">2H", *r[4:6]))[0] - room) <= 0.051, r
assert c.read_input_registers(8, 2, **u).exception_code == 2
assert c.read_input_registers(0, 1, **u).registers
assert c.write_register(90, 1, **u).exception_code == 2

assert not c.write_coil(1, True, **u).isError()
assert c.read_coils(0, 4, **u).bits[:4] == [True, True, False, False]
assert not c.write_coils(0, [True, False, False], **u).isError()
assert c.read_coils(0, 4, **u).bits[:4] == [True, False, False, False]
assert len(c.read_discrete_inputs(0, 5, **u).bits) >= 5
assert c.read_discrete_inputs(0, 6, **u).exception_code == 2
r = c.execute(ReadDeviceInformationRequest(read_code=1, object_id=0, unit=1))
assert r.information[0] == b"netproto" and r.information[1] == b"NP-TH1", r.information
for _ in range(100):
    assert c.read_holding_registers(0, 5, **u).registers == [210, 3, 5, 50, 350]
c.close()
