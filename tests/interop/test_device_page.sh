#!/bin/bash
# SPDX-License-Identifier: MIT
#
# examples/device_page.c: by curl, and in a browser when there is one.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh

example=$(dirname "$netproto")/examples/device_page
[ -x "$example" ] || { echo "the example is not built"; exit 77; }
command -v curl >/dev/null || { echo "no curl here"; exit 77; }
start device "$example" 127.0.0.1:0
url=http://127.0.0.1:$(port_of device) || { cat "$work/device.log"; exit 1; }

answers() # STATUS BODY WHAT CURL-ARGUMENT...
{
    local body=$2
    status_of "$1" "${@:3}"
    body_says "$body" "$3"
}

answers 200 "<h1>Outputs</h1>" "the page" "$url/"
answers 200 '{"name":"Pump","on":false}' "outputs" "$url/outputs"
answers 200 '{"name":"Pump","on":true}' "switching on" -X PUT -d on "$url/outputs/0"
answers 200 '{"name":"Pump","on":true}' "outputs then" "$url/outputs"
answers 200 '{"name":"Pump","on":false}' "switching off" -X PUT -d off "$url/outputs/0"
answers 400 400 "another word" -X PUT -d of "$url/outputs/0"
answers 400 400 "no word" -X PUT -d '' "$url/outputs/0"
answers 413 413 "many words" -X PUT -d on,off "$url/outputs/0"
answers 413 413 "many words, chunked" -X PUT -H 'Transfer-Encoding: chunked' -d on,off \
    "$url/outputs/0"
answers 404 404 "no such output" -X PUT -d on "$url/outputs/3"
answers 404 404 "no number" -X PUT -d on "$url/outputs/x"
answers 405 405 "another method" -X DELETE "$url/outputs/0"
for ((i = 0; i < 10; i++)); do
    answers 200 '{"name":"Lamp","on":false}' "again and again" -X PUT -d off "$url/outputs/2"
done

if [ -n "$browser" ]; then
    answers 200 '"name":"Heating","on":true' "switching on" -X PUT -d on "$url/outputs/1"
    is_shown="document.querySelector('[aria-label=Heating][aria-checked=true]').textContent == 'on'"
    uses "the page in a browser" "$url/" "is $is_shown" \
        "is document.querySelector('[aria-label=Pump][aria-checked=false]').textContent == 'off'"
else
    skip "no browser"
fi
stop device
summary
