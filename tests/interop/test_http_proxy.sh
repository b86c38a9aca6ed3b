#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The client of HTTP through squid, tinyproxy and microsocks, by http and https, with a login and
# without. What is for the proxy must not reach the server.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers nginx squid squid-common tinyproxy-bin microsocks

make_files
make_certificates || exit
start_nginx || exit
start_squid squid && start_squid squid_auth auth || exit
squid_auth=$squid squid=$(sed -n 's/^http_port //p' "$work/squid.squid/conf")
start_tinyproxy tinyproxy && open=$tinyproxy && start_tinyproxy tinyproxy_auth auth || exit
tinyproxy_auth=$tinyproxy tinyproxy=$open
start_microsocks socks && open=$microsocks && start_microsocks socks_auth auth || exit
socks_auth=$microsocks socks=$open
trust=(--cacert "$cacert")
# This address leads to the loopback without being one that goes past all proxies.
loopback=$nginx
nginx=http://0.0.0.0:${nginx##*:} nginx_tls=https://0.0.0.0:${nginx_tls##*:}

both() # WHAT ARGUMENT...: by http and by https
{
    local what=$1 f
    shift
    for f in empty text big; do
        gets "$f $what" "$http_root/$f" "$@" "$nginx/$f"
        gets "$f $what, https" "$http_root/$f" "${trust[@]}" "$@" "$nginx_tls/$f"
    done
}

neither() # WHAT ARGUMENT...
{
    local what=$1
    shift
    never_ok "$what" "$netproto" get "$@" "$nginx/one" -o "$out"
    says_not "wrong-one\|$password" "$what"
    never_ok "$what, https" "$netproto" get "${trust[@]}" "$@" "$nginx_tls/one" -o "$out"
    says_not "wrong-one\|$password" "$what, https"
}

# --- proxies of HTTP -----------------------------------------------------------------------------

: >"$http_logs/nginx"
for proxy in squid tinyproxy; do
    auth=${proxy}_auth
    both "through $proxy" -x "http://${!proxy}"
    both "through $proxy with a login" -x "http://user:$password@${!auth}"
    both "through $proxy with -U" -x "http://${!auth}" -U "user:$password"
    neither "$proxy without a login" -x "http://${!auth}"
    neither "$proxy with a wrong login" -x "http://user:wrong-one@${!auth}"
    gets "a range through $proxy" <(head -c 100 "$http_root/big") -x "http://${!proxy}" -r 0-99 \
        "$nginx/big"
    gets "Basic and $proxy with a login" "$http_root/one" -x "http://user:$password@${!auth}" \
        -u user "$nginx/basic/one"
    gets "Basic by TLS and $proxy with a login" "$http_root/one" -u user "${trust[@]}" \
        -x "http://user:$password@${!auth}" "$nginx_tls/basic/one"
    fails 1 "what is absent through $proxy" "$netproto" get -x "http://${!proxy}" \
        "$nginx/absent" -o "$out"
    never_ok "a server that is not there through $proxy" "$netproto" get -x "http://${!proxy}" \
        "https://0.0.0.0:$(free_port tcp)/" -o "$out"
    move "put through $proxy" "$http_root/big" "$http_root/dav/up" \
        "$netproto" put -x "http://${!proxy}" "$http_root/big" "$nginx/dav/up"
done
# The fields of the log: range, If-Range, Authorization, Proxy-Authorization, Via.
awk -F'[][]' '$8 != ""' "$http_logs/nginx" >"$work/leaks"
[ ! -s "$work/leaks" ] && ok || bad "the server saw the login of the proxy: $(head -n 1 "$work/leaks")"
finds "$http_logs/nginx" '\[1.1 .*(squid' "squid was asked"
finds "$http_logs/nginx" '(tinyproxy' "tinyproxy was asked"
gets "a name that squid alone can resolve" "$http_root/one" -x "http://$squid" \
    "http://origin.test:${nginx##*:}/one"

# --- from the environment ------------------------------------------------------------------------

# It writes of a request when its connection has ended.
soon lines 1 origin.test "$work/squid.squid/access.log"

asked() # the requests that squid had so far
{
    wc -l <"$work/squid.squid/access.log"
}

marks=0
through() # yes|no WHAT VARIABLE=VALUE... URL; squid knows of it before it knows of one more request
{
    local want=$1 what=$2 before is=no
    shift 2
    before=$(asked)
    expect 0 "$what" env "${@:1:$#-1}" "$netproto" get "${trust[@]}" "${!#}" -o "$out"
    marks=$((marks + 1))
    gets "$what, and one more" "$http_root/sub/a b" -x "http://$squid" "$nginx/sub/a%20b"
    [ "$want" = no ] || soon lines $((before + 2)) . "$work/squid.squid/access.log"
    soon lines $marks /sub/ "$work/squid.squid/access.log"
    [ "$(asked)" -lt $((before + 2)) ] || is=yes
    [ $is = "$want" ] && ok || bad "$what: through the proxy: $is"
}

through yes "http_proxy" http_proxy="http://$squid" "$nginx/one"
through no "http_proxy and https" http_proxy="http://$squid" "$nginx_tls/one"
through yes "https_proxy" https_proxy="http://$squid" "$nginx_tls/one"
through yes "all_proxy" all_proxy="http://$squid" "$nginx/one"
through no "HTTP_PROXY, which a CGI might get" HTTP_PROXY="http://$squid" "$nginx/one"
through no "http_proxy and a loopback address" http_proxy="http://$squid" "$loopback/one"
through no "no_proxy, address" http_proxy="http://$squid" no_proxy="x.test,0.0.0.0" "$nginx/one"
through no "no_proxy, CIDR" http_proxy="http://$squid" no_proxy="0.0.0.0/8" "$nginx/one"
through yes "no_proxy, another" http_proxy="http://$squid" no_proxy="0.0.0.1,host" "$nginx/one"
through no "no_proxy, all" https_proxy="http://$squid" no_proxy="*" "$nginx_tls/one"

# --- SOCKS ---------------------------------------------------------------------------------------

both "through microsocks" -x "socks5://$socks"
both "through microsocks, name and all" -x "socks5h://$socks"
both "through microsocks with a login" -x "socks5h://user:$password@$socks_auth"
neither "microsocks without a login" -x "socks5h://$socks_auth"
neither "microsocks with a wrong login" -x "socks5h://user:wrong-one@$socks_auth"
finds "$work/socks.log" "connected to 0.0.0.0:" "microsocks was asked"
# A name that we can resolve, and the proxy can't.
name=(--resolve "some.test:${nginx##*:}:0.0.0.0" "http://some.test:${nginx##*:}/one")
gets "a name that we resolve" "$http_root/one" -x "socks5://$socks" "${name[@]}"
never_ok "a name for the proxy to resolve" "$netproto" get -x "socks5h://$socks" "${name[@]}" -o "$out"
never_ok "a server that is not there through microsocks" "$netproto" get -x "socks5://$socks" \
    "http://0.0.0.0:$(free_port tcp)/" -o "$out"

# --- proxies that are none -----------------------------------------------------------------------

fails 3 "no proxy there" "$netproto" get -x "http://127.0.0.1:$(free_port tcp)" "$nginx/one" -o "$out"
start_python python || exit
fails 5 "a proxy that talks nonsense" "$netproto" get -x "$python" http://some.test/raw/noise -o "$out"
never_ok "no proxy of SOCKS" "$netproto" get -x "socks5://${nginx#http://}" "$nginx/one" -o "$out"
summary
