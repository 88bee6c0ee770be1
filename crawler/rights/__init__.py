"""What a host says of the use of its pages by AI and text mining, decided for one address.

agents.py    lists AI agents, and finds those that a robots.txt keeps from an address
usage.py     parses Content-Usage and Content-Signal in robots.txt
tdmrep.py    parses tdmrep.json (TDM Reservation Protocol)
paths.py     matches path patterns as robots.txt does
"""
