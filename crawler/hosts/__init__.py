"""Hosts on hold: when a host gets no request, and the gate that keeps requests back.

holds.py               puts hosts on hold: Retry-After, circuit breaker, page limit, robots.txt
download_handler.py    checks the holds before each request, and records each response
"""
