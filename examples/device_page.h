/* device_page.h - the page of device_page.c, which needs no file system. SPDX-License-Identifier:
 * MIT
 */
#ifndef DEVICE_PAGE_H
#define DEVICE_PAGE_H

static const char device_page[] =
    "<!DOCTYPE html>\n"
    "<html lang=en><head><meta charset=utf-8>\n"
    "<meta name=viewport content='width=device-width'><title>Device</title>\n"
    "<style>\n"
    "body{font:1.1em sans-serif;max-width:24em;margin:2em auto;padding:0 1em}\n"
    "li{display:flex;justify-content:space-between;padding:.5em 0;list-style:none}\n"
    "ul{padding:0}button{font:inherit;width:4em}\n"
    "button[aria-checked=true]{background:#2a7;color:#fff}\n"
    "</style></head>\n"
    "<body><h1>Outputs</h1><ul id=list></ul><p id=trouble role=alert></p>\n"
    "<script>\n"
    "const list = document.getElementById('list'), trouble = document.getElementById('trouble');\n"
    "async function ask(path, options) {\n"
    "  try {\n"
    "    const r = await fetch(path, options);\n"
    "    if (!r.ok) throw new Error(r.status + ' ' + r.statusText);\n"
    "    show(await r.json());\n"
    "    trouble.textContent = '';\n"
    "  } catch (e) { trouble.textContent = e.message; }\n"
    "}\n"
    "function show(outputs) {\n"
    "  outputs.forEach((o, i) => {\n"
    "    let b = list.children[i]?.lastChild;\n"
    "    if (!b) {\n"
    "      const li = list.appendChild(document.createElement('li'));\n"
    "      li.append(o.name, b = document.createElement('button'));\n"
    "      b.setAttribute('role', 'switch');\n"
    "      b.setAttribute('aria-label', o.name);\n"
    "      b.onclick = () => ask('/outputs/' + i, {method: 'PUT',\n"
    "        body: b.getAttribute('aria-checked') == 'true' ? 'off' : 'on'});\n"
    "    }\n"
    "    b.setAttribute('aria-checked', o.on);\n"
    "    b.textContent = o.on ? 'on' : 'off';\n"
    "  });\n"
    "}\n"
    "ask('/outputs');\n"
    "setInterval(() => ask('/outputs'), 2000);\n"
    "</script></body></html>\n";

#endif
