# A site for test_http_pages.sh: pages, feeds, redirections, traps, robots.txt. Prints the ports, and
# writes a line a request, with its time and how many there are then, to the file that is its argument.
# SPDX-License-Identifier: MIT
import gzip, http.server, sys, threading, time

log = open(sys.argv[1], "w", buffering=1)
lock = threading.Lock()
running = 0


def page(*parts, title="T"):
    return ("<!DOCTYPE html><html><head><title>%s</title></head><body>%s</body></html>"
            % (title, "\n".join(parts))).encode()


HTML = "text/html; charset=utf-8"
FEED = "application/xml"
ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en-US">
  <id>tag:git.example,2008:https://git.example/a/b/releases</id>
  <link type="text/html" rel="alternate" href="https://git.example/a/b/releases"/>
  <link type="application/atom+xml" rel="self" href="https://git.example/a/b/releases.atom"/>
  <title>Release notes from b</title>
  <updated>2026-11-03T09:39:21Z</updated>
  <entry>
    <id>tag:git.example,2008:Repository/1/v1.1</id>
    <updated>2026-11-03T11:39:21+02:00</updated>
    <link rel="alternate" type="text/html" href="https://git.example/a/b/releases/tag/v1.1"/>
    <title>v1.1 &amp; more</title>
    <content type="html">&lt;p&gt;Fixes&lt;/p&gt;</content>
    <author><name>someone</name></author>
  </entry>
</feed>
"""
WORDPRESS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
\txmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:dc="http://purl.org/dc/elements/1.1/"
\txmlns:atom="http://www.w3.org/2005/Atom"
\txmlns:sy="http://purl.org/rss/1.0/modules/syndication/" >
<channel>
\t<title>Caf\u00e9 &#8211; Blog</title>
\t<atom:link href="https://blog.example/feed/" rel="self" type="application/rss+xml" />
\t<link>https://blog.example</link>
\t<description>Just another site</description>
\t<lastBuildDate>Tue, 03 Nov 2026 07:39:21 +0000</lastBuildDate>
\t<sy:updatePeriod>hourly</sy:updatePeriod>
\t<item>
\t\t<title>Hello
 world!</title>
\t\t<link>https://blog.example/hello/</link>
\t\t<dc:creator><![CDATA[admin]]></dc:creator>
\t\t<pubDate>Tue, 03 Nov 2026 07:39:21 +0000</pubDate>
\t\t<category><![CDATA[News]]></category>
\t\t<guid isPermaLink="false">https://blog.example/?p=1</guid>
\t\t<description><![CDATA[<p>Welcome</p>]]></description>
\t\t<enclosure url="/audio/1.mp3" length="4711" type="audio/mpeg" />
\t</item>
\t<item>
\t\t<title>No date</title>
\t\t<link>/relative</link>
\t</item>
</channel>
</rss>
"""
YOUTUBE = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
 <link rel="self" href="http://www.youtube.com/feeds/videos.xml?channel_id=C"/>
 <id>yt:channel:C</id>
 <title>A channel</title>
 <link rel="alternate" href="https://www.youtube.com/channel/C"/>
 <published>2010-01-01T00:00:00+00:00</published>
 <entry>
  <id>yt:video:V</id>
  <yt:videoId>V</yt:videoId>
  <title>A video</title>
  <link rel="alternate" href="https://www.youtube.com/watch?v=V"/>
  <published>2026-01-02T03:04:05+00:00</published>
  <updated>2026-02-02T03:04:05+00:00</updated>
  <media:group><media:title>no</media:title><media:thumbnail url="https://i/no.jpg"/></media:group>
 </entry>
