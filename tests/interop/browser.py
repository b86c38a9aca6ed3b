#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# browser.py BROWSER PROFILE URL STEP...: opens URL in a headless Chromium, whose profile is made in
# the folder PROFILE, and takes each step: `do SCRIPT` runs JavaScript in the page, `is SCRIPT` waits
# until it is true. Ends with 1 and says why when a step can't be taken, or a page opens a dialog.
import json
import os
import subprocess
import sys
import time

PATIENCE = 60  # seconds for a step

FLAGS = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
         "--disable-background-networking --disable-component-update --disable-sync "
         "--remote-debugging-pipe").split()


class Page:
    """The DevTools protocol: messages in JSON, a NUL behind each, on descriptors 3 and 4."""

    def __init__(self, browser, profile):
        theirs_in, self.to = os.pipe()
        self.back, theirs_out = os.pipe()
        self.child = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "sh", browser, *FLAGS,
             f"--user-data-dir={profile}"],
            pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.id, self.session, self.rest = 0, None, b""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")

    def hear(self):
        while b"\0" not in self.rest:
            piece = os.read(self.back, 65536)
            if not piece:
                sys.exit("the browser has ended")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def say(self, method, **params):
        self.id += 1
        message = {"id": self.id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")

    def ask(self, method, **params):
        self.say(method, **params)
        while True:
            answer = self.hear()
            if answer.get("method") == "Page.javascriptDialogOpening":
                sys.exit(f"the page opens a dialog: {answer['params']['message']}")
            if answer.get("id") == self.id:
                return answer.get("result", {})

    def value(self, script):
        return self.ask("Runtime.evaluate", expression=script, awaitPromise=True,
                        returnByValue=True)

    def close(self):
        self.session = None
        self.say("Browser.close")  # it may end without an answer
        self.child.wait(PATIENCE)


def take(page, step):
    verb, script = step.split(" ", 1)
    end = time.monotonic() + PATIENCE
    while True:
        got = page.value(script)
        bad = got.get("exceptionDetails", {}).get("exception", {}).get("description")
        if not bad and (verb == "do" or got.get("result", {}).get("value")):
            return
        if verb == "do" or time.monotonic() > end:
            text = page.value("document.documentElement.outerHTML").get("result", {}).get("value")
            sys.exit(f"{step}: {bad or 'it is not so'}: {str(text)[:1000]}")
        time.sleep(0.05)


page = Page(sys.argv[1], sys.argv[2])
try:
    page.ask("Page.navigate", url=sys.argv[3])
    for step in ["is document.readyState == 'complete' && location.href != 'about:blank'",
                 *sys.argv[4:]]:
        take(page, step)
    page.close()
finally:
    page.child.kill()
