"""Hosts on hold: when a host gets no request, and the gate that keeps requests back.

holds.py               puts hosts on hold: Retry-After, circuit breaker, page limit, robots.txt
stored_holds.py        stores each change of a hold
download_handler.py    checks the holds before each request, records each response, bounds its time
claim_gate.py          keeps requests back while another crawl may have taken over
silence.py             ends a download when its server has been silent for too long
whole_bodies.py        decides whether a body is whole, although its length says otherwise
"""
