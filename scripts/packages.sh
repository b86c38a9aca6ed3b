# SPDX-License-Identifier: MIT
#
# For the scripts beside it: which Debian packages each job takes, and how to get them.

build_packages=(cmake make gcc libc6-dev libpsl-dev libssl-dev libxml2-dev pkg-config zlib1g-dev)
test_packages=(g++ libcmocka-dev libsqlite3-dev)
peer_packages=(apache2-utils aria2 atftp busybox cgit curl git libcgi-pm-perl libmodbus-dev mbpoll
    netcat-openbsd nghttp2-client ntpsec-ntpdig openssl python3 python3-pymodbus
    python3-serial-asyncio socat tftp-hpa wget wrk)
board_packages=(dnsmasq-base gcc-arm-none-eabi iperf iproute2 iputils-ping libnewlib-arm-none-eabi
    qemu-system-arm)
fuzz_packages=(afl++ clang libclang-rt-14-dev procps)
ci_packages=(chromium clang clang-format gcc-arm-none-eabi gcc-multilib libnewlib-arm-none-eabi pmccabe)

# Servers that conflict with one another, and would start by themselves: peers.sh unpacks these.
peer_servers=(apache2-bin atftpd chrony dnsmasq-base lighttpd lighttpd-mod-deflate
    lighttpd-mod-openssl microsocks nginx ntpsec squid
    squid-common tftpd-hpa tinyproxy-bin)
# What they are linked with.
peer_libraries=(libapr1 libaprutil1 libbrotli1 libbsd0 libcap2 libcrypt1 libdbus-1-3 libdeflate0 libecap3
    libedit2 libgmp10 libgnutls30 libgssapi-krb5-2 libhogweed6 libidn2-0 libltdl7 libnetfilter-conntrack3
    libnettle8 libnftables1 libpcre2-8-0 libseccomp2 libssl3 libsystemd0 libwrap0 libxxhash0 libzstd1)

# apt-get that asks nothing, removes nothing and does not wait for ever.
quiet_apt() # ARGUMENT...
{
    DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes timeout 900 apt-get -qq \
        -o APT::Install-Recommends=false -o APT::Get::Remove=false -o Dpkg::Use-Pty=0 \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Acquire::http::Timeout=30 \
        "$@" </dev/null
}

# again COMMAND...: up to three times, for a mirror may be slow, or change while it is read. Without
# set -e inside.
again()
{
    local i
    for i in 1 2 3; do
        ! "$@" || return 0
        [ $i = 3 ] || sleep $((5 * i))
    done
    return 1
}

# Takes the index anew where it has not what is wanted, or not as the mirror has it.
fetch() # PACKAGE...
{
    quiet_apt install --download-only "$@" >/dev/null || { quiet_apt update; return 1; }
}

# Installs those that are missing and says so. Needs neither root nor network when none is.
need() # PACKAGE...
{
    local package missing=()
    for package; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing from Debian: ${missing[*]}"
    if [ "$(id -u)" != 0 ]; then
        echo "That needs root: apt-get install ${missing[*]}" >&2
        return 1
    fi
    # An index that is absent or old is fetched first. What comes is checked by apt, and nothing is
    # installed before all is there.
    quiet_apt -s install "${missing[@]}" >/dev/null 2>&1 || quiet_apt update || true
    again fetch "${missing[@]}" && quiet_apt install "${missing[@]}" >/dev/null
}
