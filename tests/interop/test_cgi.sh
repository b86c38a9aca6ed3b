#!/bin/bash
# SPDX-License-Identifier: MIT
#
# CGI with other people's programs: git clone and git push through git http-backend, gitweb and cgit
# where they are installed; and our guest book under our server, Apache and lighttpd where these are.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
unset http_proxy https_proxy all_proxy no_proxy
for program in git curl; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done

cgi=$work/cgi-bin
repos=$work/repos
guestbook=$(dirname "$netproto")/examples/guestbook.cgi
mkdir -p "$cgi" "$repos" "$work/www"

script() # NAME: its text comes on standard input
{
    cat >"$cgi/$1"
    chmod 755 "$cgi/$1"
}

has() # WHAT PATTERN FILE
{
    grep -q -- "$2" "$3" && ok || bad "$1: no $2 in $(head -c 300 "$3")"
}

start_ours()
{
    start ours "$netproto" httpd --root "$work/www" --cgi /cgi-bin/="$cgi" --max-body 64M \
        --listen 127.0.0.1:0
    url=http://127.0.0.1:$(port_of ours)
}

# --- git -----------------------------------------------------------------------------------------

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_TERMINAL_PROMPT=0
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b

script git <<END
#!/bin/sh
export GIT_PROJECT_ROOT=$repos GIT_HTTP_EXPORT_ALL=1
exec git http-backend
END
git init -q --bare "$repos/r.git"
git -C "$repos/r.git" config http.receivepack true

start_ours
git init -q "$work/first"
seq 1 100000 >"$work/first/text"
head -c 3000000 /dev/urandom >"$work/first/big"
git -C "$work/first" add . && git -C "$work/first" commit -qm one
expect 0 "git push, its pack in chunks" \
    git -C "$work/first" push "$url/cgi-bin/git/r.git" HEAD:refs/heads/main
git -C "$repos/r.git" symbolic-ref HEAD refs/heads/main
expect 0 "git clone" git clone -q "$url/cgi-bin/git/r.git" "$work/second"
cmp -s "$work/first/big" "$work/second/big" && ok || bad "git clone: not the same"
echo more >"$work/second/more"
git -C "$work/second" add . && git -C "$work/second" commit -qm two
expect 0 "git push, small" git -C "$work/second" push -q origin HEAD:main
expect 0 "git fetch, its request by gzip" git -C "$work/first" pull -q "$url/cgi-bin/git/r.git" main
[ -f "$work/first/more" ] && ok || bad "git pull: nothing came"
expect 128 "git clone of what is not there" git clone -q "$url/cgi-bin/git/none.git" "$work/none"
[ "$(git -C "$repos/r.git" fsck 2>&1 | grep -c error)" = 0 ] && ok || bad "git fsck"

# --- programs that show it -----------------------------------------------------------------------

if [ -x /usr/share/gitweb/gitweb.cgi ] && perl -e 'use CGI' 2>/dev/null; then
    echo "\$projectroot = '$repos';" >"$work/gitweb.conf"
    script gitweb <<END
#!/bin/sh
export GITWEB_CONFIG=$work/gitweb.conf
exec /usr/share/gitweb/gitweb.cgi
END
    curl -sS "$url/cgi-bin/gitweb" >"$work/page"
    has "gitweb, its list" 'r.git' "$work/page"
    curl -sS "$url/cgi-bin/gitweb/r.git/blob_plain/main:/text" >"$work/page"
    cmp -s "$work/first/text" "$work/page" && ok || bad "gitweb, a file"
    curl -sS -o "$work/page" -w '%{http_code}' "$url/cgi-bin/gitweb?p=none.git" >"$work/status"
    has "gitweb, what is not there" 404 "$work/status"
else
    skip "gitweb: not installed, or no CGI.pm"
fi
if [ -x /usr/lib/cgit/cgit.cgi ]; then
    printf 'virtual-root=/cgi-bin/cgit/\nscan-path=%s\n' "$repos" >"$work/cgitrc"
    script cgit <<END
