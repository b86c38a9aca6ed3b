#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The guest book and the device page, used in headless Chromium: forms, buttons, what others do.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh

[ -n "$browser" ] || { echo "no chromium here"; exit 77; }
command -v curl >/dev/null || { echo "no curl here"; exit 77; }
examples=$(dirname "$netproto")/examples

# --- the guest book --------------------------------------------------------------------------------

if [ -x "$examples/guestbook.cgi" ]; then
    mkdir "$work/cgi" "$work/www"
    cp "$examples/guestbook.cgi" "$work/cgi/guestbook"
    start book "$netproto" httpd --listen 127.0.0.1:0 --root "$work/www" --cgi /cgi="$work/cgi"
    url=http://127.0.0.1:$(port_of book)/cgi/guestbook
    fill="const f = document.forms[0], e = f.elements"
    uses "the guest book" "$url" \
        "is document.querySelectorAll('article').length == 0" \
        "do { $fill; e.text.value = 'no name'; f.querySelector('button').click() }" \
        "is document.querySelector('input:invalid') && !document.querySelector('article')" \
        "do { $fill; e.name.value = '<img src=x onerror=alert(1)>'; e.text.value = '<script>alert(2)</script>\n\"ä\" & &amp;'; f.querySelector('button').click() }" \
        "is document.querySelectorAll('article').length == 1 && location.pathname == '/cgi/guestbook'" \
        "is document.querySelector('article b').textContent == '<img src=x onerror=alert(1)>'" \
        "is document.querySelectorAll('article p')[1].textContent == '<script>alert(2)</script>\n\"ä\" & &amp;'" \
        "is !document.querySelector('img, script')" \
        "do { document.old = true; location.reload() }" \
        "is !document.old && document.readyState == 'complete' && document.querySelectorAll('article').length == 1" \
        "do { $fill; e.name.value = 'Second'; e.text.value = 'me, too'; f.querySelector('button').click() }" \
        "is document.querySelectorAll('article').length == 2" \
        "is document.querySelector('article b').textContent == 'Second'"
    [ "$(curl -s "$url" | grep -c '<article>')" = 2 ] && ok || bad "the guest book: $(curl -s "$url")"
    stop book
else
    skip "the guest book is not built"
fi

# --- the device page -------------------------------------------------------------------------------

start device "$examples/device_page" 127.0.0.1:0
url=http://127.0.0.1:$(port_of device)
button="document.querySelector('[aria-label=Pump]')"
uses "the device page" "$url/" \
    "is $button.getAttribute('aria-checked') == 'false' && $button.textContent == 'off'" \
    "do $button.click()" \
    "is $button.getAttribute('aria-checked') == 'true' && $button.textContent == 'on'" \
    "is fetch('/outputs').then(r => r.json()).then(o => o[0].name == 'Pump' && o[0].on)" \
    "do fetch('/outputs/1', {method: 'PUT', body: 'on'})" \
    "is document.querySelector('[aria-label=Heating]').textContent == 'on'" \
    "do fetch('/outputs/7', {method: 'PUT', body: 'on'})" \
    "is document.getElementById('trouble').textContent == ''"
curl -s "$url/outputs" >"$work/last.log"
finds "$work/last.log" '"Pump","on":true' "the device page"
stop device

summary