</feed>
"""
RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://news.example/"><title>News</title><link>http://news.example/</link>
<items><rdf:Seq><rdf:li rdf:resource="http://news.example/1"/></rdf:Seq></items></channel>
<item rdf:about="http://news.example/1"><title>One</title><link>http://news.example/1</link>
<dc:date>2026-11-01T20:30:00-05:00</dc:date></item>
</rdf:RDF>
"""
SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>http://h.example/a?b&amp;c</loc><lastmod>2026-11-01</lastmod></url>
<url><loc>http://h.example/d</loc></url>
</urlset>
"""
LAUGHS = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">%s]><rss><channel><title>&l9;</title></channel></rss>' % "".join(
    '<!ENTITY l%d "%s">' % (i, ("&l%d;" % (i - 1)) * 10) for i in range(1, 10))
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "%s">]><rss><channel><title>&x;</title></channel></rss>'

robots = "User-agent: *\nDisallow: /private/\nAllow: /private/open\n"

# path: (status, type, body) or (status, location)
site = {
    "/": (200, HTML, page(
        '<a href="a/">A</a> <a href="/old">moved</a> <a href="/missing">broken</a>',
        '<a href="/private/x">no</a> <a href="/private/open">yes</a> <img src="/i.png">',
        '<a href="/away">away</a> <a href="http://other.example/">other host</a>',
        '<a href="/loop1">l</a> <a href="/never" rel="nofollow">n</a> <a href="mailto:a%40b">m</a>',
        '<form action="/form"></form><a href="#top">top</a><a href="/big.bin">big</a>',
        '<a href="/error">e</a> <a href="/cut">c</a> <a href="/nowhere">w</a>')),
    "/a/": (200, HTML, page('<base href="/b/sub/"><a href="../c">c</a><a href="/">home</a>')),
    "/b/c": (200, HTML, page('<meta name="robots" content="nofollow"><a href="/hidden">h</a>')),
    "/old": (301, "/new#part"),
    "/new": (200, HTML, page('<a href="/a/">a</a><a href="/gone">g</a>')),
    "/gone": (410, HTML, page("gone")),
    "/error": (503, HTML, page('<a href="/not-read">x</a>')),
    "/away": (302, "http://other.example/x"),
    "/loop1": (302, "/loop2"),
    "/loop2": (302, "/loop1"),
    "/nowhere": (302, "http://["),
    "/i.png": (200, "image/png", b"\x89PNG<a href=/no>"),
    "/big.bin": (200, "application/octet-stream", bytes(5 << 20)),
    "/private/open": (200, "text/plain", b"<a href=/no>"),
    "/private/x": (200, HTML, page("secret")),
    "/latin1": (200, "text/html; charset=ISO-8859-1", '<a href="?\u00e9">\u00e9</a>'.encode("latin-1")),
    "/meta": (200, "text/html", '<meta charset="koi8-r"><a href="/x">\u0434\u0430</a>'.encode("koi8-r")),
    "/utf16": (200, "text/html", '<a href="/x">\u20ac</a>'.encode("utf-16")),
    "/utf7": (200, "text/html; charset=utf-7", b"<a href=/x>x</a>"),
    "/moved-page": (302, "/a/"),
    "/wordpress": (200, "application/rss+xml; charset=UTF-8", WORDPRESS.encode()),
    "/github": (200, "application/atom+xml; charset=utf-8", ATOM.encode()),
    "/youtube": (200, "text/xml; charset=UTF-8", YOUTUBE.encode()),
    "/rdf": (200, FEED, RDF.encode()),
    "/sitemap.xml": (200, FEED, SITEMAP.encode()),
    "/latin1.rss": (200, "text/xml; charset=iso-8859-1",
                    '<rss><channel><title>\u00e9</title></channel></rss>'.encode("latin-1")),
    "/laughs": (200, FEED, LAUGHS.encode()),
    "/external": (200, FEED, (EXTERNAL % "file:///etc/passwd").encode()),
    "/bad.rss": (200, FEED, b"<rss><channel>\n<item><title>a</title></item>\n<item></channel>"),
}
site["/thousand"] = (200, HTML, page(*(
    '<li><a href="%s">Link %d</a>' % (["p/%d", "/q/%d", "?r=%d", "//s.example/%d", "../t/%d"][i % 5] % i, i)
    for i in range(1000))))
site["/gzip"] = (200, HTML, page('<a href="/zipped">in gzip</a>'))


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, kind, body, **headers):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        global running
        path = self.path
        with lock:
            running += 1
            log.write("%.3f %s %d\n" % (time.time(), path, running))
        try:
            self.get(path)
        except OSError:
            self.close_connection = True  # it was not wanted
        with lock:
            running -= 1

    def get(self, path):
        port = self.server.server_port
        if path == "/robots.txt":
            mode = robots_mode.get(port)
            if mode == "5xx":
                return self.answer(503, None, b"")
            if mode == "4xx":
                return self.answer(404, None, b"User-agent: *\nDisallow: /")
            if mode == "hops":
                return self.answer(302, None, b"", Location="/hop5")
            if mode == "delay":
                return self.answer(200, "text/plain", b"User-agent: slowbot\nCrawl-delay: 0.3\n")
            return self.answer(200, "text/plain", robots.encode())
        if path.startswith("/hop"):  # five redirections in all lead to the rules
            n = int(path[4:])
            if n > 1:
                return self.answer(302, None, b"", Location="/hop%d" % (n - 1))
            return self.answer(200, "text/plain", b"User-agent: *\nDisallow: /a/\n")
        if path.startswith("/trap/"):  # a calendar that never ends
            n = path[6:].split("/")[0]
            n = int(n) if n.isdigit() else 0
            return self.answer(200, HTML, page('<a href="/trap/%d">next</a>' % (n + 1),
                                               '<a href="again/again/">circle</a>'))
        if path.startswith("/wide/"):
            time.sleep(0.05)
            return self.answer(200, HTML, page())
        if path == "/wide":
            return self.answer(200, HTML, page(*('<a href="/wide/%d">x</a>' % i for i in range(40))))
        if path.startswith("/chain/"):
            n = int(path[7:])
            return self.answer(302, None, b"", Location="/chain/%d" % (n + 1))
        if path == "/cut":
            self.send_response(200)
            self.send_header("Content-Type", HTML)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"<a href=/from-cut>x</a>")
            self.close_connection = True
            return None
        if path not in site:
            return self.answer(404, HTML, page("no such page"))
        what = site[path]
        if len(what) == 2:
            return self.answer(what[0], None, b"", Location=what[1])
        if path == "/gzip":
            return self.answer(200, HTML, gzip.compress(what[2]), Content_Encoding="gzip")
        return self.answer(*what)


robots_mode = {}
servers = []
for mode in "", "5xx", "4xx", "hops", "delay":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    robots_mode[server.server_port] = mode
    servers.append(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
print("ports", *(s.server_port for s in servers), flush=True)
threading.Event().wait()
