"""A page whose scripts try to reach an address in many ways; each way is a line of JavaScript."""

from __future__ import annotations

from servers.paper import prose

# AIM is the address that must not be reached, PLACE its host and port.
WAYS = {
    "fetch": "fetch(AIM)",
    "fetch without cors, kept alive": "fetch(AIM, {mode: 'no-cors', keepalive: true})",
    "fetch by POST": "fetch(AIM, {method: 'POST', body: 'x', mode: 'no-cors'})",
    "XMLHttpRequest": "let x = new XMLHttpRequest(); x.open('GET', AIM); x.send()",
    "XMLHttpRequest that blocks": "let x = new XMLHttpRequest(); x.open('GET', AIM, false); x.send()",
    "image": "new Image().src = AIM",
    "image of a set": "add(`<picture><source srcset='${AIM}'><img src='${AIM}'></picture>`)",
    "image of a form": "add(`<form><input type=image src='${AIM}'></form>`)",
    "image in SVG": "add(`<svg><image href='${AIM}' width=9 height=9></image></svg>`)",
    "use in SVG": "add(`<svg><use href='${AIM}#x'></use></svg>`)",
    "video": "add(`<video src='${AIM}' autoplay muted></video>`)",
    "audio": "new Audio(AIM).play()",
    "poster": "add(`<video poster='${AIM}'></video>`)",
    "script": "element('script', {src: AIM})",
    "module": "element('script', {type: 'module', src: AIM})",
    "import()": "import(AIM)",
    "style": "element('link', {rel: 'stylesheet', href: AIM})",
    "@import": "add(`<style>@import url(${AIM});</style>`)",
    "background": "document.body.style.background = `url(${AIM})`",
    "font": "new FontFace('x', `url(${AIM})`).load()",
    "frame": "element('iframe', {src: AIM})",
    "frame in a frame": "element('iframe', {srcdoc: `<iframe src='${AIM}'></iframe>`})",
    "script in a frame": "element('iframe', {srcdoc: `<script>fetch('${AIM}', {mode: 'no-cors'})<${'/'}script>`})",
    "object": "element('object', {data: AIM})",
    "embed": "element('embed', {src: AIM})",
    "form": "add(`<form id=f method=post action='${AIM}' target=_blank></form>`); document.forms.f.submit()",
    "window.open": "window.open(AIM)",
    "link to a new window": "let a = element('a', {href: AIM, target: '_blank'}); a.click()",
    "ping": "let a = element('a', {href: '#x', ping: AIM}); a.click()",
    "beacon": "navigator.sendBeacon(AIM, 'x')",
    "beacon at the end": "addEventListener('pagehide', () => navigator.sendBeacon(AIM, 'x'))",
    "event stream": "new EventSource(AIM)",
    "WebSocket": "new WebSocket('ws://' + PLACE + '/')",
    "WebTransport": "new WebTransport('https://' + PLACE + '/')",
    "WebRTC": "let c = new RTCPeerConnection({iceServers: [{urls: 'stun:' + PLACE}, {urls: 'turn:' + PLACE"
    " + '?transport=tcp', username: 'a', credential: 'b'}]}); c.createDataChannel('x');"
    " c.createOffer().then(offer => c.setLocalDescription(offer))",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('${AIM}', {mode: 'no-cors'})`])))",
    "script of a worker": "new Worker(URL.createObjectURL(new Blob([`importScripts('${AIM}')`])))",
    "shared worker": "new SharedWorker(URL.createObjectURL(new Blob([`fetch('${AIM}', {mode: 'no-cors'})`])))",
    "service worker": "navigator.serviceWorker.register('/worker.js')",
    "worklet": "CSS.paintWorklet ? CSS.paintWorklet.addModule(AIM) : new AudioContext().audioWorklet.addModule(AIM)",
    "prefetch": "element('link', {rel: 'prefetch', href: AIM})",
    "preload": "element('link', {rel: 'preload', as: 'fetch', href: AIM})",
    "module preload": "element('link', {rel: 'modulepreload', href: AIM})",
    "preconnect": "element('link', {rel: 'preconnect', href: AIM})",
    "speculation": "element('script', {type: 'speculationrules', text: JSON.stringify({prefetch: [{source: 'list',"
    " urls: [AIM], eagerness: 'immediate'}], prerender: [{source: 'list', urls: [AIM], eagerness: 'immediate'}]})})",
    "icon": "element('link', {rel: 'icon', href: AIM})",
    "manifest": "element('link', {rel: 'manifest', href: AIM})",
    "document.write": "element('iframe', {id: 'w'}).contentDocument.write(`<script src='${AIM}'><${'/'}script>`)",
    "redirect of a fetch": "fetch('/away', {mode: 'no-cors'})",
    "redirect of a script": "element('script', {src: '/away'})",
    "redirect of a style": "element('link', {rel: 'stylesheet', href: '/away'})",
    "refresh": "element('meta', {httpEquiv: 'refresh', content: `0;url=${AIM}`})",
    "base, for all that follows": "element('base', {href: AIM}); fetch('x', {mode: 'no-cors'})",
    "location": "setTimeout(() => location.href = AIM, 2000)",
}
# Other addresses, or other spellings of one, that `fetch` and a script are asked for.
SPELLINGS = (
    "http://{host}:{port}/",
    "http://2130706434:{port}/",
    "http://0x7f.2:{port}/",
    "http://0177.0.0.2:{port}/",
    "http://127.2:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.2]:{port}/",
    "http://localhost:{port}/",
    "http://0.0.0.0:{port}/",
    "http://elsewhere.example:{port}/",
    "http://inner.paper-press.org:{port}/",
    "http://turning.paper-press.org:{port}/",
    "https://inner.paper-press.org:{port}/",
    "http://user:word@inner.paper-press.org:{port}/",
    "file:///etc/passwd",
    "ftp://127.0.0.2:{port}/",
)


def make_escape_page(title: str, aim: str, place: str, spellings: list[str]) -> str:
    """Return an article whose scripts try each of WAYS with `aim`, and each of `spellings`."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(title))
    ways = "".join(f"attempt(AIM => {{ {way} }}, '{aim}/{number}');\n" for number, way in enumerate(WAYS.values()))
    others = "".join(
        f"attempt(() => fetch({url!r}, {{mode: 'no-cors'}})); attempt(() => element('script', {{src: {url!r}}}));"
        f"attempt(() => element('iframe', {{src: {url!r}}}));\n"
        for url in spellings
    )
    return f"""<!doctype html><html lang=en><head><title>{title}</title></head>
    <body><article><h1>{title}</h1>{text}</article><div id=place></div><script>
    const PLACE = "{place}", place = document.getElementById("place");
    const add = html => place.insertAdjacentHTML("beforeend", html);
    const element = (name, values) => {{
      const made = Object.assign(document.createElement(name), values);
      place.append(made);
      return made;
    }};
    const attempt = (way, aim) => {{ try {{ const done = way(aim); done?.catch?.(() => 0); }} catch {{}} }};
    {ways}{others}
    </script></body></html>"""


def make_escape_worker(aim: str) -> str:
    """Return a service worker that tries to reach `aim`."""
    return f"""self.addEventListener("install", event => {{
      fetch("{aim}", {{ mode: "no-cors" }}).catch(() => 0);
      try {{ importScripts("{aim}"); }} catch {{}}
    }});"""
