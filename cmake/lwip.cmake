# SPDX-License-Identifier: MIT
#
# NETPROTO_LWIP_DIR: where scripts/get-lwip.sh has put lwIP, for what is tested with it on the host.
set(lwip_paths $ENV{LWIP_DIR} $ENV{NETPROTO_LWIP}/lwip /opt/netproto-lwip/lwip)
find_path(NETPROTO_LWIP_DIR src/include/lwip/init.h PATHS ${lwip_paths} NO_DEFAULT_PATH
    DOC "A source tree of lwIP, for the tests of its binding")
