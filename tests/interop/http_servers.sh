# SPDX-License-Identifier: MIT
#
# For the tests of HTTP, after peers.sh: starts web servers and proxies of others with a
# configuration of their own, on loopback and below $work, and makes what they serve. Each start_X
# sets the variable X to the server's URL. As everything of peers.sh they are stopped by pid.

http_root=$work/www
http_logs=$work/logs
password=Pa55-word
out=$work/out
export NETPROTO_PASSWORD=$password
unset http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY

need_http_peers() # SERVER...: ends the test as skipped when one is missing
{
    local s
    for s in python3 openssl curl; do
        command -v $s >/dev/null || { echo "no $s here"; exit 77; }
    done
    for s; do
        [ -d "$servers/$s" ] || { echo "no $s in $servers: run scripts/peers.sh"; exit 77; }
    done
}

# What is served: nothing, a byte, 100 KB of text, 10 MB that no coding makes smaller.
make_files()
{
    mkdir -p "$http_root/sub" "$http_logs"
    : >"$http_root/empty"
    printf x >"$http_root/one"
    seq 1 20000 | head -c 100000 >"$http_root/text"
    head -c 10000000 /dev/urandom >"$http_root/big"
    head -c 10000000 /dev/urandom >"$http_root/other"
    cp "$http_root/text" "$http_root/page.html"
    printf 'a name' >"$http_root/sub/a b"
    touch -d '2026-07-01 00:00:00 UTC' "$http_root"/*
    chmod -R a+rX "$work"
    chmod 777 "$http_logs" # some servers are nobody
}
http_files=(empty one text big)

# --- certificates ------------------------------------------------------------------------------

# make_ca NAME: a certification authority, $work/tls/NAME.pem and NAME.key.
make_ca()
{
    mkdir -p "$work/tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -keyout "$work/tls/$1.key" -out "$work/tls/$1.pem" -subj "/CN=Test CA $1" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
        2>/dev/null
}

# make_leaf NAME CA SUBJECT EXTENSIONS [DAYS]: $work/tls/NAME.pem and NAME.key.
make_leaf()
{
    local at=$work/tls
    printf '%b\n' "basicConstraints=CA:FALSE\n$4" >"$at/$1.ext"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$at/$1.key" \
        -out "$at/$1.csr" -subj "$3" 2>/dev/null &&
        openssl x509 -req -in "$at/$1.csr" -CA "$at/$2.pem" -CAkey "$at/$2.key" \
            -CAcreateserial -days "${5:-2}" -extfile "$at/$1.ext" -out "$at/$1.pem" 2>/dev/null
}

localhost_names='subjectAltName=DNS:localhost,IP:127.0.0.1,IP:0.0.0.0'

# A CA that the tests trust, and a leaf of it for this machine.
make_certificates()
{
    make_ca ca && make_leaf good ca /CN=localhost "$localhost_names" &&
        chmod a+r "$work/tls"/* && cacert=$work/tls/ca.pem
}

# --- servers -----------------------------------------------------------------------------------

# start_nginx [CONFIGURATION]: $nginx, and with make_certificates $nginx_tls; CONFIGURATION is put
# into the server. One process, so that KILL ends it in the middle of what it does.
start_nginx()
{
    local port tls_port
    port=${nginx_port:-$(free_port tcp)}
    tls_port=$(free_port tcp)
    nginx=http://127.0.0.1:$port
    nginx_tls=https://localhost:$tls_port
    mkdir -p "$work/nginx" "$http_root/dav"
    echo "user:$(openssl passwd -apr1 "$password")" >"$work/nginx/users"
    cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/nginx.pid; error_log $http_logs/nginx.err warn;
worker_processes 1; events { worker_connections 512; }
http {
    log_format asked escape=none '\$status \$request_method \$request_uri [\$http_range] [\$http_if_range] '
        '[\$http_authorization] [\$http_proxy_authorization] [\$http_via] [\$connection]';
    access_log $http_logs/nginx asked;
    client_body_temp_path $work/nginx/body; proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fcgi; uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi; client_max_body_size 0; sendfile on;
    keepalive_requests 1000000; types { text/html html; } default_type text/plain;
    gzip on; gzip_types text/plain; gzip_proxied any;
    server {
        listen 127.0.0.1:$port;
        ${cacert:+listen 127.0.0.1:$tls_port ssl; ssl_certificate $work/tls/good.pem;}
        ${cacert:+ssl_certificate_key $work/tls/good.key; ssl_client_certificate $cacert;}
        ${cacert:+ssl_verify_client optional; ssl_protocols TLSv1.2 TLSv1.3;}
        root $http_root;
        location /plain/ { alias $http_root/; gzip off; default_type application/octet-stream; }
        location /slow/ { alias $http_root/; gzip off; limit_rate ${slow_rate:-400k}; }
        location /basic/ {
            alias $http_root/; auth_basic "a realm"; auth_basic_user_file $work/nginx/users;
        }
        location /dav/ { dav_methods PUT DELETE; create_full_put_path on; }
        location /me { return 200 "cert=[\$ssl_client_s_dn] sni=[\$ssl_server_name] \$ssl_protocol\n"; }
        location /to { return 302 \$arg_url; }
        ${1:-}
    }
}
CONF
    start nginx "$servers/nginx/usr/sbin/nginx" -e "$http_logs/nginx.err" -c "$work/nginx.conf" \
        -p "$work/nginx"
    wait_for tcp "$port" && { [ -z "${cacert:-}" ] || wait_for tcp "$tls_port"; }
}

# $apache: Basic, Digest by MD5, gzip, scripts, WebDAV.
start_apache()
{
    local port m name modules=$servers/apache2-bin/usr/lib/apache2/modules
    port=$(free_port tcp)
    apache=http://127.0.0.1:$port
    mkdir -p "$work/apache" "$work/dav" "$work/cgi"
    chmod 777 "$work/apache" "$work/dav"
    echo "user:$(openssl passwd -apr1 "$password")" >"$work/apache/users"
    echo "user:realm:$(printf %s "user:realm:$password" | md5sum | cut -d' ' -f1)" \
        >"$work/apache/digests"
    printf '#!/bin/sh\nprintf "Content-Type: text/x-script\\n\\n"\nexec cat\n' >"$work/cgi/cat"
    chmod 755 "$work/cgi/cat"
    {
        for m in mpm_prefork authn_core authz_core authz_user authn_file auth_basic auth_digest \
            mime alias cgi filter deflate dav dav_fs; do
            name=${m}_module
            echo "LoadModule $name $modules/mod_$m.so"
        done
        cat <<CONF
ServerRoot $work/apache
ServerName localhost
PidFile $work/apache/pid
Mutex file:$work/apache default
DefaultRuntimeDir $work/apache
Listen 127.0.0.1:$port
ErrorLog $http_logs/apache.err
LogFormat "%>s %m %U [%{Authorization}i]" asked
User www-data
Group www-data
StartServers 2
MaxRequestWorkers 8
KeepAlive On
AddType text/plain txt
TypesConfig /dev/null
ForceType text/plain
DocumentRoot $http_root
AddOutputFilterByType DEFLATE text/plain
DavLockDB $work/apache/locks
ScriptAlias /cgi/ $work/cgi/
Alias /basic/ $http_root/
Alias /digest/ $http_root/
Alias /dav/ $work/dav/
Redirect 307 /moved http://127.0.0.1:$port/cgi
<Directory />
  Require all granted
</Directory>
<Location /cgi/>
  SetHandler cgi-script
  Options +ExecCGI
  ForceType None
</Location>
<Location /dav/>
  Dav On
</Location>
<Location /basic/>
  AuthType Basic
  AuthName realm
  AuthUserFile $work/apache/users
  Require valid-user
</Location>
<Location /digest/>
  AuthType Digest
  AuthName realm
  AuthUserFile $work/apache/digests
  AuthDigestNonceLifetime 2
  Require valid-user
</Location>
CONF
    } >"$work/apache.conf"
    # In a process group of its own: when told to end it sends TERM to all of its group.
    start apache setsid "$servers/apache2-bin/usr/sbin/apache2" -f "$work/apache.conf" -DFOREGROUND
    wait_for tcp "$port"
}

# $lighttpd: Basic, Digest by SHA-256, gzip and deflate, scripts.
start_lighttpd()
{
    local port modules=$work/lighttpd/modules
    port=$(free_port tcp)
    lighttpd=http://127.0.0.1:$port
    mkdir -p "$modules" "$work/cgi"
    ln -sf "$servers"/lighttpd*/usr/lib/lighttpd/*.so "$modules"
    echo "user:$password" >"$work/lighttpd/users"
    cat >"$work/cgi/length.sh" <<'CGI'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
head -c 70000 ../www/big
sleep 0.2
tail -c +70001 ../www/big
CGI
    printf '#!/bin/sh\nprintf "Content-Type: text/x-script\\r\\n\\r\\n"\nexec cat\n' >"$work/cgi/cat.sh"
    chmod 755 "$work"/cgi/*.sh
    cat >"$work/lighttpd.conf" <<CONF
server.modules = ("mod_alias", "mod_auth", "mod_authn_file", "mod_cgi", "mod_deflate")
server.document-root = "$http_root"
server.bind = "127.0.0.1"
server.port = $port
server.errorlog = "$http_logs/lighttpd.err"
server.upload-dirs = ("$work/lighttpd")
server.stream-response-body = 1
mimetype.assign = ("" => "text/plain")
deflate.mimetypes = ("text/plain")
deflate.allowed-encodings = ("gzip", "deflate")
auth.backend = "plain"
auth.backend.plain.userfile = "$work/lighttpd/users"
auth.require = (
    "/sha256/" => ("method" => "digest", "algorithm" => "SHA-256", "realm" => "r",
                   "require" => "valid-user"),
    "/md5/" => ("method" => "digest", "algorithm" => "MD5", "realm" => "r",
                "require" => "valid-user"),
    "/basic/" => ("method" => "basic", "realm" => "r", "require" => "valid-user"))
alias.url = ("/sha256/" => "$http_root/", "/md5/" => "$http_root/", "/basic/" => "$http_root/",
             "/cgi/" => "$work/cgi/")
\$HTTP["url"] =~ "^/cgi/" { cgi.assign = ("" => "") deflate.mimetypes = () }
CONF
    start lighttpd "$servers/lighttpd/usr/sbin/lighttpd" -D -m "$modules" -f "$work/lighttpd.conf"
    wait_for tcp "$port"
}

# start_s_server NAME CERTIFICATE [OPTION...]: sets $s_server. It serves files, one client after the
# other, by HTTP/1.0.
start_s_server()
{
    local name=$1 leaf=$2 port
    shift 2
    port=$(free_port tcp)
    start "$name" env -C "$http_root" openssl s_server -accept 127.0.0.1:"$port" -WWW \
        -cert "$work/tls/$leaf.pem" -key "$work/tls/$leaf.key" "$@"
    s_server=https://localhost:$port
    wait_for tcp "$port"
}

# start_python NAME [CERTIFICATE]: http_server.py, whose log is $work/NAME.log; sets $python.
start_python()
{
    local scheme=http host=127.0.0.1
    if [ -n "${2:-}" ]; then
        start "$1" python3 ./http_server.py "$http_root" "$work/tls/$2.pem" "$work/tls/$2.key"
        scheme=https host=localhost
    else
        start "$1" python3 ./http_server.py "$http_root"
    fi
    python=$scheme://$host:$(port_of "$1") || { cat "$work/$1.log"; return 1; }
}

# serve NAME ARGUMENT...: netproto httpd; sets port, its first, and http.
serve()
{
    local name=$1
    shift
    start "$name" "$netproto" httpd --listen 127.0.0.1:0 "$@"
    port=$(port_of "$name") || { cat "$work/$name.log"; exit 1; }
    http=http://127.0.0.1:$port
}

# What AddressSanitizer keeps of freed memory says nothing of a server.
is_sanitized() { ldd "$netproto" | grep -q libasan; }
memory() { awk '$1 == "RssAnon:" {print $2}' "/proc/${pid_of[$1]}/status"; } # NAME: in KiB
descriptors() { find "/proc/${pid_of[$1]}/fd" -type l | wc -l; }             # NAME
few_descriptors() { [ "$(descriptors "$1")" -le "$2" ]; }                    # NAME MOST

# --- proxies -----------------------------------------------------------------------------------

# start_squid NAME [auth]: $squid is host:port; with auth for user:$password. It alone knows of a
# host origin.test.
start_squid()
{
    local port at=$work/squid.$1
    port=$(free_port tcp)
    squid=127.0.0.1:$port
    mkdir -p "$at"
    echo "user:$(openssl passwd -apr1 "$password")" >"$at/users"
    echo "127.0.0.1 origin.test" >"$at/hosts"
    {
        cat <<CONF
http_port $squid
pid_filename none
hosts_file $at/hosts
cache_log $at/cache.log
cache_store_log none
access_log stdio:$at/access.log
netdb_filename none
coredump_dir $at
unlinkd_program /bin/true
error_directory $at
mime_table $servers/squid-common/usr/share/squid/mime.conf
icon_directory $servers/squid-common/usr/share/squid/icons
cache_mem 1 MB
cache deny all
max_filedescriptors 256
visible_hostname peer
shutdown_lifetime 0 seconds
pinger_enable off
CONF
        if [ "${2:-}" = auth ]; then
            echo "auth_param basic program $servers/squid/usr/lib/squid/basic_ncsa_auth $at/users"
            echo "auth_param basic children 1"
            echo "acl users proxy_auth REQUIRED"
            echo "http_access allow users"
            echo "http_access deny all"
        else
            echo "http_access allow all"
        fi
    } >"$at/conf"
    chmod 777 "$at" # it becomes the user proxy
    start "$1" "$servers/squid/usr/sbin/squid" -N -n "p$port" -f "$at/conf"
    wait_for tcp "$port"
}

# start_tinyproxy NAME [auth]: $tinyproxy is host:port.
start_tinyproxy()
{
    local port
    port=$(free_port tcp)
    tinyproxy=127.0.0.1:$port
    cat >"$work/$1.conf" <<CONF
Port $port
Listen 127.0.0.1
Timeout 30
MaxClients 50
Allow 127.0.0.1
LogLevel Connect
ViaProxyName "peer"
${2:+BasicAuth user $password}
CONF
    start "$1" "$servers/tinyproxy-bin/usr/bin/tinyproxy" -d -c "$work/$1.conf"
    wait_for tcp "$port"
}

# start_microsocks NAME [auth]: $microsocks is host:port.
start_microsocks()
{
    local port
    port=$(free_port tcp)
    microsocks=127.0.0.1:$port
    start "$1" "$servers/microsocks/usr/bin/microsocks" -i 127.0.0.1 -p "$port" \
        ${2:+-u user -P "$password"}
    wait_for tcp "$port"
}

# --- what a test looks at ----------------------------------------------------------------------

# status_of STATUS WHAT CURL-ARGUMENT...: the body is in $work/body, the head in last.log.
status_of()
{
    local want=$1 what=$2 got
    shift 2
    got=$(curl -s -m 120 -o "$work/body" -D "$work/last.log" -w '%{http_code}' --path-as-is "$@")
    [ "$got" = "$want" ] && ok || bad "$what: status $got, not $want"
}

body_says() # PATTERN WHAT: what status_of got holds it
{
    grep -q -e "$1" "$work/body" && ok || bad "$2: no '$1' in: $(head -c 300 "$work/body")"
}

# fails STATUS WHAT COMMAND...: it ends with that status, and leaves no file $out.
fails()
{
    rm -f "$out" "$out".*
    expect "$@"
    [ ! -e "$out" ] && ok || bad "$2: it left a file of $(wc -c <"$out") bytes"
}

# never_ok WHAT COMMAND...: it ends with some status of failure, and leaves no file $out. What
# failed is said; of which kind it is may depend on who noticed first.
never_ok()
{
    local what=$1 status
    shift
    rm -f "$out" "$out".*
    timeout 300 "$@" >"$work/last.log" 2>&1 </dev/null
    status=$?
    case $status in
    1 | 3 | 4 | 5) ok ;;
    *) bad "$what: exit status $status: $(tail -n 2 "$work/last.log")" ;;
    esac
    [ ! -e "$out" ] && ok || bad "$what: it left a file of $(wc -c <"$out") bytes"
    [ -s "$work/last.log" ] && ok || bad "$what: not a word"
}

# gets WHAT FILE ARGUMENT...: `netproto get ARGUMENT...` makes $out the same as FILE.
gets()
{
    local what=$1 from=$2
    shift 2
    rm -f "$out".*
    move "$what" "$from" "$out" "$netproto" get "$@" -o "$out"
}

# stays WHAT FILE URL: a copy of FILE that is there is not fetched again by -C
stays()
{
    cp "$2" "$out"
    expect 0 "-C of what is complete, $1" "$netproto" get -C "$3" -o "$out"
    says "complete already" "-C of what is complete, $1"
    ls "$out".* >/dev/null 2>&1 && bad "left over: $(ls "$out".*)" || ok
}

# comes WHAT FILE URL: what is there is fetched anew by -C
comes()
{
    expect 0 "-C, $1" "$netproto" get -C "$3" -o "$out"
    says_not "complete already" "-C, $1"
    cmp -s "$2" "$out" && ok || bad "-C, $1: not the same"
}

# finds FILE PATTERN WHAT: the log of a server holds it
finds()
{
    soon grep -q -e "$2" "$1" && ok || bad "$3: no '$2' in: $(tail -n 3 "$1")"
}

finds_not() # FILE PATTERN WHAT
{
    ! grep -q -e "$2" "$1" && ok || bad "$3: $(grep -e "$2" "$1" | head -n 1)"
}

# uses WHAT URL STEP...: a browser takes these steps (browser.py)
browser=$(command -v chromium || command -v chromium-browser)
uses()
{
    local what=$1
    shift
    expect 0 "$what" python3 ./browser.py "$browser" "$(mktemp -d -p "$work")" "$@"
}