#!/bin/sh
export CGIT_CONFIG=$work/cgitrc
exec /usr/lib/cgit/cgit.cgi
END
    curl -sS "$url/cgi-bin/cgit/" >"$work/page"
    has "cgit, its list" 'r.git' "$work/page"
    curl -sS "$url/cgi-bin/cgit/r.git/plain/text" >"$work/page"
    cmp -s "$work/first/text" "$work/page" && ok || bad "cgit, a file"
else
    skip "cgit: not installed"
fi

# --- the guest book ------------------------------------------------------------------------------

# The same under each server.
signs() # SERVER URL
{
    rm -f "$work/book.db"
    curl -sS -D "$work/head" -o /dev/null --data-urlencode 'name=<b>Me</b>' \
        --data-urlencode $'text=one & "two"\n\xc3\xa4' "$2"
    has "guest book under $1, the form" '^HTTP/1.1 303 ' "$work/head"
    curl -sS -L -o "$work/page" -F name=You -F 'text="<script>"' "$2"
    has "guest book under $1, escaped" '<b>&lt;b&gt;Me&lt;/b&gt;</b>' "$work/page"
    has "guest book under $1, words" 'one &amp; &quot;two&quot;' "$work/page"
    has "guest book under $1, multipart" '&lt;script&gt;' "$work/page"
    curl -sS -o /dev/null -w '%{http_code}' -d name= "$2" >"$work/status"
    has "guest book under $1, an empty form" 422 "$work/status"
    head -c 20000 /dev/zero | tr '\0' x |
        curl -sS -o /dev/null -w '%{http_code}' --data-binary @- "$2" >"$work/status"
    has "guest book under $1, too much" 413 "$work/status"
}

if [ -x "$guestbook" ]; then
    cp "$guestbook" "$cgi/guestbook.cgi.bin"
    script guestbook.cgi <<END
#!/bin/sh
export GUESTBOOK=$work/book.db
exec ./guestbook.cgi.bin
END
    chmod 777 "$work" "$cgi"
    signs "our server" "$url/cgi-bin/guestbook.cgi"

    modules=/usr/lib/apache2/modules
    if command -v apache2 >/dev/null && [ -e $modules/mod_cgi.so ]; then
        port=$(free_port tcp)
        cat >"$work/apache.conf" <<END
ServerRoot $work
PidFile $work/apache.pid
ServerName localhost
Listen 127.0.0.1:$port
LoadModule mpm_prefork_module $modules/mod_mpm_prefork.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule alias_module $modules/mod_alias.so
LoadModule cgi_module $modules/mod_cgi.so
User nobody
Group nogroup
ErrorLog $work/apache.err
DocumentRoot $work/www
ScriptAlias /cgi-bin/ $cgi/
END
        start apache setsid apache2 -d "$work" -f "$work/apache.conf" -DFOREGROUND
        wait_for tcp "$port" && signs Apache "http://127.0.0.1:$port/cgi-bin/guestbook.cgi"
        stop apache
    else
        skip "Apache: not installed"
    fi
    if command -v lighttpd >/dev/null; then
        port=$(free_port tcp)
        cat >"$work/lighttpd.conf" <<END
server.document-root = "$work/www"
server.bind = "127.0.0.1"
server.port = $port
server.modules = ( "mod_alias", "mod_cgi" )
alias.url = ( "/cgi-bin/" => "$cgi/" )
\$HTTP["url"] =~ "^/cgi-bin/" { cgi.assign = ( "" => "" ) }
END
        start lighttpd lighttpd -D -f "$work/lighttpd.conf"
        wait_for tcp "$port" && signs lighttpd "http://127.0.0.1:$port/cgi-bin/guestbook.cgi"
        stop lighttpd
    else
        skip "lighttpd: not installed"
    fi
else
    skip "the guest book: built without SQLite"
fi
stop ours
summary
